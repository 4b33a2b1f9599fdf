#include "probes/task/image/certificates.hpp"

#include "base/freed.hpp"
#include "base/text.hpp"
#include "probes/task/image/digest.hpp"

#include <algorithm>
#include <climits>
#include <memory>

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace plumb::task::image {
namespace {

constexpr std::size_t kMostCertificates = 1000;
constexpr std::size_t kMostBlocks = 4 * kMostCertificates;  // of PEM, certificates or not
constexpr std::size_t kMostName = 60;

void free_openssl(void* memory) {
    OPENSSL_free(memory);
}

template <class T>
using Allocated = std::unique_ptr<T, Freed<free_openssl>>;

// The value of a part of the name as UTF-8; "" when it has none.
std::string part_of(const X509_NAME* name, int nid) {
    const int at = X509_NAME_get_index_by_NID(name, nid, -1);
    if (at < 0) return {};
    unsigned char* text = nullptr;
    const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
    if (size < 0) return {};
    const Allocated<unsigned char> freed(text);
    return sanitize({reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)}, kMostName);
}

std::string name_of(const X509_NAME* name) {
    for (const int nid : {NID_commonName, NID_organizationName, NID_organizationalUnitName}) {
        if (auto text = part_of(name, nid); !text.empty()) return text;
    }
    return "unnamed";
}

std::optional<std::time_t> end_of(const X509* certificate) {
    std::tm parts{};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts) != 1) return std::nullopt;
    return timegm(&parts);
}

std::optional<AuthorityCertificate> parse_one(std::string_view der) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
    const auto* at = bytes;
    const std::unique_ptr<X509, Freed<X509_free>> certificate(
        d2i_X509(nullptr, &at, static_cast<long>(der.size())));
    if (!certificate) return std::nullopt;
    const auto used = static_cast<std::size_t>(at - bytes);
    return AuthorityCertificate{sha256(der.substr(0, used)),
                                name_of(X509_get_subject_name(certificate.get())), end_of(certificate.get())};
}

}  // namespace

Authorities parse_authorities(std::string_view pem) {
    Authorities out;
    if (pem.size() > INT_MAX) return out;
    const std::unique_ptr<BIO, Freed<BIO_free>> bio(
        BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    if (!bio) return out;
    for (std::size_t block = 0; block < kMostBlocks; ++block) {
        char* label = nullptr;
        char* headers = nullptr;
        unsigned char* data = nullptr;
        long size = 0;
        if (PEM_read_bio(bio.get(), &label, &headers, &data, &size) != 1) {
            if (BIO_eof(bio.get())) break;
            continue;  // a damaged block; the next one may be good
        }
        const Allocated<char> freed_label(label);
        const Allocated<char> freed_headers(headers);
        const Allocated<unsigned char> freed_data(data);
        const bool certificate =
            label == std::string_view(PEM_STRING_X509) || label == std::string_view(PEM_STRING_X509_OLD);
        if (!certificate) continue;
        auto one = parse_one({reinterpret_cast<const char*>(data), static_cast<std::size_t>(size)});
        if (!one) continue;
        out.more = out.certificates.size() == kMostCertificates;
        if (out.more) break;
        out.certificates.push_back(std::move(*one));
    }
    ERR_clear_error();
    auto& list = out.certificates;
    std::sort(list.begin(), list.end(),
              [](const auto& a, const auto& b) { return a.fingerprint < b.fingerprint; });
    const auto same = [](const auto& a, const auto& b) { return a.fingerprint == b.fingerprint; };
    list.erase(std::unique(list.begin(), list.end(), same), list.end());
    return out;
}

std::string authorities_text(const Authorities& authorities) {
    const auto count = authorities.certificates.size();
    std::string fingerprints;
    for (const auto& one : authorities.certificates)
        fingerprints += one.fingerprint;
    std::string text(authorities.more ? "over " : "");
    text.append(std::to_string(count)).append(count == 1 ? " authority, " : " authorities, ");
    return text.append(short_digest(fingerprints));
}

}  // namespace plumb::task::image

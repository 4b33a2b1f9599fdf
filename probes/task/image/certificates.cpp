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

// A value in DER (X.690), and what it holds.
struct Element {
    int tag = 0;
    std::string_view whole;
    std::string_view content;
};

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

// Takes the first value off `der`. nullopt when it is cut short.
std::optional<Element> take(std::string_view& der) {
    constexpr int kBad = 0x80 | 0x01;  // an error, or a length that is not told
    const auto* at = bytes_of(der);
    long length = 0;
    int tag = 0;
    int of_class = 0;
    if ((ASN1_get_object(&at, &length, &tag, &of_class, static_cast<long>(der.size())) & kBad) != 0)
        return std::nullopt;
    const auto head = static_cast<std::size_t>(at - bytes_of(der));
    const auto size = head + static_cast<std::size_t>(length);
    Element out{of_class == V_ASN1_UNIVERSAL ? tag : -1, der.substr(0, size), der.substr(head, size - head)};
    der.remove_prefix(size);
    return out;
}

std::optional<Element> take(std::string_view& der, int tag) {
    auto out = take(der);
    if (out && out->tag != tag) out.reset();
    return out;
}

std::optional<std::time_t> end_of(std::string_view validity) {
    (void)take(validity);  // when it begins
    const auto* at = bytes_of(validity);
    const std::unique_ptr<ASN1_TIME, Freed<ASN1_TIME_free>> time(
        d2i_ASN1_TIME(nullptr, &at, static_cast<long>(validity.size())));
    std::tm parts{};
    if (!time || ASN1_TIME_to_tm(time.get(), &parts) != 1) return std::nullopt;
    return timegm(&parts);
}

// The first fields of a certificate (RFC 5280, 4.1). Not the library's X509, which also makes a key of the
// next field: that takes four times as long as all the rest of a bundle.
std::optional<AuthorityCertificate> parse_one(std::string_view der) {
    const auto certificate = take(der, V_ASN1_SEQUENCE);
    auto parts = certificate ? certificate->content : std::string_view();
    const auto signed_part = take(parts, V_ASN1_SEQUENCE);
    auto fields = signed_part ? signed_part->content : std::string_view();
    auto serial = take(fields);
    if (serial && serial->tag == -1) serial = take(fields);  // behind the version
    if (!serial || serial->tag != V_ASN1_INTEGER) return std::nullopt;
    const auto algorithm = take(fields, V_ASN1_SEQUENCE);
    const auto issuer = take(fields, V_ASN1_SEQUENCE);
    const auto validity = take(fields, V_ASN1_SEQUENCE);
    const auto subject = take(fields, V_ASN1_SEQUENCE);
    const auto key = take(fields, V_ASN1_SEQUENCE);
    if (!algorithm || !issuer || !validity || !subject || !key) return std::nullopt;
    const auto* at = bytes_of(subject->whole);
    const std::unique_ptr<X509_NAME, Freed<X509_NAME_free>> name(
        d2i_X509_NAME(nullptr, &at, static_cast<long>(subject->whole.size())));
    if (!name) return std::nullopt;
    return AuthorityCertificate{sha256(certificate->whole), name_of(name.get()), end_of(validity->content)};
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

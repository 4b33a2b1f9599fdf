#include "probes/net/tls_chain.hpp"

#include "base/freed.hpp"
#include "base/text.hpp"
#include "model/fact.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include <boost/asio/ip/address.hpp>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

namespace plumb::net {
namespace {

constexpr std::time_t kDay = 86'400;

std::string object_text(int nid) {
    const char* name = nid == NID_undef ? nullptr : OBJ_nid2ln(nid);
    return name == nullptr ? "unknown" : name;
}

std::string curve_text(const EVP_PKEY* key) {
    std::array<char, 80> name{};
    std::size_t size = 0;
    if (EVP_PKEY_get_group_name(key, name.data(), name.size(), &size) != 1)
        return std::to_string(EVP_PKEY_get_bits(key));
    const int nid = OBJ_sn2nid(name.data());
    return nid == NID_undef ? sanitize(name.data(), 64) : group_text(nid);
}

std::optional<std::time_t> time_of(const ASN1_TIME* time) {
    std::tm parts{};
    if (ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
    return timegm(&parts);
}

CertificateText text_of(X509* certificate) {
    CertificateText text;
    text.subject = name_text(X509_get_subject_name(certificate));
    text.issuer = name_text(X509_get_issuer_name(certificate));
    text.key = key_text(X509_get0_pubkey(certificate));
    text.signature = object_text(X509_get_signature_nid(certificate));
    text.not_after = time_of(X509_get0_notAfter(certificate));
    return text;
}

std::string bytes_of(const STACK_OF(X509) * chain, int count) {
    std::string all;
    for (int i = 0; i < count; ++i) {
        const auto* certificate = sk_X509_value(chain, i);
        const int size = i2d_X509(certificate, nullptr);
        if (size <= 0) continue;
        const auto at = all.size();
        all.resize(at + static_cast<std::size_t>(size));
        auto* to = reinterpret_cast<unsigned char*>(all.data() + at);
        i2d_X509(certificate, &to);
    }
    return all;
}

}  // namespace

std::string days_left(const CertificateText& certificate, std::time_t now) {
    if (!certificate.not_after) return "unknown";
    const auto left = *certificate.not_after - now;
    return std::to_string(left / kDay - (left % kDay < 0 ? 1 : 0));
}

std::string name_text(const X509_NAME* name) {
    const std::unique_ptr<BIO, Freed<BIO_free>> bio(BIO_new(BIO_s_mem()));
    if (!bio || name == nullptr) return {};
    X509_NAME_print_ex(bio.get(), name, 0,
                       (XN_FLAG_RFC2253 | ASN1_STRFLGS_UTF8_CONVERT) & ~ASN1_STRFLGS_ESC_MSB);
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    if (size <= 0) return {};
    return sanitize({data, static_cast<std::size_t>(size)}, kMaxFactValue);
}

std::string group_text(int nid) {
    if (const char* name = EC_curve_nid2nist(nid)) return name;
    const char* name = nid == NID_undef ? nullptr : OBJ_nid2sn(nid);
    return name == nullptr ? "unknown" : name;
}

std::string key_text(const EVP_PKEY* key) {
    if (key == nullptr) return "unknown";
    const auto bits = std::to_string(EVP_PKEY_get_bits(key));
    switch (EVP_PKEY_get_base_id(key)) {
        case EVP_PKEY_RSA:
            return "RSA " + bits;
        case EVP_PKEY_RSA_PSS:
            return "RSA-PSS " + bits;
        case EVP_PKEY_EC:
            return "EC " + curve_text(key);
        case EVP_PKEY_DH:
            return "DH " + bits;
        case EVP_PKEY_ED25519:
            return "Ed25519";
        case EVP_PKEY_ED448:
            return "Ed448";
        default:
            return object_text(EVP_PKEY_get_base_id(key)) + ' ' + bits;
    }
}

std::string address_bytes(const std::string& host) {
    boost::system::error_code not_address;
    const auto address = boost::asio::ip::make_address(host, not_address);
    if (not_address) return {};
    const auto text_of_bytes = [](const auto& bytes) { return std::string(bytes.begin(), bytes.end()); };
    return address.is_v4() ? text_of_bytes(address.to_v4().to_bytes())
                           : text_of_bytes(address.to_v6().to_bytes());
}

bool is_for(X509* certificate, const std::string& name) {
    if (name.empty()) return false;
    if (const auto bytes = address_bytes(name); !bytes.empty()) {
        return X509_check_ip(certificate, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                             0) == 1;
    }
    const unsigned flags = X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT;
    return X509_check_host(certificate, name.data(), name.size(), flags, nullptr) == 1;
}

void ChainMemory::read(const STACK_OF(X509) * chain, const std::string& name) {
    const int count = std::min(sk_X509_num(chain), kMostCertificates);
    auto bytes = bytes_of(chain, count);
    if (bytes == bytes_) return;
    bytes_ = std::move(bytes);
    ++generation_;
    certificates_.clear();
    for (int i = 0; i < count; ++i)
        certificates_.push_back(text_of(sk_X509_value(chain, i)));
    is_for_name_ = is_for(sk_X509_value(chain, 0), name);
}

}  // namespace plumb::net

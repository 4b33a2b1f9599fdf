#include "tests/support/certificates.hpp"

#include <atomic>
#include <stdexcept>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace plumb::test {
namespace {

struct KeyFree {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct CertFree {
    void operator()(X509* certificate) const { X509_free(certificate); }
};
using Key = std::unique_ptr<EVP_PKEY, KeyFree>;
using Cert = std::unique_ptr<X509, CertFree>;

void require(bool ok, const char* what) {
    if (!ok) throw std::runtime_error(std::string("certificate: ") + what);
}

Key make_key() {
    Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
    require(key != nullptr, "key");
    return key;
}

template <class Write>
std::string to_pem(Write write) {
    BIO* bio = BIO_new(BIO_s_mem());
    require(write(bio) == 1, "PEM");
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    std::string text(data, static_cast<std::size_t>(size));
    BIO_free(bio);
    return text;
}

void add_extension(X509* certificate, X509* issuer, int id, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    auto* extension = X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str());
    require(extension != nullptr, value.c_str());
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

Cert bare(const std::string& name, EVP_PKEY* key, int from_days, int until_days) {
    static std::atomic<long> serial{1000};
    Cert certificate(X509_new());
    X509_set_version(certificate.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 86400L * from_days);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 86400L * until_days);
    X509_set_pubkey(certificate.get(), key);
    const auto* text = reinterpret_cast<const unsigned char*>(name.c_str());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8, text, -1, -1,
                               0);
    return certificate;
}

std::string alternative_names(const CertificateSpec& spec) {
    std::string names;
    for (const auto& name : spec.dns_names)
        names += (names.empty() ? "DNS:" : ",DNS:") + name;
    for (const auto& ip : spec.ip_addresses)
        names += (names.empty() ? "IP:" : ",IP:") + ip;
    return names;
}

Issued sign(const CertificateSpec& spec, X509* issuer, EVP_PKEY* issuer_key) {
    const auto key = make_key();
    const auto certificate = bare(spec.common_name, key.get(), spec.valid_from_days, spec.valid_until_days);
    X509* const signer = issuer == nullptr ? certificate.get() : issuer;
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(signer));
    if (const auto names = alternative_names(spec); !names.empty()) {
        add_extension(certificate.get(), signer, NID_subject_alt_name, names);
    }
    auto* signing = issuer_key == nullptr ? key.get() : issuer_key;
    require(X509_sign(certificate.get(), signing, EVP_sha256()) > 0, "signature");
    Issued issued;
    issued.certificate = to_pem([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate.get()); });
    issued.key = to_pem([&](BIO* bio) {
        return PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
    return issued;
}

}  // namespace

struct Authority::Impl {
    Key key = make_key();
    Cert certificate;
};

Authority::Authority(const std::string& name) : impl_(std::make_unique<Impl>()) {
    impl_->certificate = bare(name, impl_->key.get(), -2, 3650);
    auto* own = impl_->certificate.get();
    X509_set_issuer_name(own, X509_get_subject_name(own));
    add_extension(own, own, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(own, own, NID_key_usage, "critical,keyCertSign,cRLSign");
    require(X509_sign(own, impl_->key.get(), EVP_sha256()) > 0, "signature");
    pem_ = to_pem([&](BIO* bio) { return PEM_write_bio_X509(bio, own); });
}

Authority::~Authority() = default;

Issued Authority::issue(const CertificateSpec& spec) const {
    return sign(spec, impl_->certificate.get(), impl_->key.get());
}

Issued self_signed(const CertificateSpec& spec) {
    return sign(spec, nullptr, nullptr);
}

std::string locked_key(const std::string& key, const std::string& password) {
    BIO* in = BIO_new_mem_buf(key.data(), static_cast<int>(key.size()));
    const Key read(PEM_read_bio_PrivateKey(in, nullptr, nullptr, nullptr));
    BIO_free(in);
    require(read != nullptr, "key");
    return to_pem([&](BIO* bio) {
        return PEM_write_bio_PKCS8PrivateKey(bio, read.get(), EVP_aes_256_cbc(), password.data(),
                                             static_cast<int>(password.size()), nullptr, nullptr);
    });
}

}  // namespace plumb::test

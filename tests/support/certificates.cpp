#include "tests/support/certificates.hpp"

#include "base/freed.hpp"

#include <atomic>
#include <stdexcept>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace plumb::test {
namespace {

using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Cert = std::unique_ptr<X509, Freed<X509_free>>;
using Basic = std::unique_ptr<OCSP_BASICRESP, Freed<OCSP_BASICRESP_free>>;
using Id = std::unique_ptr<OCSP_CERTID, Freed<OCSP_CERTID_free>>;
using Response = std::unique_ptr<OCSP_RESPONSE, Freed<OCSP_RESPONSE_free>>;
using Time = std::unique_ptr<ASN1_TIME, Freed<ASN1_TIME_free>>;

void require(bool ok, const char* what) {
    if (!ok) throw std::runtime_error(std::string("certificate: ") + what);
}

Key make_key(const std::string& kind = "P-256") {
    Key key;
    if (kind == "RSA-2048") {
        key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048}));
    } else if (kind == "Ed25519") {
        key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    } else {
        key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", kind.c_str()));
    }
    require(key != nullptr, "key");
    return key;
}

// Ed25519 hashes by itself.
const EVP_MD* digest_for(const EVP_PKEY* key) {
    return EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519 ? nullptr : EVP_sha256();
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
    const auto key = make_key(spec.key);
    const auto certificate = bare(spec.common_name, key.get(), spec.valid_from_days, spec.valid_until_days);
    X509* const signer = issuer == nullptr ? certificate.get() : issuer;
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(signer));
    if (const auto names = alternative_names(spec); !names.empty()) {
        add_extension(certificate.get(), signer, NID_subject_alt_name, names);
    }
    auto* signing = issuer_key == nullptr ? key.get() : issuer_key;
    require(X509_sign(certificate.get(), signing, digest_for(signing)) > 0, "signature");
    Issued issued;
    issued.certificate = to_pem([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate.get()); });
    issued.key = to_pem([&](BIO* bio) {
        return PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
    return issued;
}

// Signs the certificate of an authority; returns its PEM.
std::string make_authority(X509* own, X509* issuer, EVP_PKEY* issuer_key) {
    X509_set_issuer_name(own, X509_get_subject_name(issuer));
    add_extension(own, issuer, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(own, issuer, NID_key_usage, "critical,keyCertSign,cRLSign,digitalSignature");
    require(X509_sign(own, issuer_key, EVP_sha256()) > 0, "signature");
    return to_pem([&](BIO* bio) { return PEM_write_bio_X509(bio, own); });
}

}  // namespace

struct Authority::Impl {
    Key key = make_key();
    Cert certificate;
};

Authority::Authority(const std::string& name) : impl_(std::make_unique<Impl>()) {
    impl_->certificate = bare(name, impl_->key.get(), -2, 3650);
    pem_ = make_authority(impl_->certificate.get(), impl_->certificate.get(), impl_->key.get());
}

Authority::Authority(const std::string& name, const Authority& parent, int valid_until_days)
    : impl_(std::make_unique<Impl>()) {
    impl_->certificate = bare(name, impl_->key.get(), -60, valid_until_days);
    pem_ = make_authority(impl_->certificate.get(), parent.impl_->certificate.get(), parent.impl_->key.get());
    sent_along_ = pem_ + parent.sent_along_;
}

Authority::~Authority() = default;

Issued Authority::issue(const CertificateSpec& spec) const {
    auto issued = sign(spec, impl_->certificate.get(), impl_->key.get());
    issued.certificate += sent_along_;
    return issued;
}

std::string Authority::staple(const Issued& issued, const StapleSpec& spec) const {
    BIO* pem = BIO_new_mem_buf(issued.certificate.data(), static_cast<int>(issued.certificate.size()));
    const Cert certificate(PEM_read_bio_X509(pem, nullptr, nullptr, nullptr));
    BIO_free(pem);
    require(certificate != nullptr, "PEM");
    const Basic basic(OCSP_BASICRESP_new());
    const Id id(OCSP_cert_to_id(nullptr, certificate.get(), impl_->certificate.get()));
    const Time now(X509_gmtime_adj(nullptr, 0));
    const Time from(X509_gmtime_adj(nullptr, 3600L * spec.valid_from_hours));
    const Time until(X509_gmtime_adj(nullptr, 3600L * spec.valid_until_hours));
    int status = spec.unknown ? V_OCSP_CERTSTATUS_UNKNOWN : V_OCSP_CERTSTATUS_GOOD;
    if (spec.revoked) status = V_OCSP_CERTSTATUS_REVOKED;
    OCSP_basic_add1_status(basic.get(), id.get(), status, OCSP_REVOKED_STATUS_KEYCOMPROMISE,
                           spec.revoked ? now.get() : nullptr, from.get(), until.get());
    require(OCSP_basic_sign(basic.get(), impl_->certificate.get(), impl_->key.get(), EVP_sha256(), nullptr,
                            0) == 1,
            "staple");
    const Response response(OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic.get()));
    unsigned char* der = nullptr;
    const int size = i2d_OCSP_RESPONSE(response.get(), &der);
    require(size > 0, "staple");
    std::string bytes(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return bytes;
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

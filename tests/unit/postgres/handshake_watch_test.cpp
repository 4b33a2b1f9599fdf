// A handshake that was over before the watch came is judged all the same: otherwise a quick server with a bad
// certificate would be sent the password.
#include "probes/postgres/handshake_watch.hpp"

#include "tests/support/certificates.hpp"
#include "tests/support/temp_dir.hpp"

#include <fstream>
#include <memory>

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

namespace plumb::postgres {
namespace {

template <auto Free>
struct Freed {
    template <class T>
    void operator()(T* object) const {
        Free(object);
    }
};
template <class T, auto Free>
using Owned = std::unique_ptr<T, Freed<Free>>;
using ContextPtr = Owned<SSL_CTX, SSL_CTX_free>;
using SslPtr = Owned<SSL, SSL_free>;
using BioPtr = Owned<BIO, BIO_free>;

ContextPtr server_context(const test::Issued& issued) {
    ContextPtr context(SSL_CTX_new(TLS_server_method()));
    const BioPtr certificate(
        BIO_new_mem_buf(issued.certificate.data(), static_cast<int>(issued.certificate.size())));
    const BioPtr key(BIO_new_mem_buf(issued.key.data(), static_cast<int>(issued.key.size())));
    const Owned<X509, X509_free> leaf(PEM_read_bio_X509(certificate.get(), nullptr, nullptr, nullptr));
    const Owned<EVP_PKEY, EVP_PKEY_free> secret(
        PEM_read_bio_PrivateKey(key.get(), nullptr, nullptr, nullptr));
    EXPECT_EQ(SSL_CTX_use_certificate(context.get(), leaf.get()), 1);
    EXPECT_EQ(SSL_CTX_use_PrivateKey(context.get(), secret.get()), 1);
    return context;
}

// Client and server over a pair of memory BIOs, the client verifying nothing, as libpq is told to.
struct FinishedHandshake {
    explicit FinishedHandshake(const test::Issued& issued)
        : server_side(server_context(issued)), client_side(SSL_CTX_new(TLS_client_method())) {
        client.reset(SSL_new(client_side.get()));
        server.reset(SSL_new(server_side.get()));
        BIO* left = nullptr;
        BIO* right = nullptr;
        BIO_new_bio_pair(&left, 0, &right, 0);
        SSL_set_bio(client.get(), left, left);
        SSL_set_bio(server.get(), right, right);
        SSL_set_connect_state(client.get());
        SSL_set_accept_state(server.get());
        for (int round = 0; round < 8; ++round) {
            SSL_do_handshake(client.get());
            SSL_do_handshake(server.get());
        }
        EXPECT_NE(SSL_is_init_finished(client.get()), 0);
    }
    ContextPtr server_side;
    ContextPtr client_side;
    SslPtr client;
    SslPtr server;
};

class LateWatch : public ::testing::Test {
  protected:
    // Empty: nothing objected to. What the facts say of the certificate goes to verify_.
    std::optional<net::Failed> objection_to(const test::Issued& issued, const std::string& name) {
        const auto ca = directory_.path() / "ca.pem";
        std::ofstream(ca) << authority_.certificate();
        net::TlsOptions options;
        options.ca_file = ca.string();
        options.server_name = name;
        const net::TlsSettings settings(options);
        const FinishedHandshake handshake(issued);
        HandshakeWatch watch(settings);
        watch.attach(handshake.client.get());
        Outcome outcome;
        watch.add_facts(outcome);
        const auto* fact = outcome.find_fact("tls.verify");
        verify_ = fact == nullptr ? "(absent)" : fact->value;
        return watch.objection();
    }

    test::TempDir directory_;
    test::Authority authority_;
    std::string verify_;
};

TEST_F(LateWatch, a_trusted_certificate_with_the_right_name_passes) {
    EXPECT_FALSE(objection_to(authority_.issue(), "localhost"));
    EXPECT_EQ(verify_, "ok");
}

TEST_F(LateWatch, an_unknown_authority_is_refused) {
    const auto objection = objection_to(test::Authority("Stranger").issue(), "localhost");
    ASSERT_TRUE(objection);
    EXPECT_EQ(objection->cause, Cause::tls_unknown_authority);
}

TEST_F(LateWatch, a_wrong_name_is_refused) {
    const auto objection = objection_to(authority_.issue(), "elsewhere.internal");
    ASSERT_TRUE(objection);
    EXPECT_EQ(objection->cause, Cause::tls_name_mismatch);
    EXPECT_EQ(verify_, "hostname mismatch");
}

TEST_F(LateWatch, an_expired_certificate_is_refused) {
    test::CertificateSpec spec;
    spec.valid_from_days = -30;
    spec.valid_until_days = -1;
    const auto objection = objection_to(authority_.issue(spec), "localhost");
    ASSERT_TRUE(objection);
    EXPECT_EQ(objection->cause, Cause::tls_expired);
}

}  // namespace
}  // namespace plumb::postgres

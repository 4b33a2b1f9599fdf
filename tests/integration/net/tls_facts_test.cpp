// What a TLS run tells beside its result.
#include "probes/net/tls_chain.hpp"
#include "tests/integration/net/tls_fixture.hpp"

#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/tls1.h>
#include <openssl/x509.h>

namespace plumb::test {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

using TlsFacts = Tls;

TEST_F(TlsFacts, every_certificate_of_the_chain_is_described) {
    const Authority middle("Middle", authority(), 300);
    const Authority issuing("Issuing", middle, 200);
    CertificateSpec spec;
    spec.key = "RSA-2048";
    TlsServerSpec serving;
    serving.identity = issuing.issue(spec);
    const auto outcome = run(serving);
    ASSERT_EQ(failure_of(outcome), "ok");
    EXPECT_EQ(fact_of(outcome, "tls.chain_length"), "3");
    EXPECT_EQ(fact_of(outcome, "tls.key"), "RSA 2048");
    EXPECT_EQ(fact_of(outcome, "tls.signature"), "ecdsa-with-SHA256");
    EXPECT_EQ(fact_of(outcome, "tls.chain.0.subject"), "CN=plumb test");
    EXPECT_EQ(fact_of(outcome, "tls.chain.0.issuer"), "CN=Issuing");
    EXPECT_EQ(fact_of(outcome, "tls.chain.0.key"), "RSA 2048");
    EXPECT_EQ(fact_of(outcome, "tls.chain.1.subject"), "CN=Issuing");
    EXPECT_EQ(fact_of(outcome, "tls.chain.1.key"), "EC P-256");
    EXPECT_THAT(fact_of(outcome, "tls.chain.1.days_left"), AnyOf("199", "200"));
    EXPECT_EQ(fact_of(outcome, "tls.chain.2.subject"), "CN=Middle");
    EXPECT_EQ(fact_of(outcome, "tls.chain.2.issuer"), "CN=Plumb Test Authority");
    EXPECT_THAT(fact_of(outcome, "tls.chain.2.days_left"), AnyOf("299", "300"));
    EXPECT_EQ(fact_of(outcome, "tls.chain.3.subject"), "(absent)");
}

TEST_F(TlsFacts, of_an_endless_chain_only_the_first_certificates_are_described) {
    auto spec = server();
    for (int i = 0; i < 9; ++i)
        spec.identity.certificate += authority().certificate();
    const auto outcome = run(spec);
    ASSERT_EQ(failure_of(outcome), "ok");
    EXPECT_EQ(fact_of(outcome, "tls.chain_length"), "10");
    EXPECT_EQ(fact_of(outcome, "tls.chain.5.subject"), "CN=Plumb Test Authority");
    EXPECT_EQ(fact_of(outcome, "tls.chain.6.subject"), "(absent)");
}

TEST_F(TlsFacts, the_kind_of_key_and_signature_is_named) {
    CertificateSpec spec;
    spec.key = "Ed25519";
    EXPECT_EQ(fact_of(run(server(spec)), "tls.key"), "Ed25519");
    spec.key = "P-384";
    EXPECT_EQ(fact_of(run(server(spec)), "tls.key"), "EC P-384");
    TlsServerSpec own;
    spec.key = "RSA-2048";
    own.identity = self_signed(spec);
    EXPECT_EQ(fact_of(run(own, "&insecure=1"), "tls.signature"), "sha256WithRSAEncryption");
}

TEST_F(TlsFacts, an_expired_intermediate_is_named_with_its_place_in_the_chain) {
    const Authority old("Old Intermediate", authority(), -3);
    TlsServerSpec spec;
    spec.identity = old.issue();
    const auto outcome = run(spec);
    EXPECT_EQ(failure_of(outcome), "handshake tls.expired");
    EXPECT_EQ(fact_of(outcome, "tls.verify"), "certificate has expired (depth 1)");
    EXPECT_THAT(outcome.failure->detail, HasSubstr("CN=Old Intermediate"));
    EXPECT_THAT(fact_of(outcome, "tls.chain.1.days_left"), AnyOf("-3", "-4"));
    EXPECT_THAT(fact_of(outcome, "tls.days_left"), AnyOf("29", "30"));
}

TEST_F(TlsFacts, a_missing_intermediate_is_an_unknown_authority) {
    const Authority middle("Middle", authority());
    TlsServerSpec spec;
    spec.identity = middle.issue();
    const auto end = spec.identity.certificate.find("-----END CERTIFICATE-----\n");
    spec.identity.certificate.resize(end + 26);
    const auto outcome = run(spec);
    EXPECT_EQ(failure_of(outcome), "handshake tls.unknown_authority");
    EXPECT_EQ(fact_of(outcome, "tls.chain_length"), "1");
}

TEST_F(TlsFacts, the_key_exchange_is_named_in_both_versions) {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        auto spec = server();
        spec.minimum_version = spec.maximum_version = version;
        EXPECT_EQ(fact_of(run(spec), "tls.group"), "X25519") << version;
        spec.groups = "P-384";
        EXPECT_EQ(fact_of(run(spec), "tls.group"), "P-384") << version;
    }
}

TEST_F(TlsFacts, the_key_exchange_without_a_curve_is_named) {
    CertificateSpec certificate;
    certificate.key = "RSA-2048";
    auto spec = server(certificate);
    spec.maximum_version = TLS1_2_VERSION;
    spec.ciphers = "AES256-GCM-SHA384";
    EXPECT_EQ(fact_of(run(spec), "tls.group"), "none");
    spec.ciphers = "DHE-RSA-AES256-GCM-SHA384";
    EXPECT_EQ(fact_of(run(spec), "tls.group"), "DH 2048");
}

TEST_F(TlsFacts, the_server_name_that_was_asked_for_is_shown) {
    EXPECT_EQ(fact_of(run(server()), "tls.sni"), "none");
    EXPECT_EQ(fact_of(run(server(), "&sni=localhost"), "tls.sni"), "localhost");
    const ScriptedServer mute(closing_after_request());
    EXPECT_EQ(fact_of(run(mute.port(), "&sni=localhost"), "tls.sni"), "localhost");
}

TEST_F(TlsFacts, whether_the_server_asks_for_a_client_certificate_is_told) {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        auto spec = server();
        spec.minimum_version = spec.maximum_version = version;
        EXPECT_EQ(fact_of(run(spec), "tls.client_certificate"), "not asked") << version;
        EXPECT_EQ(fact_of(run(spec, client_certificate(authority())), "tls.client_certificate"), "not asked");
        spec.client_authority = authority().certificate();
        EXPECT_EQ(fact_of(run(spec), "tls.client_certificate"), "asked") << version;
        EXPECT_EQ(fact_of(run(spec, client_certificate(authority())), "tls.client_certificate"), "sent")
            << version;
    }
}

struct StapleCase {
    const char* shown;
    StapleSpec spec;
    const char* result;
};

TEST_F(TlsFacts, the_stapled_answer_is_read_and_a_revoked_certificate_fails) {
    const std::vector<StapleCase> cases{
        {"good", {}, "ok"},
        {"revoked", {.revoked = true}, "handshake tls.revoked"},
        {"unknown", {.unknown = true}, "ok"},
        {"expired", {.valid_from_hours = -48, .valid_until_hours = -24}, "ok"},
        {"expired", {.revoked = true, .valid_from_hours = 24, .valid_until_hours = 48}, "ok"},
    };
    for (const auto& each : cases) {
        for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
            auto spec = server();
            spec.minimum_version = spec.maximum_version = version;
            spec.staple = authority().staple(spec.identity, each.spec);
            const auto outcome = run(spec);
            EXPECT_EQ(fact_of(outcome, "tls.ocsp"), each.shown);
            EXPECT_EQ(failure_of(outcome), each.result);
        }
    }
}

TEST_F(TlsFacts, a_revocation_tells_its_reason_and_is_a_fact_where_nothing_is_verified) {
    auto spec = server();
    spec.staple = authority().staple(spec.identity, {.revoked = true});
    EXPECT_THAT(run(spec).failure->detail, HasSubstr("keyCompromise"));
    const auto lenient = run(spec, "&insecure=1");
    EXPECT_EQ(failure_of(lenient), "ok");
    EXPECT_EQ(fact_of(lenient, "tls.ocsp"), "revoked");
}

TEST_F(TlsFacts, a_staple_that_proves_nothing_is_told_from_none) {
    auto spec = server();
    EXPECT_EQ(fact_of(run(spec), "tls.ocsp"), "none");
    spec.staple = "no DER at all";
    EXPECT_EQ(fact_of(run(spec), "tls.ocsp"), "malformed");
    spec.staple = std::string(16'000, '\x30');
    EXPECT_EQ(fact_of(run(spec), "tls.ocsp"), "malformed");
    spec.staple = authority().staple(authority().issue(), {.revoked = true});
    EXPECT_EQ(fact_of(run(spec), "tls.ocsp"), "mismatched");
    const Authority stranger("Plumb Test Authority");  // the same name, another key
    spec.staple = stranger.staple(spec.identity, {.revoked = true});
    const auto outcome = run(spec);
    EXPECT_EQ(fact_of(outcome, "tls.ocsp"), "unverified");
    EXPECT_EQ(failure_of(outcome), "ok");
}

TEST_F(TlsFacts, the_staple_of_an_intermediates_leaf_is_verified_through_the_chain) {
    const Authority middle("Middle", authority());
    TlsServerSpec spec;
    spec.identity = middle.issue();
    spec.staple = middle.staple(spec.identity, {});
    EXPECT_EQ(fact_of(run(spec), "tls.ocsp"), "good");
}

// A link-local address is reached through an interface; certificates know nothing of that.
TEST_F(TlsFacts, an_address_is_looked_for_in_the_certificate_without_its_zone) {
    CertificateSpec spec;
    spec.ip_addresses = {"fe80::1", "10.0.0.7"};
    const auto pem = authority().issue(spec).certificate;
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(
        BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(
        PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), &X509_free);
    for (const char* name : {"fe80::1", "fe80::1%lo", "10.0.0.7", "localhost"})
        EXPECT_TRUE(net::is_for(certificate.get(), name)) << name;
    for (const char* name : {"fe80::2%lo", "10.0.0.8", "::ffff:10.0.0.7", "other", ""})
        EXPECT_FALSE(net::is_for(certificate.get(), name)) << name;
}

// What was read of one chain and staple must not be told of the next: the target is the same, the server is
// not.
TEST_F(TlsFacts, a_server_that_is_renewed_between_two_runs_shows_its_new_certificate) {
    CertificateSpec renewed;
    renewed.common_name = "renewed";
    renewed.dns_names = {"other.example"};
    renewed.ip_addresses = {};
    const auto first = server();
    const auto second = server(renewed);
    auto port = free_port();
    TargetRun wanted;
    wanted.url = url(port);
    RepeatedRun repeated(wanted);
    TlsServerSpec spec = first;
    spec.port = port;
    spec.staple = authority().staple(first.identity, {});
    Outcome before;
    {
        const TlsServer old(spec);
        repeated.once();
        before = repeated.once();
    }
    spec.identity = second.identity;
    spec.staple = authority().staple(second.identity, {.revoked = true});
    const TlsServer fresh(spec);
    const auto after = repeated.once();
    EXPECT_EQ(fact_of(before, "tls.subject"), "CN=plumb test");
    EXPECT_EQ(fact_of(before, "tls.ocsp"), "good");
    EXPECT_EQ(fact_of(before, "tls.san_match"), "yes");
    EXPECT_EQ(fact_of(after, "tls.subject"), "CN=renewed");
    EXPECT_EQ(fact_of(after, "tls.chain.0.subject"), "CN=renewed");
    EXPECT_EQ(fact_of(after, "tls.ocsp"), "revoked");
    EXPECT_EQ(fact_of(after, "tls.san_match"), "no");
    EXPECT_EQ(failure_of(after), "handshake tls.name_mismatch");
}

// The bundle is read when the target is made, and never again.
TEST_F(TlsFacts, the_trust_store_of_a_target_is_read_once) {
    const TlsServer listening(server());
    TargetRun wanted;
    wanted.url = "tls://127.0.0.1:" + std::to_string(listening.port()) +
                 "?ca=" + dir().write("once.pem", authority().certificate());
    RepeatedRun repeated(wanted);
    EXPECT_EQ(failure_of(repeated.once()), "ok");
    dir().write("once.pem", "no certificate any more");
    EXPECT_EQ(failure_of(repeated.once()), "ok");
    EXPECT_EQ(failure_of(run_once(wanted)), "ok") << "the store is shared while a target uses it";
}

}  // namespace
}  // namespace plumb::test

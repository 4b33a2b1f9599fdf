#include "probes/net/tls.hpp"

#include "probes/net/dial.hpp"
#include "tests/integration/net/tls_fixture.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/typed_input.hpp"

#include <cstdlib>
#include <sys/resource.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/tls1.h>

namespace plumb::test {
namespace {

using namespace std::chrono_literals;
using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

TEST_F(Tls, a_good_certificate_shows_what_it_is) {
    const auto outcome = run(server());
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_THAT(phases_of(outcome), ElementsAre("resolve", "connect", "handshake", "reconnect", "resume"));
    EXPECT_EQ(fact_of(outcome, "tls.version"), "TLSv1.3");
    EXPECT_EQ(fact_of(outcome, "tls.cipher"), "TLS_AES_256_GCM_SHA384");
    EXPECT_EQ(fact_of(outcome, "tls.issuer"), "CN=Plumb Test Authority");
    EXPECT_EQ(fact_of(outcome, "tls.subject"), "CN=plumb test");
    EXPECT_THAT(fact_of(outcome, "tls.days_left"), AnyOf("29", "30"));
    EXPECT_EQ(fact_of(outcome, "tls.san_match"), "yes");
    EXPECT_EQ(fact_of(outcome, "tls.verify"), "ok");
    EXPECT_EQ(fact_of(outcome, "tls.chain_length"), "1");
    EXPECT_EQ(fact_of(outcome, "tls.trust_store"), dir().file("ca.pem"));
}

TEST_F(Tls, an_expired_certificate_still_shows_its_issuer) {
    CertificateSpec old;
    old.valid_from_days = -60;
    old.valid_until_days = -3;
    const auto outcome = run(server(old));
    EXPECT_EQ(failure_of(outcome), "handshake tls.expired");
    EXPECT_EQ(fact_of(outcome, "tls.issuer"), "CN=Plumb Test Authority");
    EXPECT_THAT(fact_of(outcome, "tls.days_left"), AnyOf("-3", "-4"));
    EXPECT_THAT(fact_of(outcome, "tls.verify"), HasSubstr("expired"));
    EXPECT_EQ(fact_of(outcome, "tls.version"), "TLSv1.3");
}

TEST_F(Tls, a_certificate_of_tomorrow_is_not_yet_valid) {
    CertificateSpec early;
    early.valid_from_days = 1;
    EXPECT_EQ(failure_of(run(server(early))), "handshake tls.not_yet_valid");
}

TEST_F(Tls, a_self_signed_certificate_is_told_from_an_unknown_authority) {
    TlsServerSpec spec;
    spec.identity = self_signed();
    EXPECT_EQ(failure_of(run(spec)), "handshake tls.self_signed");
    const Authority stranger("Stranger");
    spec.identity = stranger.issue();
    const auto outcome = run(spec);
    EXPECT_EQ(failure_of(outcome), "handshake tls.unknown_authority");
    EXPECT_EQ(fact_of(outcome, "tls.issuer"), "CN=Stranger");
}

TEST_F(Tls, a_certificate_for_another_name_is_a_mismatch) {
    CertificateSpec other;
    other.dns_names = {"db.example"};
    other.ip_addresses = {};
    const auto outcome = run(server(other));
    EXPECT_EQ(failure_of(outcome), "handshake tls.name_mismatch");
    EXPECT_EQ(fact_of(outcome, "tls.san_match"), "no");
    EXPECT_EQ(failure_of(run(server(other), "&sni=db.example")), "ok");
    EXPECT_EQ(failure_of(run(server(other), "&sni=x.example")), "handshake tls.name_mismatch");
}

TEST_F(Tls, the_common_name_is_no_substitute_for_an_alternative_name) {
    CertificateSpec common;
    common.common_name = "db.example";
    common.dns_names = {};
    EXPECT_EQ(failure_of(run(server(common), "&sni=db.example")), "handshake tls.name_mismatch");
}

TEST_F(Tls, an_insecure_target_keeps_the_complaint_as_a_fact) {
    TlsServerSpec spec;
    spec.identity = self_signed();
    const auto outcome = run(spec, "&insecure=1");
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_THAT(fact_of(outcome, "tls.verify"), HasSubstr("self"));
    EXPECT_EQ(outcome.find_fact("tls.verify")->cls, FactClass::must_match);
}

TEST_F(Tls, an_unreadable_trust_store_is_local_and_hides_no_facts) {
    const TlsServer listening(server());
    TargetRun wanted;
    wanted.url = "tls://127.0.0.1:" + std::to_string(listening.port()) + "?ca=/nowhere.pem";
    const auto outcome = run_once(wanted);
    EXPECT_EQ(failure_of(outcome), "handshake local.trust_store");
    EXPECT_EQ(fact_of(outcome, "tls.issuer"), "CN=Plumb Test Authority");
}

TEST_F(Tls, the_file_of_SSL_CERT_FILE_is_trusted_when_the_target_names_none) {
    const TlsServer listening(server());
    TargetRun wanted;
    wanted.url = "tls://127.0.0.1:" + std::to_string(listening.port());
    const char* before = std::getenv("SSL_CERT_FILE");
    const std::string kept = before == nullptr ? "" : before;
    setenv("SSL_CERT_FILE", dir().file("ca.pem").c_str(), 1);
    const auto chosen = run_once(wanted);
    unsetenv("SSL_CERT_FILE");
    const auto system = run_once(wanted);
    if (before != nullptr) setenv("SSL_CERT_FILE", kept.c_str(), 1);
    EXPECT_EQ(failure_of(chosen), "ok");
    EXPECT_EQ(fact_of(chosen, "tls.trust_store"), dir().file("ca.pem"));
    EXPECT_THAT(failure_of(system), AnyOf("handshake tls.unknown_authority", "handshake local.trust_store"));
    EXPECT_NE(fact_of(system, "tls.trust_store"), dir().file("ca.pem"));
}

TEST_F(Tls, a_demanded_client_certificate_is_missed_in_both_versions) {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        auto spec = server();
        spec.client_authority = authority().certificate();
        spec.minimum_version = spec.maximum_version = version;
        EXPECT_EQ(failure_of(run(spec)), "handshake tls.certificate_required") << version;
        EXPECT_EQ(failure_of(run(spec, client_certificate(authority()))), "ok") << version;
    }
}

TEST_F(Tls, a_client_certificate_that_the_server_does_not_accept_is_told_from_a_bad_one_of_the_server) {
    const Authority stranger("Stranger");
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        auto spec = server();
        spec.client_authority = authority().certificate();
        spec.minimum_version = spec.maximum_version = version;
        const auto unknown = run(spec, client_certificate(stranger));
        EXPECT_EQ(failure_of(unknown), "handshake tls.certificate_required") << version;
        EXPECT_THAT(unknown.failure->detail, HasSubstr("our client certificate: tlsv1 alert unknown ca"));
        const auto expired = run(spec, client_certificate(authority(), -3));
        EXPECT_EQ(failure_of(expired), "handshake tls.certificate_required") << version;
        EXPECT_THAT(expired.failure->detail, HasSubstr("expired"));
    }
}

TEST_F(Tls, versions_that_do_not_overlap_are_named) {
    auto spec = server();
    spec.maximum_version = TLS1_2_VERSION;
    EXPECT_EQ(failure_of(run(spec, "&min_tls=1.3")), "handshake tls.protocol_version");
    const auto agreed = run(spec, "&min_tls=1.2");
    EXPECT_EQ(failure_of(agreed), "ok");
    EXPECT_EQ(fact_of(agreed, "tls.version"), "TLSv1.2");
    spec.minimum_version = spec.maximum_version = TLS1_3_VERSION;
    EXPECT_EQ(failure_of(run(spec, "&max_tls=1.2")), "handshake tls.protocol_version");
    spec.minimum_version = spec.maximum_version = TLS1_1_VERSION;  // older than any that is offered
    spec.ciphers = "DEFAULT:@SECLEVEL=0";
    EXPECT_EQ(failure_of(run(spec)), "handshake tls.protocol_version");
}

TEST_F(Tls, a_server_that_knows_only_old_versions_has_none_in_common) {
    auto spec = server();
    spec.minimum_version = spec.maximum_version = TLS1_1_VERSION;
    spec.ciphers = "DEFAULT@SECLEVEL=0";
    EXPECT_EQ(failure_of(run(spec)), "handshake tls.protocol_version");
}

TEST_F(Tls, no_common_cipher_is_a_handshake_failure) {
    auto spec = server();
    spec.maximum_version = TLS1_2_VERSION;
    spec.ciphers = "ECDHE-RSA-AES128-GCM-SHA256";  // the key is no RSA key
    const auto outcome = run(spec);
    EXPECT_EQ(failure_of(outcome), "handshake tls.handshake_failure");
    EXPECT_THAT(outcome.failure->detail, HasSubstr("alert"));
}

TEST_F(Tls, a_server_that_does_not_know_the_name_says_so) {
    auto spec = server();
    spec.only_server_name = "db.example";
    EXPECT_EQ(failure_of(run(spec, "&sni=other.example")), "handshake tls.unrecognized_name");
}

TEST_F(Tls, the_application_protocol_is_negotiated) {
    auto spec = server();
    spec.alpn = "h2";
    EXPECT_EQ(fact_of(run(spec, "&alpn=http/1.1,h2"), "tls.alpn"), "h2");
}

// On a terminal the question would stop the loop.
TEST_F(Tls, nobody_is_asked_for_the_password_of_a_key) {
    const auto identity = authority().issue();
    const auto key = dir().write("locked.key", locked_key(identity.key, "Key-Word-3"));
    const TypedInput typed("Key-Word-3\nKey-Word-3\n");
    const auto outcome = run(server(), "&cert=" + dir().write("c.pem", identity.certificate) + "&key=" + key);
    ASSERT_EQ(failure_of(outcome), "handshake local.error");
    EXPECT_THAT(outcome.failure->detail, HasSubstr("has a password"));
}

TEST_F(Tls, a_missing_client_key_is_a_local_error) {
    const auto identity = authority().issue();
    const auto outcome =
        run(server(), "&cert=" + dir().write("c.pem", identity.certificate) + "&key=/nowhere.key");
    EXPECT_EQ(failure_of(outcome), "handshake local.error");
}

struct Peer {
    const char* name;
    Script script;
    const char* failure;
};

TEST_F(Tls, a_peer_that_speaks_no_tls_ends_within_the_deadline_with_its_cause) {
    const std::string record_head("\x16\x03\x03\x40\x00", 5);
    const std::vector<Peer> peers{
        {"silent", silent(), "handshake tls.timeout"},
        {"closes at once", closing(), "handshake peer."},
        {"closes after the hello", closing_after_request(), "handshake peer.closed"},
        {"resets", resetting(), "handshake peer.reset"},
        {"answers HTTP", answering("HTTP/1.1 400 Bad Request\r\n\r\n"), "handshake tls.not_tls"},
        {"greets first", saying("220 mail.example ESMTP\r\n"), "handshake tls.not_tls"},
        {"garbage", answering(garbage()), "handshake tls.not_tls"},
        {"drips a TLS record", dripping(record_head + std::string(500, 'x'), 5ms), "handshake tls.timeout"},
        {"drips plain text", dripping("-ERR unknown command\r\n", 2ms), "handshake tls.not_tls"},
    };
    for (const auto& peer : peers) {
        const ScriptedServer listening(peer.script);
        EXPECT_THAT(failure_of(run(listening.port(), "", 400ms)), StartsWith(peer.failure)) << peer.name;
    }
}

// HelloRequest may come at any time before the handshake is over, and a client passes over each (RFC 5246,
// 7.4.1.1): a peer that sends nothing else keeps OpenSSL reading as fast as it writes.
TEST_F(Tls, requests_for_a_new_handshake_without_end_stop_at_the_deadline) {
    std::string requests;
    for (int i = 0; i < 5000; ++i)
        requests += std::string("\x16\x03\x03\x00\x04\x00\x00\x00\x00", 9);
    const ScriptedServer listening(flooding(requests, requests));
    const auto outcome = run(listening.port(), "", 300ms);
    EXPECT_EQ(failure_of(outcome), "handshake tls.timeout");
    EXPECT_LT(outcome.total, 1s);
}

TEST_F(Tls, words_of_a_plain_peer_are_escaped_and_bounded) {
    const ScriptedServer listening(answering("\x1b[31m" + std::string(5000, 'A')));
    const auto outcome = run(listening.port());
    EXPECT_EQ(failure_of(outcome), "handshake tls.not_tls");
    EXPECT_LT(outcome.failure->detail.size(), 257U);
    EXPECT_EQ(outcome.failure->detail.find('\x1b'), std::string::npos);
}

TEST_F(Tls, an_endless_handshake_ends_in_bounded_memory) {
    rusage before{};
    getrusage(RUSAGE_SELF, &before);
    const std::string record = std::string("\x16\x03\x03\x40\x00", 5) + std::string(0x4000, '\x02');
    const ScriptedServer listening(flooding(record, record));
    const auto outcome = run(listening.port(), "", 1000ms);
    ASSERT_TRUE(outcome.failure);
    EXPECT_EQ(outcome.failure->phase, "handshake");
    rusage after{};
    getrusage(RUSAGE_SELF, &after);
    EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 64 * 1024);  // KiB
}

// Talks over an established TLS stream.
boost::asio::awaitable<std::string> talk(std::uint16_t port, std::string ca_file) {
    const auto executor = co_await boost::asio::this_coro::executor;
    const auto resolver = net::Resolver::make(executor, {"127.0.0.1:1"}).value();
    Services services{executor, *resolver};
    plumb::Run run(Clock::now() + 10s, 0);
    auto stream = co_await net::dial(run, services, "127.0.0.1", port);
    if (!stream) co_return "no connection";
    net::TlsOptions options;
    options.ca_file = std::move(ca_file);
    options.server_name = "127.0.0.1";
    const net::TlsSettings settings(options);
    const bool trusted = co_await net::start_tls(run, *stream, settings);
    if (!trusted) co_return run.outcome.failure->detail;
    const auto written = co_await stream->write("ping", run.deadline());
    if (!written) co_return written.error().detail;
    std::string all;
    std::vector<char> buffer(1024);
    while (all.size() < 100'000) {
        const auto count = co_await stream->read_some(buffer, run.deadline());
        if (!count) co_return count.error().detail;
        if (*count == 0) break;
        all.append(buffer.data(), *count);
    }
    co_return all;
}

TEST_F(Tls, bytes_pass_through_a_stream_in_both_directions) {
    auto spec = server();
    spec.serve = [](const std::string& request, const auto& reply) {
        reply(request + std::string(99'996, 'y'));
    };
    const TlsServer listening(spec);
    const auto said = run_coroutine_test(talk(listening.port(), dir().file("ca.pem")));
    EXPECT_EQ(said.size(), 100'000U);
    EXPECT_THAT(said, StartsWith("pingyyy"));
}

TEST_F(Tls, cancellation_during_the_handshake_is_no_evidence) {
    const ScriptedServer listening(silent());
    TargetRun wanted;
    wanted.url = "tls://127.0.0.1:" + std::to_string(listening.port()) + "?insecure=1";
    const auto outcome = run_and_cancel(wanted);
    ASSERT_TRUE(outcome.failure);
    EXPECT_EQ(outcome.failure->cause, Cause::local_cancelled);
}

}  // namespace
}  // namespace plumb::test

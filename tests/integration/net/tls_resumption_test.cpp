// A session is resumed by a second connection, after the first is closed, and only in a run that inspects;
// whatever comes of it, the run stands.
#include "probes/tls/tls_probe.hpp"
#include "tests/integration/net/tls_fixture.hpp"
#include "tests/integration/probe_run/stalls.hpp"
#include "tests/support/udp_server.hpp"

#include <atomic>
#include <mutex>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

namespace plumb::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

using TlsResumption = Tls;

bool is_established(int descriptor) {
    tcp_info info{};
    socklen_t size = sizeof info;
    getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size);
    return info.tcpi_state == TCP_ESTABLISHED;
}

TEST_F(TlsResumption, a_session_is_resumed_in_both_versions) {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        auto spec = server();
        spec.minimum_version = spec.maximum_version = version;
        const TlsServer listening(spec);
        const auto outcome = run(listening.port());
        EXPECT_EQ(failure_of(outcome), "ok");
        EXPECT_EQ(fact_of(outcome, "tls.resumption"), "yes") << version;
        EXPECT_EQ(listening.accepted(), 2);
        EXPECT_EQ(outcome.attempts.size(), 1U);
    }
}

TEST_F(TlsResumption, a_client_certificate_does_not_hinder_it) {
    auto spec = server();
    spec.client_authority = authority().certificate();
    const auto outcome = run(spec, client_certificate(authority()));
    EXPECT_EQ(fact_of(outcome, "tls.resumption"), "yes");
}

TEST_F(TlsResumption, a_server_without_sessions_is_connected_to_once) {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        auto spec = server();
        spec.minimum_version = spec.maximum_version = version;
        spec.resumes = false;
        const TlsServer listening(spec);
        const auto outcome = run(listening.port());
        EXPECT_EQ(failure_of(outcome), "ok");
        EXPECT_EQ(fact_of(outcome, "tls.resumption"), "no") << version;
        EXPECT_EQ(listening.accepted(), 1);
        EXPECT_THAT(phases_of(outcome), ElementsAre("resolve", "connect", "handshake", "reconnect"));
    }
}

// As behind a balancer whose nodes do not share their keys: the second handshake is a whole one.
TEST_F(TlsResumption, a_ticket_that_the_server_cannot_read_is_no_resumption) {
    auto spec = server();
    std::atomic<char> key{'a'};
    spec.before_handshake = [&key](Connection&, SSL* ssl) {
        std::string keys(80, key++);
        SSL_CTX_set_tlsext_ticket_keys(SSL_get_SSL_CTX(ssl), keys.data(), static_cast<long>(keys.size()));
    };
    const TlsServer listening(spec);
    const auto outcome = run(listening.port());
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_EQ(fact_of(outcome, "tls.resumption"), "no");
    EXPECT_EQ(listening.accepted(), 2);
}

TEST_F(TlsResumption, a_run_that_does_not_inspect_leaves_it) {
    const TlsServer listening(server());
    TargetRun wanted;
    wanted.url = url(listening.port());
    wanted.depth = Depth::login;
    const auto outcome = run_once(wanted);
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_EQ(fact_of(outcome, "tls.resumption"), "(absent)");
    EXPECT_THAT(phases_of(outcome), ElementsAre("resolve", "connect", "handshake"));
    EXPECT_EQ(listening.accepted(), 1);
}

TEST_F(TlsResumption, the_first_connection_is_over_before_the_second_begins) {
    auto spec = server();
    std::mutex mutex;
    std::vector<Descriptor> seen;
    int still_open = 0;
    spec.before_handshake = [&](Connection& connection, SSL*) {
        const std::lock_guard lock(mutex);
        for (const auto& earlier : seen)
            still_open += is_established(earlier.get()) ? 1 : 0;
        seen.emplace_back(dup(connection.descriptor()));
    };
    const auto outcome = run(spec);
    EXPECT_EQ(fact_of(outcome, "tls.resumption"), "yes");
    EXPECT_EQ(seen.size(), 2U);
    EXPECT_EQ(still_open, 0);
}

TEST_F(TlsResumption, a_refused_second_connection_leaves_the_run_as_it_was) {
    auto spec = server();
    spec.resets_second = true;
    const auto outcome = run(spec);
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_EQ(fact_of(outcome, "tls.resumption"), "failed: peer.reset");
}

// Without any limit of its own it ends before the run would be late.
TEST_F(TlsResumption, a_second_connection_that_hangs_makes_no_run_late) {
    auto spec = server();
    spec.stalls_second = true;
    const TlsServer listening(spec);
    const auto outcome = run(listening.port(), "", 2s);
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_EQ(fact_of(outcome, "tls.resumption"), "failed: tls.timeout");
    EXPECT_LT(outcome.total, 2s);
}

TEST_F(TlsResumption, every_phase_that_stalls_is_named_and_ends_by_its_limit) {
    Stalls stalls(tls_kind());
    const UdpServer mute_resolver;
    RunOptions asking;
    asking.name_servers = {mute_resolver.address()};
    stalls.expect("resolve", "dns.timeout", "tls://stalls.test:443", asking);
    const FullQueueListener full;
    stalls.expect("connect", "tcp.timeout", "tls://127.0.0.1:" + std::to_string(full.port()));
    const ScriptedServer mute(silent());
    stalls.expect("handshake", "tls.timeout", "tls://127.0.0.1:" + std::to_string(mute.port()));
    auto spec = server();
    spec.accepts_once = true;
    const TlsServer once(spec);
    const Fact no_connection{.name = "tls.resumption", .value = "failed: tcp.timeout"};
    stalls.expect_harmless("reconnect", no_connection, url(once.port()));
    spec.accepts_once = false;
    spec.stalls_second = true;
    const TlsServer second(spec);
    const Fact no_handshake{.name = "tls.resumption", .value = "failed: tls.timeout"};
    stalls.expect_harmless("resume", no_handshake, url(second.port()));
    stalls.expect_complete();
}

}  // namespace
}  // namespace plumb::test

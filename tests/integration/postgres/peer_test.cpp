// The probe against peers that are no PostgreSQL, or a broken one. Each run ends within its time limit with
// the cause that fits, in the phase that fits.
#include "tests/integration/postgres/messages.hpp"
#include "tests/integration/postgres/run_probe.hpp"
#include "tests/support/servers.hpp"
#include "tests/support/sockets.hpp"
#include "tests/support/tls_server.hpp"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::test {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr auto kShort = 300ms;

std::string url(std::uint16_t port, const std::string& options = "sslmode=disable",
                const char* host = "127.0.0.1") {
    return "postgres://app:" + std::string(kPassword) + "@" + host + ":" + std::to_string(port) + "/shop?" +
           options;
}

using wire::message;

const std::string kAuthenticated = message('R', "\0\0\0\0"s);
const std::string kReady = message('Z', "I");

std::string run(const Script& script, const std::string& options = "sslmode=disable",
                std::chrono::milliseconds timeout = 10s) {
    const ScriptedServer server(script);
    return failure_of(run_postgres(url(server.port(), options), timeout));
}

// Lets the client in, waits for its query, then plays on.
Script logged_in(Script then) {
    return [then = std::move(then)](Connection& connection) {
        connection.read_some();
        connection.write(wire::logged_in());
        connection.read_some();
        then(connection);
    };
}

Script waits_for_close() {
    return [](Connection& connection) { connection.wait_for_close(); };
}

Script then_say(std::string bytes) {
    return [bytes = std::move(bytes)](Connection& connection) {
        connection.write(bytes);
        connection.wait_for_close();
    };
}

TEST(PostgresPeer, refused_connection_names_the_connect_phase) {
    const RefusingPort port;
    const auto outcome = run_postgres(url(port.port()));
    EXPECT_EQ(failure_of(outcome), "connect tcp.refused");
    ASSERT_EQ(outcome.attempts.size(), 1U);
    EXPECT_EQ(outcome.attempts[0].failed, Cause::tcp_refused);
    EXPECT_EQ(outcome.address, "");
}

TEST(PostgresPeer, an_unresolved_name_names_the_resolve_phase) {
    const auto outcome = run_postgres("postgres://app@nothing.invalid:5432/x", kShort);
    EXPECT_EQ(failure_of(outcome).substr(0, 12), "resolve dns.");
}

TEST(PostgresPeer, hanging_connect_ends_at_the_deadline) {
    const FullQueueListener listener;
    const auto outcome = run_postgres(url(listener.port()), kShort);
    EXPECT_EQ(failure_of(outcome), "connect tcp.timeout");
    EXPECT_THAT(phases_of(outcome), ElementsAre("resolve", "connect"));
}

TEST(PostgresPeer, every_address_is_tried_until_one_connects) {
    const ScriptedServer server(logged_in(waits_for_close()));
    // localhost is ::1 and 127.0.0.1; only the latter listens.
    const auto outcome = run_postgres(url(server.port(), "sslmode=disable", "localhost"), 1s);
    EXPECT_EQ(failure_of(outcome), "query peer.timeout");
    ASSERT_FALSE(outcome.attempts.empty());
    EXPECT_EQ(outcome.attempts.back().address, "127.0.0.1:" + std::to_string(server.port()));
    EXPECT_FALSE(outcome.attempts.back().failed);
    for (std::size_t i = 0; i + 1 < outcome.attempts.size(); ++i)
        EXPECT_EQ(outcome.attempts[i].failed, Cause::tcp_refused);
}

TEST(PostgresPeer, silence_is_told_in_the_phase_where_it_begins) {
    EXPECT_EQ(run(silent(), "sslmode=disable", kShort), "authenticate peer.timeout");
    EXPECT_EQ(run(silent(), "sslmode=prefer", kShort), "handshake peer.timeout");
    EXPECT_EQ(run(answering("S"), "sslmode=require", kShort), "handshake tls.timeout");
    EXPECT_EQ(run(answering(kAuthenticated), "sslmode=disable", kShort), "authenticate peer.timeout");
    EXPECT_EQ(run(logged_in(waits_for_close()), "sslmode=disable", kShort), "query peer.timeout");
}

TEST(PostgresPeer, an_answer_to_the_first_query_alone_leaves_the_run_in_inspect) {
    EXPECT_EQ(run(logged_in(then_say(wire::one())), "sslmode=disable", kShort), "inspect peer.timeout");
}

TEST(PostgresPeer, a_closed_connection_is_told_in_its_phase) {
    EXPECT_EQ(run(closing_after_request()), "authenticate peer.closed");
    EXPECT_EQ(run(closing_after_request(), "sslmode=require"), "handshake peer.closed");
    EXPECT_EQ(run(logged_in([](Connection& connection) { connection.close(); })), "query peer.closed");
}

TEST(PostgresPeer, a_reset_is_not_taken_for_an_orderly_end) {
    EXPECT_EQ(run(resetting()), "authenticate peer.reset");
    EXPECT_EQ(run(resetting(), "sslmode=require"), "handshake peer.reset");
    EXPECT_EQ(run(logged_in([](Connection& connection) { connection.reset(); })), "query peer.reset");
    const auto after_accepting_tls = [](Connection& connection) {
        connection.read_some();
        connection.write("S");
        connection.read_some();
        connection.reset();
    };
    EXPECT_EQ(run(after_accepting_tls, "sslmode=require"), "handshake peer.reset");
}

TEST(PostgresPeer, another_protocol_is_garbage) {
    EXPECT_EQ(run(answering("HTTP/1.1 400 Bad Request\r\n\r\n")), "authenticate peer.garbage");
    EXPECT_EQ(run(answering("HTTP/1.1 400 Bad Request\r\n\r\n"), "sslmode=prefer"), "handshake peer.garbage");
    EXPECT_EQ(run(saying("SSH-2.0-OpenSSH_9.2\r\n"), "sslmode=prefer"), "handshake peer.garbage");
    EXPECT_EQ(run(answering(garbage())), "authenticate peer.garbage");
    EXPECT_EQ(run(logged_in(then_say(message('?', "what")))), "query peer.garbage");
    EXPECT_EQ(run(logged_in(then_say(message('H', "\0\0\0"s)))), "query peer.garbage");
}

TEST(PostgresPeer, accepting_tls_and_speaking_none_is_told_as_such) {
    const auto script = [](Connection& connection) {
        connection.read_some();
        connection.write("S");
        connection.read_some();
        connection.write("220 mail.example.com ESMTP\r\n");
        connection.wait_for_close();
    };
    EXPECT_EQ(run(script, "sslmode=require"), "handshake tls.not_tls");
}

TEST(PostgresPeer, a_dripping_peer_ends_at_the_deadline) {
    EXPECT_EQ(run(dripping("R", 20ms), "sslmode=disable", kShort), "authenticate peer.timeout");
    const auto drip_rows = [](Connection& connection) {
        const auto start = message('T', std::string(64000, '\0'));
        for (std::size_t at = 0; connection.write(start.substr(at % start.size(), 1)); ++at) {
            if (!connection.pause(10ms)) return;
        }
    };
    EXPECT_EQ(run(logged_in(drip_rows), "sslmode=disable", kShort), "query peer.timeout");
}

TEST(PostgresPeer, a_flood_is_cut_off_in_every_phase) {
    const auto notice = message('N', "SNOTICE\0Mhello\0\0"s);
    std::string notices;
    while (notices.size() < 60000)
        notices += notice;
    // An endless error of the ancient protocol, which has no length; and notices without end after the login.
    EXPECT_EQ(run(flooding("E", std::string(60000, 'x'))), "authenticate peer.too_large");
    EXPECT_EQ(run(flooding(kAuthenticated, notices)), "authenticate peer.too_large");
    // Parameters that differ: libpq keeps a list of them and goes through all of it for each.
    std::string parameters;
    for (int i = 0; i < 40000; ++i)
        parameters += message('S', "p" + std::to_string(i) + "\0v\0"s);
    EXPECT_EQ(run(flooding(kAuthenticated, parameters), "sslmode=disable", 2s),
              "authenticate peer.too_large");
    const auto rows = [](Connection& connection) {
        const auto chunk = std::string(60000, 'x');
        bool open = connection.write("D\x7f\xff\xff\xf0"s);
        while (open)
            open = connection.write(chunk);
    };
    {
        const ScriptedServer server(logged_in(rows));
        const auto outcome = run_postgres(url(server.port()));
        EXPECT_EQ(failure_of(outcome), "query peer.too_large") << outcome.failure->detail;
    }
}

TEST(PostgresPeer, a_huge_message_announced_is_not_waited_for_in_memory) {
    EXPECT_EQ(run(answering("R\x7f\xff\xff\xff\0\0\0\0"s)), "authenticate peer.garbage");
}

// The kernel knows when an answer came; that the loop had other work to do until it looked is not the
// server's fault.
TEST(PostgresPeer, a_busy_loop_is_in_no_phase) {
    constexpr auto kBusy = 200ms;
    const ScriptedServer server(logged_in(then_say(wire::one())));
    RunOptions options;
    options.depth = Depth::login;
    options.busy = kBusy;
    const auto outcome = run_postgres(url(server.port()), std::move(options));
    ASSERT_EQ(failure_of(outcome), "ok");
    EXPECT_THAT(phases_of(outcome), ElementsAre("resolve", "connect", "authenticate", "query"));
    for (const auto& phase : outcome.phases)
        EXPECT_LT(phase.duration, kBusy / 2) << phase.name;
}

TEST(PostgresPeer, more_results_than_were_asked_for_are_not_taken) {
    std::string results;
    for (int i = 0; i < 100; ++i)
        results += message('C', "SET\0"s);
    EXPECT_EQ(run(logged_in(then_say(results))), "query peer.garbage");
}

// Plays a SCRAM server that wants the password hashed very often.
std::string scram_answer(const std::string& request, const std::string& count = "2000000000") {
    const auto nonce = request.find(",r=");
    if (nonce == std::string::npos) return message('R', "\0\0\0\x0aSCRAM-SHA-256\0\0"s);
    return message('R', "\0\0\0\x0b"s + request.substr(nonce + 1) + "x,s=QSXCR+Q6sek8bf92,i=" + count);
}

TEST(PostgresPeer, a_server_cannot_keep_the_loop_busy_with_hashing) {
    const auto script = [](Connection& connection) {
        for (auto request = connection.read_some(); !request.empty(); request = connection.read_some())
            connection.write(scram_answer(request));
    };
    const ScriptedServer plain(script);
    const auto outcome = run_postgres(url(plain.port()));
    EXPECT_EQ(failure_of(outcome), "authenticate peer.too_large");
    EXPECT_THAT(outcome.failure->detail, HasSubstr("more than 1000000 SCRAM iterations"));
    TlsServerSpec spec;
    spec.identity = self_signed();
    spec.preamble = "S";
    spec.serve = [](const std::string& request, const std::function<void(std::string_view)>& reply) {
        reply(scram_answer(request));
    };
    const TlsServer server(spec);
    EXPECT_EQ(failure_of(run_postgres(url(server.port(), "sslmode=require"))), "authenticate peer.too_large");
}

TEST(PostgresPeer, hashing_that_would_outlast_the_run_is_a_time_out) {
    const auto script = [](Connection& connection) {
        for (auto request = connection.read_some(); !request.empty(); request = connection.read_some())
            connection.write(scram_answer(request, "900000"));
    };
    EXPECT_EQ(run(script, "sslmode=disable", kShort), "authenticate peer.timeout");
}

// libpq answers everything that it has read at once, and may have read sixteen kilobytes.
TEST(PostgresPeer, the_work_asked_for_is_seen_behind_other_messages) {
    std::string others;
    while (others.size() < 8000)
        others += message('R', "\0\0\0\3"s);  // the password in clear, please
    const auto script = [&others](Connection& connection) {
        connection.read_some();
        connection.write(message('R', "\0\0\0\x0aSCRAM-SHA-256\0\0"s));
        connection.write(others + scram_answer(connection.read_some(), "9000000"));
        connection.wait_for_close();
    };
    EXPECT_EQ(run(script), "authenticate peer.too_large");
}

// However the count arrives: what counts is what is about to be computed.
TEST(PostgresPeer, the_work_asked_for_may_drip_in) {
    const auto script = [](Connection& connection) {
        connection.read_some();
        connection.write(message('R', "\0\0\0\x0aSCRAM-SHA-256\0\0"s));
        for (const char byte : scram_answer(connection.read_some(), "9000000")) {
            connection.write(std::string(1, byte));
            std::this_thread::yield();
        }
        connection.wait_for_close();
    };
    EXPECT_EQ(run(script), "authenticate peer.too_large");
}

TEST(PostgresPeer, an_error_instead_of_an_answer_to_the_request_for_tls_is_the_servers) {
    const auto full = message('E', "SFATAL\0VFATAL\0C53300\0Msorry, too many clients already\0\0"s);
    const auto forkless = "Ecould not fork new process for connection: Resource temporarily unavailable\n\0"s;
    for (const char* mode : {"sslmode=prefer", "sslmode=require"}) {
        EXPECT_EQ(run(answering(full), mode), "authenticate postgres.too_many_connections");
        EXPECT_EQ(run(answering(forkless), mode), "authenticate postgres.error");
    }
}

TEST(PostgresPeer, an_echoed_password_is_hidden) {
    const auto echo = message('E', "SFATAL\0VFATAL\0C28P01\0Mwho is "s + std::string(kPassword) + "?\0\0"s);
    const ScriptedServer server(answering(echo));
    const auto outcome = run_postgres(url(server.port()));
    EXPECT_EQ(failure_of(outcome), "authenticate postgres.auth_failed");
    EXPECT_EQ(outcome.failure->detail, "28P01: “who is ***?”");
    EXPECT_EQ(fact_of(outcome, "postgres.ssl"), "off");
}

TEST(PostgresPeer, a_server_error_in_the_query_has_its_cause) {
    const auto error = message('E', "SERROR\0VERROR\0C57014\0Mcanceling statement\0\0"s) + kReady;
    EXPECT_EQ(run(logged_in(then_say(error))), "query postgres.statement_timeout");
    const auto ending = message('E', "SFATAL\0VFATAL\0C57P01\0Mterminating connection\0\0"s);
    EXPECT_EQ(run(logged_in([ending](Connection& connection) {
                  connection.write(ending);
                  connection.close();
              })),
              "query postgres.shutting_down");
}

TEST(PostgresPeer, what_a_server_said_of_the_end_counts_although_it_does_not_close) {
    const auto ending = message('E', "SFATAL\0VFATAL\0C57P01\0Mterminating connection\0\0"s);
    EXPECT_EQ(run(logged_in(then_say(ending))), "query postgres.shutting_down");
    const auto error = message('E', "SERROR\0VERROR\0C53200\0Mout of memory\0\0"s);
    EXPECT_EQ(run(logged_in(then_say(error)), "sslmode=disable", kShort), "query postgres.error");
    EXPECT_EQ(run(logged_in([error](Connection& connection) {
                  connection.write(error);
                  connection.reset();
              })),
              "query postgres.error");
}

TEST(PostgresPeer, a_short_password_is_hidden_too) {
    const auto echo = message('E', "SFATAL\0VFATAL\0C28P01\0Mwho is xq7?\0\0"s);
    const ScriptedServer server(answering(echo));
    const auto outcome = run_postgres("postgres://app:xq7@127.0.0.1:" + std::to_string(server.port()) +
                                      "/shop?sslmode=disable");
    EXPECT_EQ(outcome.failure->detail, "28P01: “who is ***?”");
}

TEST(PostgresPeer, terminal_control_of_a_peer_is_escaped) {
    const auto error = message('E', "SFATAL\0VFATAL\0C3D000\0M\x1b[2Jgone\0\0"s);
    const ScriptedServer server(answering(error));
    const auto outcome = run_postgres(url(server.port()));
    EXPECT_EQ(outcome.failure->detail.find('\x1b'), std::string::npos);
    EXPECT_THAT(outcome.failure->detail, HasSubstr("gone"));
}

}  // namespace
}  // namespace plumb::test

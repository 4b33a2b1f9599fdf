// The http probe against peers that stall, drip, reset or talk nonsense, in every phase.
#include "probes/http/http.hpp"
#include "tests/integration/probe_run/probe_run.hpp"
#include "tests/support/servers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb {
namespace {

using test::Connection;
using test::expect_sound;
using test::failure_of;
using test::run_probe;
using test::Script;
using test::ScriptedServer;

constexpr test::RunOptions kShort{std::chrono::milliseconds(1000)};
constexpr std::string_view kEnd = "\r\n\r\n";  // of the request

std::string url_of(std::uint16_t port, const std::string& scheme = "http", const std::string& rest = "/") {
    return scheme + "://127.0.0.1:" + std::to_string(port) + rest;
}

Outcome outcome_against(const Script& script, test::RunOptions options = {}) {
    const ScriptedServer peer(script);
    Outcome outcome = run_probe(http_kind(), url_of(peer.port()), options);
    expect_sound(outcome);
    return outcome;
}

std::string failure_against(const Script& script, test::RunOptions options = {}) {
    return failure_of(outcome_against(script, options));
}

// Answers a request with `bytes` and then closes.
Script answering(std::string bytes) {
    return [bytes = std::move(bytes)](Connection& connection) {
        connection.read_until(kEnd);
        connection.write(bytes);
    };
}

// Answers with `bytes` and then says nothing more.
Script stalling_after(std::string bytes) {
    return [bytes = std::move(bytes)](Connection& connection) {
        connection.read_until(kEnd);
        connection.write(bytes);
        connection.hang();
    };
}

// A byte now and then, for ever.
void drip(Connection& connection) {
    while (connection.write("x") && connection.pause(std::chrono::milliseconds(20))) {
    }
}

TEST(HttpStall, in_connect_is_a_connect_timeout) {
    const test::FullQueueListener listener;
    EXPECT_EQ(failure_of(run_probe(http_kind(), url_of(listener.port()), kShort)), "connect tcp.timeout");
}

TEST(HttpStall, in_the_handshake_is_a_tls_timeout) {
    const ScriptedServer peer([](Connection& connection) { connection.hang(); });
    EXPECT_EQ(failure_of(run_probe(http_kind(), url_of(peer.port(), "https"), kShort)),
              "handshake tls.timeout");
}

TEST(HttpStall, before_the_answer_is_a_timeout_of_first_byte) {
    EXPECT_EQ(failure_against(stalling_after(""), kShort), "first_byte peer.timeout");
}

TEST(HttpStall, inside_the_header_or_body_is_a_timeout_of_transfer) {
    EXPECT_EQ(failure_against(stalling_after("HTTP/1.1 200 OK\r\nServ"), kShort), "transfer peer.timeout");
    EXPECT_EQ(failure_against(stalling_after("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhel"), kShort),
              "transfer peer.timeout");
}

TEST(HttpStall, what_came_before_the_deadline_is_told) {
    const auto in_header = outcome_against(stalling_after("HTTP/1.1 200 OK\r\nServ"), kShort);
    EXPECT_THAT(in_header.failure->detail, testing::HasSubstr("header was not complete"));
    const auto in_body =
        outcome_against(stalling_after("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhel"), kShort);
    EXPECT_THAT(in_body.failure->detail, testing::HasSubstr("body was not complete"));
    EXPECT_THAT(in_body.failure->detail, testing::HasSubstr("41 bytes"));
}

TEST(HttpStall, a_bad_status_is_told_without_waiting_for_its_body) {
    EXPECT_EQ(failure_against(stalling_after("HTTP/1.1 503 Busy\r\nContent-Length: 9\r\n\r\n")),
              "first_byte http.unavailable");
}

TEST(HttpDrip, a_slow_header_ends_at_the_deadline) {
    const auto script = [](Connection& connection) {
        connection.read_until(kEnd);
        connection.write("HTTP/1.1 200 OK\r\nX: ");
        drip(connection);
    };
    EXPECT_EQ(failure_against(script, kShort), "transfer peer.timeout");
}

TEST(HttpDrip, a_slow_body_ends_at_the_deadline) {
    const auto script = [](Connection& connection) {
        connection.read_until(kEnd);
        connection.write("HTTP/1.1 200 OK\r\n\r\n");
        drip(connection);
    };
    EXPECT_EQ(failure_against(script, kShort), "transfer peer.timeout");
}

// All of it came in one piece, so that nothing was waited for after its first byte: to judge the answer and
// to close the connection are no transfer.
TEST(HttpTransfer, ends_when_the_last_byte_arrived) {
    test::RunOptions usual;
    usual.depth = Depth::login;
    const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: ";
    const auto whole = outcome_against(stalling_after(head + "2\r\n\r\nhi"), usual);
    EXPECT_EQ(failure_of(whole), "ok");
    ASSERT_EQ(whole.phases.back().name, "transfer");
    EXPECT_EQ(whole.phases.back().duration, std::chrono::nanoseconds::zero());
}

TEST(HttpClose, before_or_inside_the_answer_is_closed) {
    EXPECT_EQ(failure_against(answering("")), "first_byte peer.closed");
    EXPECT_EQ(failure_against(answering("HTTP/1.1 200")), "transfer peer.closed");
    EXPECT_EQ(failure_against(answering("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhel")),
              "transfer peer.closed");
    EXPECT_EQ(failure_against(answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel")),
              "transfer peer.closed");
}

TEST(HttpClose, after_a_body_without_length_is_its_end) {
    EXPECT_EQ(failure_against(answering("HTTP/1.0 200 OK\r\n\r\nhello")), "ok");
}

TEST(HttpReset, after_the_request_is_a_reset) {
    const auto script = [](Connection& connection) {
        connection.read_until(kEnd);
        connection.reset();
    };
    EXPECT_EQ(failure_against(script), "first_byte peer.reset");
}

TEST(HttpGarbage, another_protocol_is_garbage_and_is_quoted) {
    const Outcome outcome = outcome_against(stalling_after("SSH-2.0-OpenSSH_9.2\x1b[2J\r\n"));
    EXPECT_EQ(failure_of(outcome), "first_byte peer.garbage");
    EXPECT_THAT(outcome.failure->detail, testing::HasSubstr("“SSH-2.0-OpenSSH"));
    EXPECT_EQ(outcome.failure->detail.find('\x1b'), std::string::npos);
    EXPECT_EQ(failure_against(stalling_after("-ERR unknown command\r\n")), "first_byte peer.garbage");
}

TEST(HttpGarbage, an_echo_service_does_not_leak) {
    const ScriptedServer peer([](Connection& connection) { connection.write(connection.read_until(kEnd)); });
    const std::string url =
        "http://app:s3cret-word@127.0.0.1:" + std::to_string(peer.port()) + "/?key=k3y-word";
    const Outcome outcome = run_probe(http_kind(), url);
    EXPECT_EQ(failure_of(outcome), "first_byte peer.garbage");
    expect_sound(outcome, {"s3cret-word", "YXBwOnMzY3JldC13b3Jk", "k3y-word"});
}

// Repeats the query of the request where a person will read it.
void echo_query(Connection& connection) {
    const std::string request = connection.read_until(kEnd);
    const std::string path = request.substr(4, request.find(' ', 4) - 4);
    connection.write("HTTP/1.1 400 Bad " + path + "\r\nServer: " + path + "\r\nContent-Length: 0\r\n\r\n");
    connection.wait_for_close();
}

TEST(HttpGarbage, a_query_that_comes_back_as_it_was_encoded_does_not_leak) {
    const ScriptedServer peer(echo_query);
    const Outcome outcome =
        run_probe(http_kind(), url_of(peer.port(), "http", "/?key=k3%79%2Fword&pin=12&t0ken-word"));
    EXPECT_EQ(failure_of(outcome), "first_byte http.status");
    expect_sound(outcome, {"k3%79%2Fword", "k3y/word", "pin=12", "t0ken-word"});
    EXPECT_THAT(outcome.failure->detail, testing::HasSubstr("400 “Bad /?key=***&"));
}

TEST(HttpGarbage, a_tls_record_in_answer_to_plain_http_says_what_would_be_right) {
    const Outcome outcome = outcome_against(stalling_after(std::string("\x15\x03\x01\x00\x02\x02\x28", 7)));
    EXPECT_EQ(failure_of(outcome), "first_byte peer.garbage");
    EXPECT_THAT(outcome.failure->detail, testing::HasSubstr("https"));
}

TEST(HttpGarbage, tls_against_a_peer_that_talks_first_is_not_tls) {
    const ScriptedServer peer([](Connection& connection) {
        connection.write("220 mail.example.com ESMTP\r\n");
        connection.hang();
    });
    EXPECT_EQ(failure_of(run_probe(http_kind(), url_of(peer.port(), "https"))), "handshake tls.not_tls");
}

TEST(HttpOversized, an_endless_header_is_too_large) {
    const auto script = [](Connection& connection) {
        connection.read_until(kEnd);
        connection.write("HTTP/1.1 200 OK\r\nX: ");
        const std::string block(65536, 'x');
        while (connection.write(block)) {
        }
    };
    const std::string failure = failure_against(script);
    EXPECT_THAT(failure, testing::EndsWith(" peer.too_large"));
}

TEST(HttpOversized, an_endless_body_is_read_to_the_bound_and_is_no_failure) {
    const auto script = [](Connection& connection) {
        connection.read_until(kEnd);
        connection.write("HTTP/1.1 200 OK\r\n\r\n");
        const std::string block(65536, 'x');
        while (connection.write(block)) {
        }
    };
    EXPECT_EQ(failure_against(script), "ok");
}

TEST(HttpOversized, chunks_that_are_nearly_all_framing_are_too_large) {
    const auto script = [](Connection& connection) {
        connection.read_until(kEnd);
        connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        const std::string chunk = "1;" + std::string(8000, 'e') + "\r\nx\r\n";
        while (connection.write(chunk)) {
        }
    };
    EXPECT_EQ(failure_against(script), "transfer peer.too_large");
}

TEST(HttpOversized, interim_answers_without_end_are_refused) {
    const auto script = [](Connection& connection) {
        connection.read_until(kEnd);
        while (connection.write("HTTP/1.1 100 Continue\r\n\r\n")) {
        }
    };
    EXPECT_THAT(failure_against(script), testing::EndsWith(" peer.unexpected"));
}

TEST(HttpConnectOnly, nothing_is_sent) {
    std::string received;
    {
        const ScriptedServer peer(
            [&received](Connection& connection) { received = connection.read_until("never"); });
        test::RunOptions options;
        options.connect_only = true;
        EXPECT_EQ(failure_of(run_probe(http_kind(), url_of(peer.port()), options)), "ok");
    }
    EXPECT_EQ(received, "");
}

TEST(HttpRefused, a_port_without_listener_names_the_connect_phase) {
    const test::RefusingPort refusing;
    EXPECT_EQ(failure_of(run_probe(http_kind(), url_of(refusing.port()))), "connect tcp.refused");
}

}  // namespace
}  // namespace plumb

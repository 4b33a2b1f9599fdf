// What the http probe measures beside the first request: a second one on the same connection, and TLS
// resumed.
#include "probes/http/http.hpp"
#include "tests/integration/http/recording_server.hpp"
#include "tests/integration/probe_run/probe_run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb {
namespace {

using test::Connection;
using test::fact_of;
using test::failure_of;
using test::plain_answer;
using test::RecordingServer;
using test::run_probe;
using test::ScriptedServer;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

TEST(HttpKeptConnection, serves_a_second_request_in_a_phase_of_its_own) {
    const RecordingServer server([](const std::string&) { return plain_answer("hi"); });
    const Outcome outcome = run_probe(http_kind(), server.url());
    test::expect_sound(outcome);
    EXPECT_EQ(fact_of(outcome, "http.keep_alive"), "yes");
    EXPECT_EQ(test::phases_of(outcome).back(), "reuse");
    EXPECT_EQ(server.accepted(), 1);
    ASSERT_EQ(server.requests().size(), 2U);
    EXPECT_THAT(server.requests()[0], Not(HasSubstr("Connection: close")));
    EXPECT_THAT(server.requests()[1], HasSubstr("Connection: close"));
}

TEST(HttpKeptConnection, is_tried_in_some_runs_only_and_with_safe_methods_only) {
    const RecordingServer server([](const std::string&) { return plain_answer("hi"); });
    test::RunOptions usual;
    usual.depth = Depth::login;
    const Outcome outcome = run_probe(http_kind(), server.url(), usual);
    EXPECT_EQ(fact_of(outcome, "http.keep_alive"), "(absent)");
    EXPECT_THAT(test::phases_of(outcome), Not(Contains("reuse")));
    EXPECT_THAT(server.requests().at(0), HasSubstr("Connection: close"));
    run_probe(http_kind(), server.url("/#method=POST"));
    EXPECT_EQ(server.requests().size(), 2U);
}

TEST(HttpKeptConnection, that_the_server_does_not_keep_is_no_failure) {
    const RecordingServer closing(
        [](const std::string&) { return plain_answer("", "Connection: close\r\n"); });
    const Outcome said = run_probe(http_kind(), closing.url());
    EXPECT_EQ(failure_of(said), "ok");
    EXPECT_EQ(fact_of(said, "http.keep_alive"), "no");
    EXPECT_THAT(test::phases_of(said), Not(Contains("reuse")));
    const ScriptedServer unsaid([](Connection& connection) {
        connection.read_until("\r\n\r\n");
        connection.write(plain_answer("hi"));
    });
    const Outcome broken = run_probe(http_kind(), "http://127.0.0.1:" + std::to_string(unsaid.port()));
    EXPECT_EQ(failure_of(broken), "ok");
    EXPECT_EQ(fact_of(broken, "http.keep_alive"), "no");
}

// Without a limit of its own the second request may take half of what the run has left.
TEST(HttpKeptConnection, that_hangs_makes_no_run_late) {
    const ScriptedServer server([](Connection& connection) {
        connection.read_until("\r\n\r\n");
        connection.write(plain_answer("hi"));
        connection.hang();
    });
    test::RunOptions options;
    options.timeout = std::chrono::seconds(2);
    const Outcome outcome =
        run_probe(http_kind(), "http://127.0.0.1:" + std::to_string(server.port()), options);
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_LT(outcome.total, options.timeout);
}

}  // namespace
}  // namespace plumb

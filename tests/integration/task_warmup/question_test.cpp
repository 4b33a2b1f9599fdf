// What is sent, and what comes of answers that no decent app gives.
#include "probes/task/warmup/question.hpp"

#include "probes/net/resolver.hpp"
#include "tests/integration/http/recording_server.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/servers.hpp"
#include "tests/support/sockets.hpp"

#include <algorithm>
#include <atomic>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::task {
namespace {

using namespace std::chrono_literals;
using test::RecordingServer;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

HealthAnswer answer_of(const Question& question, std::chrono::milliseconds timeout = 10s) {
    boost::asio::io_context context;
    const auto resolver = net::Resolver::make(context.get_executor(), {});
    Services services{context.get_executor(), **resolver};
    return test::run_coroutine_test(context, ask(services, question, Clock::now() + timeout));
}

HealthAnswer answer_of(std::uint16_t port, std::chrono::milliseconds timeout = 10s) {
    return answer_of(question_of(parse_url("http://127.0.0.1:" + std::to_string(port) + "/health").value()),
                     timeout);
}

Cause failure_at(const test::Script& script, std::chrono::milliseconds timeout = 10s) {
    const test::ScriptedServer server(script);
    const auto answer = answer_of(server.port(), timeout);
    EXPECT_EQ(answer.status, 0);
    return answer.failed;
}

TEST(WarmupQuestion, it_is_one_get_that_closes) {
    RecordingServer server([](const std::string&) { return test::plain_answer("ok"); });
    const auto answer = answer_of(question_of(parse_url(server.url("/health?deep=1")).value()));
    EXPECT_EQ(answer.status, 200);
    const std::string host = "127.0.0.1:" + std::to_string(server.port());
    EXPECT_THAT(server.requests(),
                ElementsAre("GET /health?deep=1 HTTP/1.1\r\nHost: " + host +
                            "\r\nUser-Agent: plumb-agent\r\nAccept: */*\r\nConnection: close\r\n\r\n"));
}

TEST(WarmupQuestion, credentials_and_query_go_to_the_apps_own_port_alone) {
    RecordingServer server([](const std::string&) { return test::plain_answer("ok"); });
    const auto url = parse_url("http://user:p4ss@127.0.0.1:" + std::to_string(server.port()) +
                               "/health?key=t0ken#fragment")
                         .value();
    answer_of(question_of(url));
    answer_of(question_of(url, server.port()));
    EXPECT_THAT(server.requests(),
                ElementsAre(AllOf(StartsWith("GET /health?key=t0ken HTTP"),
                                  HasSubstr("\r\nAuthorization: Basic dXNlcjpwNHNz\r\n")),
                            AllOf(StartsWith("GET /health HTTP"), Not(HasSubstr("Authorization")))));
}

TEST(WarmupQuestion, what_would_end_the_request_line_is_encoded) {
    Url url = parse_url("http://127.0.0.1:8080/").value();
    url.path = "/a\r\nX: b";
    EXPECT_THAT(question_of(url).request.reveal(), StartsWith("GET /a%0D%0AX:%20b HTTP/1.1\r\nHost: "));
}

TEST(WarmupQuestion, each_way_to_fail_has_its_cause) {
    const test::RefusingPort refusing;
    EXPECT_EQ(answer_of(refusing.port()).failed, Cause::tcp_refused);
    EXPECT_EQ(failure_at(test::closing_after_request()), Cause::peer_closed);
    EXPECT_EQ(failure_at(test::resetting()), Cause::peer_reset);
    EXPECT_EQ(failure_at(test::answering(test::garbage())), Cause::peer_garbage);
    EXPECT_EQ(failure_at(test::answering("<html>HTTP/0.9 has no status</html>")), Cause::peer_garbage);
    EXPECT_EQ(failure_at(test::silent(), 1s), Cause::peer_timeout);
    EXPECT_EQ(failure_at(test::dripping("HTTP/1.1 200 OK\r\n", 10s), 1s), Cause::peer_timeout);
}

TEST(WarmupQuestion, a_full_accept_queue_ends_at_the_deadline) {
    const test::FullQueueListener full;
    EXPECT_EQ(answer_of(full.port(), 100ms).failed, Cause::tcp_timeout);
}

TEST(WarmupQuestion, a_header_without_end_is_bounded) {
    EXPECT_EQ(failure_at(test::flooding("HTTP/1.1 200 OK\r\n", "X-Field: " + std::string(990, 'x') + "\r\n")),
              Cause::peer_too_large);
}

TEST(WarmupQuestion, a_field_without_end_is_bounded) {
    EXPECT_EQ(failure_at(test::flooding("HTTP/1.1 200 OK\r\nX-Field: ", std::string(1000, 'x'))),
              Cause::peer_too_large);
}

// The quickest of a few: a machine at work may hold up any single one.
TEST(WarmupQuestion, an_answer_that_is_over_is_over_though_the_connection_stays_open) {
    const std::string node = "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\n";
    for (const std::string& answer :
         {node + "Content-Length: 2\r\n\r\nok",
          node + "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
          std::string("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")}) {
        const test::ScriptedServer server(test::answering(answer));
        auto quickest = Clock::duration::max();
        for (int i = 0; i < 5; ++i) {
            const auto before = Clock::now();
            EXPECT_EQ(answer_of(server.port()).status, 200) << answer;
            quickest = std::min(quickest, Clock::now() - before);
        }
        EXPECT_LT(quickest, 1s) << answer;  // as long as a body that does not come is waited for
    }
}

TEST(WarmupQuestion, a_body_without_end_holds_up_nothing) {
    const test::ScriptedServer server(
        test::flooding("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n", std::string(4096, 'x')));
    EXPECT_EQ(answer_of(server.port()).status, 200);
}

TEST(WarmupQuestion, a_body_that_never_comes_takes_nothing_from_the_status) {
    const test::ScriptedServer server(test::answering("HTTP/1.1 503 No\r\nContent-Length: 10\r\n\r\n"));
    const auto before = Clock::now();
    const auto answer = answer_of(server.port());
    EXPECT_EQ(answer.status, 503);
    EXPECT_GE(answer.at, before);
    EXPECT_LE(answer.at, Clock::now() - 900ms);  // the body is waited for a second, which is none of it
}

TEST(WarmupQuestion, an_answer_in_pieces_is_read_to_its_end) {
    std::atomic<bool> taken{false};
    {
        const test::ScriptedServer server([&](test::Connection& connection) {
            connection.read_until("\r\n\r\n");
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            connection.pause(20ms);
            connection.write("2\r\nok\r\n");
            connection.pause(20ms);
            taken = connection.write("0\r\n\r\n");
            connection.wait_for_close();
        });
        EXPECT_EQ(answer_of(server.port()).status, 200);
    }  // the script has ended
    EXPECT_TRUE(taken);
}

TEST(WarmupQuestion, interim_answers_are_passed_over) {
    const test::ScriptedServer server(
        test::answering("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"));
    EXPECT_EQ(answer_of(server.port()).status, 204);
}

}  // namespace
}  // namespace plumb::task

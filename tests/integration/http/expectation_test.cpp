// What an http target sends and expects, on the wire.
#include "probes/http/http.hpp"
#include "tests/integration/http/recording_server.hpp"
#include "tests/integration/probe_run/probe_run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb {
namespace {

using test::expect_sound;
using test::failure_of;
using test::plain_answer;
using test::RecordingServer;
using test::run_probe;

TEST(HttpExpectations, method_headers_and_body_arrive_and_never_show) {
    RecordingServer server([](const std::string& request) {
        return "HTTP/1.1 400 " + request.substr(request.find("X-Key: ")) + "\r\n\r\n";
    });
    const auto url = server.url("/a#method=PUT&header=X-Key:k3y-word&body={\"secret\":\"b0dy-word\"}");
    const Outcome outcome = run_probe(http_kind(), url);
    expect_sound(outcome, {"k3y-word", "b0dy-word"});
    EXPECT_EQ(failure_of(outcome), "first_byte http.status");
    ASSERT_EQ(server.requests().size(), 1U);
    EXPECT_THAT(server.requests()[0], testing::StartsWith("PUT /a HTTP/1.1\r\n"));
    EXPECT_THAT(server.requests()[0], testing::EndsWith("\r\n\r\n{\"secret\":\"b0dy-word\"}"));
}

TEST(HttpExpectations, are_held_against_header_and_body) {
    const RecordingServer server([](const std::string&) {
        return plain_answer(R"({"status":"degraded","key":"k3y-word"})",
                            "Content-Type: application/json\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n");
    });
    const std::vector<std::pair<std::string, std::string>> table{
        {"header_match=content-type:json$", "ok"},
        {"header_match=Set-Cookie:^b=", "ok"},
        {"header_match=X-None:.", "first_byte peer.unexpected"},
        {"header_match=content-type:html", "first_byte peer.unexpected"},
        {"header_not_match=content-type:html", "ok"},
        {"header_not_match=set-cookie:b", "first_byte peer.unexpected"},
        {"body_match=degr[a-f]ded", "ok"},
        {"body_match=ok&body_match=degraded", "transfer peer.unexpected"},
        {"body_not_match=degraded", "transfer peer.unexpected"},
        {"json=/status=degraded", "ok"},
        {"json=/status=ok", "transfer peer.unexpected"},
    };
    for (const auto& [options, expected] : table)
        EXPECT_EQ(failure_of(run_probe(http_kind(), server.url("/#" + options))), expected) << options;
    const Outcome told = run_probe(http_kind(), server.url("/?k=k3y-word#json=/key=x"));
    expect_sound(told, {"k3y-word"});
    EXPECT_EQ(told.failure->detail, "/key of the JSON body is “***”");
}

TEST(HttpExpectations, a_body_beyond_the_bound_is_judged_by_what_was_searched) {
    const RecordingServer server(
        [](const std::string&) { return plain_answer("first" + std::string(3UL << 20U, 'x')); });
    EXPECT_EQ(failure_of(run_probe(http_kind(), server.url("/#body_match=^first"))), "ok");
    EXPECT_EQ(failure_of(run_probe(http_kind(), server.url("/#body_match=last"))), "transfer peer.too_large");
    EXPECT_EQ(failure_of(run_probe(http_kind(), server.url("/#body_not_match=first"))),
              "transfer peer.unexpected");
    EXPECT_EQ(failure_of(run_probe(http_kind(), server.url("/#body_not_match=last"))),
              "transfer peer.too_large");
}

TEST(HttpExpectations, a_bare_line_feed_is_read_as_other_clients_read_it) {
    const RecordingServer server(
        [](const std::string&) { return "HTTP/1.1 200\nServer: old\nContent-Length: 2\n\nhi"; });
    EXPECT_EQ(failure_of(run_probe(http_kind(), server.url())), "ok");
}

}  // namespace
}  // namespace plumb

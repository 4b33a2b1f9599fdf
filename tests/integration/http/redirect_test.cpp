// Redirects that the http probe follows, over real connections.
#include "probes/http/http.hpp"
#include "tests/integration/http/recording_server.hpp"
#include "tests/integration/probe_run/probe_run.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/tls_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb {
namespace {

using test::expect_sound;
using test::fact_of;
using test::failure_of;
using test::plain_answer;
using test::RecordingServer;
using test::redirect_to;
using test::run_probe;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

bool asks_for(const std::string& request, const std::string& target) {
    return request.find(" " + target + " ") != std::string::npos;
}

TEST(HttpRedirects, are_followed_as_far_as_the_target_says) {
    const RecordingServer server([](const std::string& request) {
        if (asks_for(request, "/a")) return redirect_to("/b");
        if (asks_for(request, "/b")) return redirect_to("c?x=1");
        return plain_answer("arrived");
    });
    test::RunOptions plain;
    plain.depth = Depth::login;  // without a second request
    const Outcome outcome = run_probe(http_kind(), server.url("/a#redirects=2&body_match=arrived"), plain);
    expect_sound(outcome);
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_EQ(fact_of(outcome, "http.status"), "200");
    EXPECT_EQ(fact_of(outcome, "http.redirects"), "2");
    EXPECT_THAT(test::phases_of(outcome),
                ElementsAre("resolve", "connect", "send", "first_byte", "transfer"));
    EXPECT_EQ(outcome.attempts.size(), 3U);
    EXPECT_EQ(server.requests().size(), 3U);

    const Outcome cut = run_probe(http_kind(), server.url("/a#redirects=1"));
    EXPECT_EQ(failure_of(cut), "first_byte http.status");
    EXPECT_EQ(cut.failure->detail, "302 again, after 1 redirects");
    EXPECT_EQ(failure_of(run_probe(http_kind(), server.url("/a"))), "ok");  // an answer like another
}

TEST(HttpRedirects, without_end_are_given_up) {
    const RecordingServer server([](const std::string&) { return redirect_to("/again"); });
    EXPECT_EQ(failure_of(run_probe(http_kind(), server.url("/#redirects=10"))), "first_byte http.status");
    EXPECT_EQ(server.requests().size(), 11U);
}

TEST(HttpRedirects, another_origin_gets_no_secret) {
    const RecordingServer other([](const std::string&) { return plain_answer(""); });
    const RecordingServer server([&other](const std::string&) { return redirect_to(other.url("/x?t=1")); });
    const auto url = "http://app:s3cret-word@127.0.0.1:" + std::to_string(server.port()) +
                     "/#redirects=1&header=X-Key:k3y-word";
    const Outcome outcome = run_probe(http_kind(), url);
    expect_sound(outcome, {"s3cret-word", "k3y-word"});
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_THAT(server.requests()[0], testing::AllOf(HasSubstr("X-Key"), HasSubstr("Authorization")));
    ASSERT_FALSE(other.requests().empty());
    EXPECT_THAT(other.requests()[0], Not(testing::AnyOf(HasSubstr("X-Key"), HasSubstr("Authorization"))));
}

TEST(HttpRedirects, that_cannot_be_followed_fail_where_they_are_answered) {
    const RecordingServer refused([](const std::string&) { return redirect_to("ftp://x/y"); });
    EXPECT_EQ(failure_of(run_probe(http_kind(), refused.url("/#redirects=1"))), "first_byte peer.unexpected");
    const test::RefusingPort nobody;
    const RecordingServer away([&nobody](const std::string&) {
        return redirect_to("http://127.0.0.1:" + std::to_string(nobody.port()) + "/");
    });
    const Outcome outcome = run_probe(http_kind(), away.url("/#redirects=1"));
    expect_sound(outcome);
    EXPECT_EQ(failure_of(outcome), "connect tcp.refused");
}

TEST(HttpRedirects, lead_to_tls_and_back_only_where_that_is_allowed) {
    const test::TempDir folder;
    const test::Authority authority;
    const auto ca = "&ca=" + folder.write("ca.pem", authority.certificate());
    const RecordingServer plain([](const std::string&) { return plain_answer("in the open"); });
    test::TlsServerSpec spec;
    spec.identity = authority.issue();
    spec.serve = [&plain](const std::string&, const auto& reply) { reply(redirect_to(plain.url("/down"))); };
    const test::TlsServer secure(spec);
    const auto secure_url = "https://127.0.0.1:" + std::to_string(secure.port()) + "/";
    const RecordingServer up([&secure_url](const std::string&) { return redirect_to(secure_url, 308); });

    const Outcome refused = run_probe(http_kind(), up.url("/#redirects=2" + ca));
    expect_sound(refused);
    EXPECT_EQ(failure_of(refused), "first_byte peer.unexpected");
    EXPECT_THAT(refused.failure->detail, HasSubstr("downgrade=1"));
    EXPECT_NE(fact_of(refused, "tls.version"), "(absent)");
    EXPECT_TRUE(plain.requests().empty());
    EXPECT_EQ(failure_of(run_probe(http_kind(), up.url("/#redirects=2&downgrade=1" + ca))), "ok");
}

}  // namespace
}  // namespace plumb

// The http probe against a real nginx, plain and with TLS.
#include "probes/http/http.hpp"
#include "tests/integration/probe_run/probe_run.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/sockets.hpp"
#include "tests/support/temp_dir.hpp"

#include <filesystem>
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb {
namespace {

using test::expect_sound;
using test::fact_of;
using test::failure_of;
using test::phases_of;
using test::run_probe;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kLocations = R"(
    location = /ok { return 200 "hello"; }
    location = /none { return 204; }
    location = /unauthorized { return 401; }
    location = /forbidden { return 403; }
    location = /limited { add_header Retry-After 30 always; add_header RateLimit-Limit 100 always;
                          add_header RateLimit-Remaining 0 always; return 429; }
    location = /error { return 500; }
    location = /gateway { return 502; }
    location = /unavailable { return 503; }
    location = /slow { return 504; }
    location = /teapot { return 418; }
    location = /quota { add_header X-RateLimit-Limit 5000; add_header X-RateLimit-Remaining 4000; return 200; }
    location = /draft { add_header RateLimit "limit=10, remaining=3, reset=5"; return 200; }
    location = /away { return 302 https://user:t0ken-word@login.example.com/start?token=t0ken-word#t0ken-word; }
    location = /echo { return 302 "https://other.example.com/next/$http_authorization/$arg_key"; }
    location = /query { if ($args != "a=b%20c+d&key=k3y-word") { return 400; } return 200; }
    location = /agent { if ($http_user_agent !~ "^plumbline/") { return 400; } return 200; }
    location /files/ { alias FOLDER/files/; auth_basic "staff"; auth_basic_user_file FOLDER/users; }
    location /open/ { alias FOLDER/files/; }
    location = /json { default_type application/json; return 200 '{"status":"ok","checks":[{"up":true}]}'; }
    location = /post { if ($request_method != POST) { return 405; } if ($http_content_length != 7) { return 400; }
                       if ($http_x_key != "k3y-word") { return 401; } return 200 "taken"; }
    location = /moved { return 301 /json; }
    location = /once { keepalive_timeout 0; return 200 "once"; }
)";

// Two servers with the same locations, one plain and one with TLS.
class Nginx {
  public:
    Nginx() {
        folder.write("users", "app:{PLAIN}s3cret-word\n");
        std::filesystem::create_directory(folder.file("files"));
        folder.write("files/small", "hello\n");
        folder.write("files/large", std::string(3UL * 1024 * 1024, 'x'));
        const test::Authority authority;
        const test::Issued identity = authority.issue();
        ca = folder.write("ca.pem", authority.certificate());
        strangers = folder.write("strangers.pem", test::Authority("Somebody Else").certificate());
        folder.write("server.pem", identity.certificate);
        folder.write("server.key", identity.key);
        plain_ = start(plain_port, "");
        tls_ = start(tls_port, " ssl");
    }

    test::TempDir folder;
    std::string ca;
    std::string strangers;  // an authority that signed nothing here
    std::uint16_t plain_port = test::free_port();
    std::uint16_t tls_port = test::free_port();

  private:
    std::unique_ptr<test::ChildProcess> start(std::uint16_t port, const std::string& flags) const {
        const std::string file = folder.write("nginx" + std::to_string(port), configuration(port, flags));
        test::ChildSpec spec;
        spec.command = {test::program("nginx"), "-p", folder.path().string(), "-c", file, "-e", "stderr"};
        spec.output_file = folder.file("log" + std::to_string(port));
        auto process = std::make_unique<test::ChildProcess>(spec);
        process->wait_until_listening(port);
        return process;
    }

    std::string configuration(std::uint16_t port, const std::string& flags) const {
        std::string locations{kLocations};
        for (auto at = locations.find("FOLDER"); at != std::string::npos; at = locations.find("FOLDER")) {
            locations.replace(at, 6, folder.path().string());
        }
        std::string text = "daemon off; master_process off; pid " +
                           folder.file("pid" + std::to_string(port)) +
                           "; error_log stderr notice; events {} http { access_log off;";
        for (const char* place : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
            text += std::string(" ") + place + "_temp_path " + folder.path().string() + ";";
        }
        text += " server { listen 127.0.0.1:" + std::to_string(port) + flags + ";";
        if (!flags.empty()) {
            text += " ssl_certificate " + folder.file("server.pem") + "; ssl_certificate_key " +
                    folder.file("server.key") + "; ssl_protocols TLSv1.2 TLSv1.3;";
        }
        return text + locations + "} }";
    }

    std::unique_ptr<test::ChildProcess> plain_;
    std::unique_ptr<test::ChildProcess> tls_;
};

class HttpProbeTest : public testing::Test {
  protected:
    static void SetUpTestSuite() { nginx = std::make_unique<Nginx>(); }
    static void TearDownTestSuite() { nginx.reset(); }

    static std::string plain(const std::string& rest, const std::string& userinfo = "") {
        return "http://" + userinfo + "127.0.0.1:" + std::to_string(nginx->plain_port) + rest;
    }
    static std::string tls(const std::string& rest) {
        return "https://127.0.0.1:" + std::to_string(nginx->tls_port) + rest;
    }
    static Outcome get(const std::string& rest, const std::string& userinfo = "") {
        return run_probe(http_kind(), plain(rest, userinfo));
    }

    static inline std::unique_ptr<Nginx> nginx;
};

TEST_F(HttpProbeTest, a_plain_answer_gives_phases_and_facts) {
    const Outcome outcome = get("/ok");
    expect_sound(outcome);
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_THAT(phases_of(outcome),
                ElementsAre("resolve", "connect", "send", "first_byte", "transfer", "reuse"));
    EXPECT_EQ(fact_of(outcome, "http.status"), "200");
    EXPECT_EQ(outcome.find_fact("http.status")->cls, FactClass::must_match);
    EXPECT_EQ(fact_of(outcome, "http.version"), "1.1");
    EXPECT_THAT(fact_of(outcome, "http.server"), testing::StartsWith("nginx"));
}

TEST_F(HttpProbeTest, every_status_has_its_cause_in_first_byte) {
    const std::vector<std::pair<std::string, std::string>> table{
        {"/ok", "ok"},
        {"/none", "ok"},
        {"/away", "ok"},
        {"/unauthorized", "first_byte http.unauthorized"},
        {"/forbidden", "first_byte http.unauthorized"},
        {"/missing", "first_byte http.not_found"},
        {"/limited", "first_byte http.rate_limited"},
        {"/error", "first_byte http.server_error"},
        {"/gateway", "first_byte http.bad_gateway"},
        {"/unavailable", "first_byte http.unavailable"},
        {"/slow", "first_byte http.gateway_timeout"},
        {"/teapot", "first_byte http.status"},
    };
    for (const auto& [path, expected] : table)
        EXPECT_EQ(failure_of(get(path)), expected) << path;
    EXPECT_EQ(get("/unavailable").failure->detail, "503 “Service Temporarily Unavailable”");
}

TEST_F(HttpProbeTest, expected_statuses_are_the_targets_to_choose) {
    EXPECT_EQ(failure_of(get("/teapot#status=200,418")), "ok");
    const Outcome outcome = get("/away#status=200-204");
    EXPECT_EQ(failure_of(outcome), "first_byte http.status");
    EXPECT_THAT(outcome.failure->detail, HasSubstr("expected 200-204"));
}

TEST_F(HttpProbeTest, head_asks_for_no_body) {
    const Outcome outcome = get("/open/small#method=HEAD");
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_EQ(fact_of(outcome, "http.status"), "200");
}

TEST_F(HttpProbeTest, the_query_arrives_as_it_stands) {
    EXPECT_EQ(failure_of(get("/query?a=b%20c+d&key=k3y-word")), "ok");
    EXPECT_EQ(failure_of(get("/query?a=b&key=k3y-word")), "first_byte http.status");
    EXPECT_EQ(failure_of(get("/agent")), "ok");
}

TEST_F(HttpProbeTest, userinfo_logs_in_and_is_never_shown) {
    const Outcome right = get("/files/small", "app:s3cret-word@");
    expect_sound(right, {"s3cret-word", "YXBwOnMzY3JldC13b3Jk"});
    EXPECT_EQ(failure_of(right), "ok");
    EXPECT_EQ(failure_of(get("/files/small", "app:wr0ng-word@")), "first_byte http.unauthorized");
    EXPECT_EQ(failure_of(get("/files/small")), "first_byte http.unauthorized");
}

TEST_F(HttpProbeTest, a_peer_that_echoes_secrets_does_not_leak_them) {
    const Outcome outcome = get("/echo?key=k3y-word", "app:s3cret-word@");
    EXPECT_THAT(fact_of(outcome, "http.location"), HasSubstr("/next/"));
    expect_sound(outcome, {"s3cret-word", "YXBwOnMzY3JldC13b3Jk", "k3y-word"});
}

TEST_F(HttpProbeTest, a_redirect_shows_its_shape_without_tokens) {
    const Outcome outcome = get("/away");
    EXPECT_EQ(fact_of(outcome, "http.location"), "https://login.example.com/start");
    expect_sound(outcome, {"t0ken-word"});
}

TEST_F(HttpProbeTest, rate_limits_are_gauges) {
    const Outcome quota = get("/quota");
    ASSERT_NE(quota.find_gauge("http.rate_limit"), nullptr);
    EXPECT_EQ(quota.find_gauge("http.rate_limit")->value, 1000);
    EXPECT_EQ(quota.find_gauge("http.rate_limit")->limit, 5000);
    EXPECT_TRUE(quota.find_gauge("http.rate_limit")->refuses_at_limit);
    EXPECT_EQ(get("/draft").find_gauge("http.rate_limit")->value, 7);
    const Outcome limited = get("/limited");  // kept although the run failed
    EXPECT_EQ(limited.find_gauge("http.rate_limit")->value, 100);
    EXPECT_EQ(limited.find_gauge("http.retry_after")->value, 30);
}

TEST_F(HttpProbeTest, a_request_is_what_the_target_says) {
    const Outcome outcome = get("/post#body=a=1%26b=2&header=X-Key:k3y-word&body_match=taken");
    expect_sound(outcome, {"k3y-word"});
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_EQ(failure_of(get("/post#body=a=1%26b=2")), "first_byte http.unauthorized");
    EXPECT_EQ(failure_of(get("/post")), "first_byte http.status");
}

TEST_F(HttpProbeTest, an_answer_is_held_against_its_expectations) {
    EXPECT_EQ(failure_of(get("/json#json=/status=ok&json=/checks/0/up=true&header_match=Content-Type:json")),
              "ok");
    EXPECT_EQ(failure_of(get("/json#json=/status=down")), "transfer peer.unexpected");
    EXPECT_EQ(failure_of(get("/moved#redirects=1&json=/status=ok")), "ok");
}

TEST_F(HttpProbeTest, a_server_that_keeps_no_connection_is_told) {
    const Outcome outcome = get("/once");
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_EQ(fact_of(outcome, "http.keep_alive"), "no");
}

TEST_F(HttpProbeTest, a_large_body_is_cut_short_and_no_failure) {
    EXPECT_EQ(failure_of(get("/open/large")), "ok");
}

TEST_F(HttpProbeTest, a_trusted_server_shows_its_handshake) {
    const Outcome outcome = run_probe(http_kind(), tls("/ok#ca=" + nginx->ca));
    expect_sound(outcome);
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_THAT(phases_of(outcome), ElementsAre("resolve", "connect", "handshake", "send", "first_byte",
                                                "transfer", "reuse", "reconnect", "resume"));
    EXPECT_EQ(fact_of(outcome, "http.keep_alive"), "yes");
    EXPECT_EQ(fact_of(outcome, "tls.resumption"), "yes");
    EXPECT_EQ(fact_of(outcome, "tls.version"), "TLSv1.3");
    EXPECT_EQ(fact_of(outcome, "tls.alpn"), "http/1.1");
    EXPECT_EQ(failure_of(run_probe(http_kind(), tls("/open/large#ca=" + nginx->ca))), "ok");
}

TEST_F(HttpProbeTest, an_unknown_authority_fails_in_the_handshake) {
    EXPECT_EQ(failure_of(run_probe(http_kind(), tls("/ok#ca=" + nginx->strangers))),
              "handshake tls.unknown_authority");
    EXPECT_EQ(failure_of(run_probe(http_kind(), tls("/ok#insecure=1&ca=" + nginx->strangers))), "ok");
}

TEST_F(HttpProbeTest, a_name_that_the_certificate_does_not_carry_is_a_mismatch) {
    const std::string url = tls("/ok#sni=other.example.com&ca=" + nginx->ca);
    EXPECT_EQ(failure_of(run_probe(http_kind(), url)), "handshake tls.name_mismatch");
}

TEST_F(HttpProbeTest, a_target_that_may_only_be_connected_to_gets_no_request) {
    test::RunOptions options;
    options.connect_only = true;
    const Outcome outcome = run_probe(http_kind(), plain("/missing#/route"), options);
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_THAT(phases_of(outcome), ElementsAre("resolve", "connect"));
    EXPECT_EQ(fact_of(outcome, "http.status"), "(absent)");
}

TEST_F(HttpProbeTest, tls_on_a_plain_port_is_not_tls) {
    const std::string url = "https://127.0.0.1:" + std::to_string(nginx->plain_port) + "/";
    EXPECT_EQ(failure_of(run_probe(http_kind(), url)), "handshake tls.not_tls");
}

TEST_F(HttpProbeTest, a_plain_request_to_a_tls_port_is_answered_with_400) {
    const std::string url = "http://127.0.0.1:" + std::to_string(nginx->tls_port) + "/";
    EXPECT_EQ(failure_of(run_probe(http_kind(), url)), "first_byte http.status");
}

}  // namespace
}  // namespace plumb

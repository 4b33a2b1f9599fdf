// The http probe through a proxy: a small one of the test's own, which tunnels to real servers.
#include "probes/http/http.hpp"
#include "tests/integration/http/recording_server.hpp"
#include "tests/integration/probe_run/probe_run.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/tls_server.hpp"

#include <atomic>
#include <cstdlib>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb {
namespace {

using test::Connection;
using test::Descriptor;
using test::expect_sound;
using test::fact_of;
using test::failure_of;
using test::plain_answer;
using test::RecordingServer;
using test::run_probe;
using test::ScriptedServer;
using testing::ElementsAre;
using testing::HasSubstr;

Descriptor dial(std::uint16_t port) {
    Descriptor socket = test::tcp_socket();
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        socket.reset();
    return socket;
}

// Both ways until one side ends; each side takes its turn when it has something.
void relay(Connection& client, Descriptor server) {
    Connection peer(std::move(server), client.stop());
    const std::chrono::milliseconds a_little{5};
    for (bool going = true; going;) {
        if (client.stop().wait_readable(client.descriptor(), a_little)) {
            const auto bytes = client.read_some();
            going = !bytes.empty() && peer.write(bytes);
        }
        if (going && client.stop().wait_readable(peer.descriptor(), a_little)) {
            const auto bytes = peer.read_some();
            going = !bytes.empty() && client.write(bytes);
        }
        going = going && !client.stop().wait(std::chrono::milliseconds(0));
    }
}

// Tunnels every CONNECT to `target` on loopback, whatever name was asked, and keeps the request.
class TunnellingProxy {
  public:
    explicit TunnellingProxy(std::uint16_t target)
        : server_([this, target](Connection& connection) {
              request_ = connection.read_until("\r\n\r\n");
              connection.write("HTTP/1.1 200 Connection established\r\n\r\n");
              relay(connection, dial(target));
          }) {}

    const std::string& request() const { return request_; }
    std::string place() const { return "127.0.0.1:" + std::to_string(server_.port()); }

  private:
    std::string request_;
    ScriptedServer server_;
};

class HttpThroughProxy : public testing::Test {
  protected:
    HttpThroughProxy() {
        spec.identity = authority.issue();
        spec.serve = [](const std::string&, const auto& reply) { reply(plain_answer("hi")); };
    }
    test::TempDir folder;
    test::Authority authority;
    test::TlsServerSpec spec;
    std::string ca = folder.write("ca.pem", authority.certificate());
};

TEST_F(HttpThroughProxy, https_goes_through_a_tunnel_with_a_phase_of_its_own) {
    const test::TlsServer server(spec);
    const TunnellingProxy proxy(server.port());
    const Outcome outcome = run_probe(
        http_kind(), "https://localhost:444/#ca=" + ca + "&proxy=http://app:s3cret-word@" + proxy.place());
    expect_sound(outcome, {"s3cret-word", "YXBwOnMzY3JldC13b3Jk"});
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_THAT(test::phases_of(outcome),
                ElementsAre("resolve", "connect", "tunnel", "handshake", "send", "first_byte", "transfer",
                            "reuse", "reconnect", "resume"));
    EXPECT_EQ(fact_of(outcome, "tls.resumption"), "yes");
    EXPECT_EQ(outcome.attempts.size(), 1U);
    EXPECT_EQ(fact_of(outcome, "http.route"), "proxy");
    EXPECT_EQ(fact_of(outcome, "http.proxy"), proxy.place());
    EXPECT_EQ(outcome.address, proxy.place());
    EXPECT_THAT(proxy.request(), testing::StartsWith("CONNECT localhost:444 HTTP/1.1\r\n"));
    EXPECT_THAT(proxy.request(), HasSubstr("Proxy-Authorization: Basic YXBwOnMzY3JldC13b3Jk\r\n"));
}

// The second connection is a side measurement: whatever the proxy makes of it, the run stands.
TEST_F(HttpThroughProxy, a_second_tunnel_that_is_refused_is_no_failure) {
    const test::TlsServer server(spec);
    std::atomic<int> asked{0};
    const ScriptedServer proxy([&](Connection& connection) {
        connection.read_until("\r\n\r\n");
        if (asked++ > 0) {
            connection.write("HTTP/1.1 503 Full\r\n\r\n");
            return;
        }
        connection.write("HTTP/1.1 200 OK\r\n\r\n");
        relay(connection, dial(server.port()));
    });
    const Outcome outcome = run_probe(
        http_kind(), "https://localhost/#ca=" + ca + "&proxy=127.0.0.1:" + std::to_string(proxy.port()));
    expect_sound(outcome);
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_EQ(fact_of(outcome, "tls.resumption"), "failed: http.proxy_refused");
    EXPECT_EQ(test::phases_of(outcome).back(), "reconnect");
}

// "localhost." is absolute for a resolver; certificates and SNI know no such dot.
TEST_F(HttpThroughProxy, a_redirect_to_a_name_that_ends_in_a_dot_is_verified_without_it) {
    const test::TlsServer server(spec);
    const ScriptedServer proxy([&server](Connection& connection) {
        if (connection.read_until("\r\n\r\n").starts_with("GET ")) {
            connection.write(test::redirect_to("https://localhost./"));
            return;
        }
        connection.write("HTTP/1.1 200 OK\r\n\r\n");
        relay(connection, dial(server.port()));
    });
    const Outcome outcome = run_probe(http_kind(), "http://localhost/#redirects=1&ca=" + ca +
                                                       "&proxy=127.0.0.1:" + std::to_string(proxy.port()));
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_EQ(fact_of(outcome, "tls.sni"), "localhost");
}

TEST_F(HttpThroughProxy, http_is_asked_in_the_absolute_form) {
    const RecordingServer proxy([](const std::string&) { return plain_answer("hi"); });
    const auto place = "127.0.0.1:" + std::to_string(proxy.port());
    const Outcome outcome = run_probe(http_kind(), "http://nowhere.test/x?y#proxy=http://" + place);
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_THAT(proxy.requests()[0],
                testing::StartsWith("GET http://nowhere.test/x?y HTTP/1.1\r\nHost: nowhere.test\r\n"));
}

TEST_F(HttpThroughProxy, a_proxy_that_refuses_is_told_apart_from_the_target) {
    const auto through = [](const std::string& answer) {
        const ScriptedServer proxy(test::answering(answer));
        return run_probe(http_kind(), "https://nowhere.test/#proxy=http://u:s3cret-word@127.0.0.1:" +
                                          std::to_string(proxy.port()));
    };
    EXPECT_EQ(failure_of(through("HTTP/1.1 407 Who are you\r\n\r\n")), "tunnel http.proxy_unauthorized");
    const Outcome refused = through("HTTP/1.1 502 Bad s3cret-word\r\nContent-Length: 5\r\n\r\n");
    expect_sound(refused, {"s3cret-word"});
    EXPECT_EQ(failure_of(refused), "tunnel http.proxy_refused");
    EXPECT_EQ(refused.failure->detail, "the proxy answered 502 “Bad ***”");
    EXPECT_EQ(failure_of(through("SSH-2.0-x\r\n")), "tunnel peer.garbage");
    const RecordingServer plain(
        [](const std::string&) { return "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n"; });
    EXPECT_EQ(failure_of(run_probe(http_kind(), "http://nowhere.test/#proxy=http://127.0.0.1:" +
                                                    std::to_string(plain.port()))),
              "first_byte http.proxy_unauthorized");
}

// Variables of this process, as the task's own.
class HttpProxyVariables : public testing::Test {
  protected:
    void TearDown() override {
        for (const char* name : {"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"})
            unsetenv(name);
    }
};

TEST_F(HttpProxyVariables, name_the_proxy_unless_the_target_says_otherwise) {
    const RecordingServer proxy([](const std::string&) { return plain_answer("by proxy"); });
    const RecordingServer server([](const std::string&) { return plain_answer("direct"); });
    setenv("HTTP_PROXY", proxy.url().c_str(), 1);
    EXPECT_EQ(failure_of(run_probe(http_kind(), server.url("/#body_match=by proxy"))), "ok");
    EXPECT_EQ(failure_of(run_probe(http_kind(), server.url("/#proxy=env&body_match=by proxy"))), "ok");
    const Outcome direct = run_probe(http_kind(), server.url("/#proxy=none&body_match=direct"));
    EXPECT_EQ(failure_of(direct), "ok");
    EXPECT_EQ(fact_of(direct, "http.route"), "direct");
    setenv("NO_PROXY", "127.0.0.0/8", 1);
    EXPECT_EQ(failure_of(run_probe(http_kind(), server.url("/#body_match=direct"))), "ok");
}

TEST_F(HttpProxyVariables, that_name_a_proxy_which_cannot_be_used_say_so) {
    setenv("HTTPS_PROXY", "socks5://u:s3cret-word@proxy:1080", 1);
    const Outcome outcome = run_probe(http_kind(), "https://127.0.0.1:1/");
    expect_sound(outcome, {"s3cret-word"});
    EXPECT_EQ(failure_of(outcome), "resolve local.error");
    EXPECT_THAT(outcome.failure->detail, HasSubstr("HTTPS_PROXY"));
}

}  // namespace
}  // namespace plumb

// A health check over TLS: as a balancer does it, whatever the certificate.
#include "probes/net/resolver.hpp"
#include "tests/integration/task_warmup/watched_app.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/sockets.hpp"
#include "tests/support/tls_server.hpp"

#include <atomic>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

namespace plumb {
namespace {

using namespace std::chrono_literals;
using test::TlsServer;
using test::TlsServerSpec;
using testing::HasSubstr;

// Answers what `status` says by then.
TlsServerSpec app(test::Issued identity, const std::atomic<int>& status) {
    TlsServerSpec spec;
    spec.identity = std::move(identity);
    spec.serve = [&status](const std::string&, const std::function<void(std::string_view)>& reply) {
        reply("HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: 0\r\n\r\n");
    };
    return spec;
}

Url https(std::uint16_t port) {
    return parse_url("https://127.0.0.1:" + std::to_string(port) + "/health").value();
}

task::HealthAnswer answer_of(const Url& url) {
    boost::asio::io_context context;
    const auto resolver = net::Resolver::make(context.get_executor(), {});
    Services services{context.get_executor(), **resolver};
    const auto question = task::question_of(url);
    return test::run_coroutine_test(context, task::ask(services, question, Clock::now() + 10s));
}

TEST(WarmupOverTls, the_certificate_may_be_anything) {
    const std::atomic<int> status = 204;
    test::CertificateSpec expired;
    expired.valid_from_days = -30;
    expired.valid_until_days = -1;
    test::CertificateSpec of_somebody_else;
    of_somebody_else.dns_names = {"www.example.com"};
    of_somebody_else.ip_addresses = {};
    for (const auto& spec : {test::CertificateSpec{}, expired, of_somebody_else}) {
        const TlsServer server(app(test::self_signed(spec), status));
        EXPECT_EQ(answer_of(https(server.port())).status, 204);
    }
}

TEST(WarmupOverTls, a_server_that_speaks_plain_http_is_not_healthy_over_tls) {
    const test::ScriptedServer plain(test::answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    const auto answer = answer_of(https(plain.port()));
    EXPECT_EQ(answer.status, 0);
    EXPECT_EQ(answer.failed, Cause::tls_not_tls);
}

TEST(WarmupOverTls, the_usual_port_is_not_named) {
    EXPECT_THAT(task::question_of(parse_url("https://app/health").value()).request.reveal(),
                HasSubstr("\r\nHost: app\r\n"));
    EXPECT_EQ(task::question_of(parse_url("https://app/health").value()).port, 443);
    EXPECT_THAT(task::question_of(parse_url("https://app:80/health").value()).request.reveal(),
                HasSubstr("\r\nHost: app:80\r\n"));
}

TEST(WarmupOverTls, a_warm_up_is_measured_over_it) {
    std::atomic<int> status = 503;
    const TlsServer server(app(test::self_signed(), status));
    auto settings = test::quick_settings(server.port(), 60s);
    settings.health = https(server.port());
    test::Watched watched(settings);
    watched.until_fact("not ready yet: status 503");
    status = 200;
    const auto look = watched.until_fact("ready after ");
    EXPECT_NE(look.evidence.find_gauge("task.warmup"), nullptr);
}

TEST(WarmupOverTls, another_port_is_tried_over_it_too) {
    const std::atomic<int> status = 200;
    const TlsServer server(app(test::self_signed(), status));
    const test::ScriptedServer plain(test::answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    const test::RefusingPort configured;
    auto settings = test::quick_settings(configured.port(), 0s);
    settings.health = https(configured.port());
    test::Watched watched(settings, true, [&] {
        return std::vector<std::uint16_t>{plain.port(), server.port()};
    });
    const auto look = watched.until_check("port", true);
    EXPECT_EQ(test::fact_in(look, "task.health_port"), std::to_string(configured.port()) + " refuses, " +
                                                           std::to_string(server.port()) + " answers 200");
}

TEST(WarmupOverTls, it_can_be_cancelled_within_the_handshake) {
    const test::ScriptedServer silent(test::silent());
    auto settings = test::quick_settings(silent.port(), 0s);
    settings.health = https(silent.port());
    settings.timeout = 60s;
    test::Watched watched(settings);
    watched.run_for(50ms);
}

}  // namespace
}  // namespace plumb

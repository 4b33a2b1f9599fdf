// The HTTP server against clients that behave and clients that do not.
#include "controller/web/web_server.hpp"
#include "tests/support/broken_store.hpp"
#include "tests/support/sockets.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb {
namespace {

using test::Descriptor;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class WebTest : public testing::Test {
  protected:
    void start(web::WebLimits limits = {}) {
        auto started = web::WebServer::start("127.0.0.1", 0, store, metrics, limits);
        if (!started) throw std::runtime_error(started.error().message);
        server = std::move(*started);
    }
    Descriptor connect() const {
        const auto address = server->address();
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        Descriptor socket = test::tcp_socket();
        if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
            throw std::runtime_error("the web server does not listen");
        }
        return socket;
    }
    static void say(const Descriptor& socket, const std::string& text) {
        for (std::size_t sent = 0; sent < text.size();) {
            const auto more = send(socket.get(), text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
            if (more <= 0) return;  // refused early: what it answered is read next
            sent += static_cast<std::size_t>(more);
        }
    }
    static std::string hear(const Descriptor& socket) {
        std::string answer;
        char buffer[4096];
        for (ssize_t got = 0; (got = recv(socket.get(), buffer, sizeof buffer, 0)) > 0;) {
            answer.append(buffer, static_cast<std::size_t>(got));
        }
        return answer;
    }
    std::string ask(const std::string& request) const {
        const auto socket = connect();
        say(socket, request);
        return hear(socket);
    }
    static std::string get(const std::string& path) {
        return "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    }

    test::BrokenStore store;
    metrics::Metrics metrics;
    std::unique_ptr<web::WebServer> server;
};

TEST_F(WebTest, answers_health_readiness_and_metrics) {
    start();
    EXPECT_THAT(ask(get("/healthz")), StartsWith("HTTP/1.1 200"));
    EXPECT_THAT(ask(get("/readyz")), StartsWith("HTTP/1.1 503"));
    store.broken = false;
    EXPECT_THAT(ask(get("/readyz")), EndsWith("ready\n"));
    EXPECT_THAT(ask(get("/metrics")), HasSubstr("plumb_windows_received_total 0\n"));
    EXPECT_THAT(ask(get("/nothing")), StartsWith("HTTP/1.1 404"));
}

TEST_F(WebTest, one_connection_carries_several_requests) {
    start();
    const auto socket = connect();
    say(socket, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" + get("/healthz"));
    const auto answers = hear(socket);
    EXPECT_NE(answers.find("HTTP/1.1 200"), answers.rfind("HTTP/1.1 200"));
}

TEST_F(WebTest, a_head_request_gets_the_head_alone) {
    start();
    const auto answer = ask("HEAD /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(answer, HasSubstr("Content-Length: 3\r\n"));
    EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST_F(WebTest, other_methods_bodies_garbage_and_giants_are_refused) {
    start();
    EXPECT_THAT(ask("DELETE /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
                StartsWith("HTTP/1.1 405"));
    EXPECT_THAT(ask("POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n0123456789"),
                StartsWith("HTTP/1.1 413"));
    EXPECT_THAT(ask("\x16\x03\x01 this is no HTTP\r\n\r\n"), StartsWith("HTTP/1.1 400"));
    EXPECT_THAT(ask("GET /healthz HTTP/1.1\r\nX: " + std::string(20000, 'x')), StartsWith("HTTP/1.1 431"));
}

TEST_F(WebTest, a_client_that_says_nothing_is_cut) {
    start({.connections = 4, .patience = std::chrono::milliseconds(50)});
    const auto socket = connect();
    EXPECT_EQ(hear(socket), "");
}

TEST_F(WebTest, more_clients_than_connections_wait_their_turn) {
    start({.connections = 2, .patience = std::chrono::milliseconds(50)});
    std::vector<Descriptor> silent;
    for (int i = 0; i < 8; ++i)
        silent.push_back(connect());
    EXPECT_THAT(ask(get("/healthz")), StartsWith("HTTP/1.1 200"));
}

TEST_F(WebTest, stops_while_clients_are_connected) {
    start();
    const auto socket = connect();
    server->stop();
    server.reset();
    EXPECT_EQ(hear(socket), "");
}

TEST_F(WebTest, an_address_that_is_taken_is_an_error_with_its_reason) {
    start();
    const auto address = server->address();
    const auto port = static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
    const auto second = web::WebServer::start("127.0.0.1", port, store, metrics);
    ASSERT_FALSE(second);
    EXPECT_THAT(second.error().message, HasSubstr("Address already in use"));
}

}  // namespace
}  // namespace plumb

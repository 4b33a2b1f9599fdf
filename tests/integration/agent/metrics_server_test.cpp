// `plumb-agent run --metrics`, asked as scrapers, proxies and people with netcat ask.
#include "tests/integration/agent/agent_program.hpp"
#include "tests/support/sockets.hpp"
#include "tests/support/temp_dir.hpp"

#include <arpa/inet.h>
#include <csignal>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::agent::test {
namespace {

using namespace std::chrono_literals;
using plumb::test::ChildProcess;
using plumb::test::ChildSpec;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Connection {
  public:
    explicit Connection(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        const timeval limit{20, 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() { ::close(fd_); }

    bool connected() const { return connected_; }
    void send(const std::string& text) const { ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL); }
    // Until the server closes.
    std::string receive() const {
        std::string out;
        char piece[4096];
        for (ssize_t got = 0; (got = ::recv(fd_, piece, sizeof piece, 0)) > 0;)
            out.append(piece, static_cast<std::size_t>(got));
        return out;
    }

  private:
    int fd_;
    bool connected_ = false;
};

class MetricsServerTest : public testing::Test {
  protected:
    void SetUp() override {
        const auto config = directory_.write("plumb.yaml",
                                             "environment: staging\nservice: checkout\nwindow: 100ms\n"
                                             "targets:\n  gone: 'tcp://127.0.0.1:1'\n");
        port_ = plumb::test::free_port();
        ChildSpec spec;
        spec.command = {agent_path(), "run",       "--config",
                        config,       "--metrics", "127.0.0.1:" + std::to_string(port_)};
        spec.output_file = directory_.file("log");
        child_ = std::make_unique<ChildProcess>(spec);
        child_->wait_until_listening(port_);
    }
    void TearDown() override {
        child_->signal(SIGTERM);
        EXPECT_EQ(child_->wait(20s), 0) << contents(directory_.file("log"));
    }

    std::string ask(const std::string& request) const {
        const Connection connection(port_);
        connection.send(request);
        return connection.receive();
    }

    plumb::test::TempDir directory_;
    std::uint16_t port_ = 0;
    std::unique_ptr<ChildProcess> child_;
};

TEST_F(MetricsServerTest, every_form_of_the_request_is_answered) {
    for (const char* request :
         {"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n", "GET /metrics?a=b HTTP/1.0\r\n\r\n",
          "GET http://10.0.0.7:9464/metrics?a=http://b HTTP/1.1\r\nHost: a\r\n\r\n",
          "GET /metrics HTTP/1.1\nHost: a\n\n"}) {
        const auto answer = ask(request);
        EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n")) << request;
        EXPECT_THAT(answer, HasSubstr("plumb_agent_info{")) << request;
    }
}

TEST_F(MetricsServerTest, head_has_no_body) {
    const auto answer = ask("HEAD /metrics HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(answer, Not(HasSubstr("Content-Length: 0\r\n")));
    EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST_F(MetricsServerTest, what_is_not_answered_is_refused_as_http_says) {
    EXPECT_THAT(ask("POST /metrics HTTP/1.1\r\nHost: a\r\n\r\n"),
                testing::AllOf(StartsWith("HTTP/1.1 405 "), HasSubstr("\r\nAllow: GET, HEAD\r\n")));
    EXPECT_THAT(ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), StartsWith("HTTP/1.1 404 "));
    EXPECT_THAT(ask("GET http://a/other HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 404 "));
    EXPECT_THAT(ask("GET http://a HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 404 "));
    EXPECT_THAT(ask("metrics\n\n"), StartsWith("HTTP/1.1 400 "));
    EXPECT_EQ(ask(std::string(20000, 'x')), "");
}

TEST_F(MetricsServerTest, connections_that_ask_nothing_keep_no_scrape_out) {
    std::vector<std::unique_ptr<Connection>> idle;
    for (int i = 0; i < 20; ++i) {
        idle.push_back(std::make_unique<Connection>(port_));
        ASSERT_TRUE(idle.back()->connected());
    }
    EXPECT_THAT(ask("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"), StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_EQ(idle.front()->receive(), "") << "the oldest made room";
}

}  // namespace
}  // namespace plumb::agent::test

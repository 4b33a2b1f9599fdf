#include "probes/net/stream.hpp"

#include "probes/net/dial.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/servers.hpp"

#include <array>
#include <cerrno>
#include <future>
#include <poll.h>
#include <sys/socket.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

asio::awaitable<std::optional<net::Stream>> connect_to(std::uint16_t port) {
    const auto executor = co_await asio::this_coro::executor;
    const auto resolver = net::Resolver::make(executor, {"127.0.0.1:1"}).value();
    Services services{executor, *resolver};
    Run run(Clock::now() + 10s, 0);
    co_return co_await net::dial(run, services, "127.0.0.1", port);
}

// Connects, writes "x", reads once; what came of it in words.
asio::awaitable<std::string> exchange(std::uint16_t port, Clock::duration limit) {
    auto stream = co_await connect_to(port);
    if (!stream) co_return "no connection";
    const auto deadline = Clock::now() + limit;
    const auto written = co_await stream->write("x", deadline);
    if (!written) co_return std::string(to_string(written.error().cause));
    std::array<char, 16> buffer{};
    const auto count = co_await stream->read_some(buffer, deadline);
    if (!count) co_return std::string(to_string(count.error().cause));
    co_return std::string(buffer.data(), *count);
}

std::string outcome_of(const Script& script, Clock::duration limit = 10s) {
    const ScriptedServer server(script);
    return run_coroutine_test(exchange(server.port(), limit));
}

TEST(Stream, what_the_peer_says_is_read_up_to_the_buffers_size) {
    EXPECT_EQ(outcome_of(answering("hello")), "hello");
    EXPECT_EQ(outcome_of(flooding("0123456789abcdef", "more")), "0123456789abcdef");
}

TEST(Stream, an_orderly_end_is_no_bytes) {
    EXPECT_EQ(outcome_of(closing_after_request()), "");
}

TEST(Stream, a_reset_is_told_from_an_end) {
    EXPECT_EQ(outcome_of(resetting()), "peer.reset");
}

TEST(Stream, silence_ends_with_the_deadline) {
    EXPECT_EQ(outcome_of(silent(), 50ms), "peer.timeout");
}

asio::awaitable<std::string> write_much(std::uint16_t port, Clock::duration limit) {
    auto stream = co_await connect_to(port);
    if (!stream) co_return "no connection";
    const std::string much(64 << 20, 'x');
    const auto deadline = Clock::now() + limit;
    const auto written = co_await stream->write(much, deadline);
    co_return written ? "written" : std::string(to_string(written.error().cause));
}

TEST(Stream, a_peer_that_does_not_read_stops_a_write_at_its_deadline) {
    const ScriptedServer server(silent());
    EXPECT_EQ(run_coroutine_test(write_much(server.port(), 200ms)), "peer.timeout");
}

TEST(Stream, writing_to_a_peer_that_is_gone_is_an_error_and_no_signal) {
    // It reads first: a reset that comes before anybody looked is a failure to connect.
    const ScriptedServer server(resetting());
    EXPECT_EQ(run_coroutine_test(write_much(server.port(), 30s)), "peer.reset");
}

asio::awaitable<std::string> read_a_part(std::uint16_t port) {
    auto stream = co_await connect_to(port);
    if (!stream) co_return "no connection";
    std::array<char, 3> buffer{};
    const auto count = co_await stream->read_some(buffer, Clock::now() + 10s);
    co_return count ? std::string(buffer.data(), *count) : "no answer";
}

// Servers log a reset.
TEST(Stream, what_was_not_read_does_not_make_its_end_a_reset) {
    std::promise<void> closed;
    std::promise<ssize_t> end;
    const ScriptedServer server([&](Connection& connection) {
        connection.write("220 greeting\r\n");
        closed.get_future().wait();
        pollfd ready{connection.descriptor(), POLLIN, 0};
        ::poll(&ready, 1, 10'000);
        char byte = 0;
        end.set_value(::recv(connection.descriptor(), &byte, 1, MSG_DONTWAIT));
    });
    const auto read = run_coroutine_test(read_a_part(server.port()));
    closed.set_value();
    EXPECT_EQ(read, "220");
    EXPECT_EQ(end.get_future().get(), 0) << "an orderly end";
}

}  // namespace
}  // namespace plumb::test

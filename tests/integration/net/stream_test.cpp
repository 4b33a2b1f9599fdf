#include "probes/net/stream.hpp"

#include "probes/net/dial.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/servers.hpp"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

// Connects, writes "x", reads once; what came of it in words.
asio::awaitable<std::string> exchange(std::uint16_t port, Clock::duration limit) {
    const auto executor = co_await asio::this_coro::executor;
    const auto resolver = net::Resolver::make(executor, {"127.0.0.1:1"}).value();
    Services services{executor, *resolver};
    Run run(Clock::now() + 10s, 0);
    auto stream = co_await net::dial(run, services, "127.0.0.1", port);
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

asio::awaitable<std::string> write_much(std::uint16_t port) {
    const auto executor = co_await asio::this_coro::executor;
    const auto resolver = net::Resolver::make(executor, {"127.0.0.1:1"}).value();
    Services services{executor, *resolver};
    Run run(Clock::now() + 10s, 0);
    auto stream = co_await net::dial(run, services, "127.0.0.1", port);
    if (!stream) co_return "no connection";
    const std::string much(64 << 20, 'x');
    const auto deadline = Clock::now() + 200ms;
    const auto written = co_await stream->write(much, deadline);
    co_return written ? "written" : std::string(to_string(written.error().cause));
}

TEST(Stream, a_peer_that_does_not_read_stops_a_write_at_its_deadline) {
    const ScriptedServer server(silent());
    EXPECT_EQ(run_coroutine_test(write_much(server.port())), "peer.timeout");
}

TEST(Stream, writing_to_a_peer_that_is_gone_is_an_error_and_no_signal) {
    const ScriptedServer server([](Connection& c) { c.reset(); });
    EXPECT_THAT(run_coroutine_test(write_much(server.port())), testing::AnyOf("peer.reset", "peer.closed"));
}

}  // namespace
}  // namespace plumb::test

#include "probes/net/deadline.hpp"

#include "probes/net/loop_lag.hpp"
#include "tests/support/coroutine.hpp"

#include <stdexcept>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/system/system_error.hpp>
#include <gtest/gtest.h>

namespace plumb::net {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

struct NoDefault {
    explicit NoDefault(int v) : value(v) {}
    int value;
};

asio::awaitable<NoDefault> immediate(int value) {
    co_return NoDefault(value);
}

asio::awaitable<NoDefault> never(bool& unwound) {
    struct Mark {
        bool& flag;
        ~Mark() { flag = true; }
    };
    const Mark mark{unwound};
    asio::steady_timer timer(co_await asio::this_coro::executor, Clock::time_point::max());
    co_await timer.async_wait(asio::use_awaitable);
    co_return NoDefault(0);
}

asio::awaitable<int> throwing() {
    throw std::runtime_error("broken");
    co_return 0;
}

TEST(WithDeadline, a_finished_operation_gives_its_value) {
    const auto value = test::run_coroutine_test(with_deadline(immediate(7), Clock::now() + 10s));
    ASSERT_TRUE(value);
    EXPECT_EQ(value->value, 7);
}

TEST(WithDeadline, an_operation_that_hangs_is_unwound_before_the_time_out_is_told) {
    bool unwound = false;
    const auto value = test::run_coroutine_test(with_deadline(never(unwound), Clock::now() + 5ms));
    EXPECT_FALSE(value);
    EXPECT_TRUE(unwound);
}

TEST(WithDeadline, a_deadline_in_the_past_ends_an_operation_that_waits) {
    bool unwound = false;
    EXPECT_FALSE(test::run_coroutine_test(with_deadline(never(unwound), Clock::now() - 1s)));
    EXPECT_TRUE(unwound);
}

TEST(WithDeadline, an_exception_comes_through) {
    EXPECT_THROW(test::run_coroutine_test(with_deadline(throwing(), Clock::now() + 10s)), std::runtime_error);
}

asio::awaitable<std::optional<NoDefault>> outer(bool& unwound) {
    co_return co_await with_deadline(never(unwound), Clock::now() + 60s);
}

TEST(WithDeadline, cancellation_from_outside_is_neither_a_value_nor_a_time_out) {
    asio::io_context context;
    asio::cancellation_signal signal;
    bool unwound = false;
    std::exception_ptr thrown;
    auto operation = outer(unwound);
    auto done = [&](std::exception_ptr error, const std::optional<NoDefault>&) { thrown = error; };
    asio::co_spawn(context, std::move(operation), asio::bind_cancellation_slot(signal.slot(), done));
    asio::post(context, [&] { signal.emit(asio::cancellation_type::terminal); });
    context.run_for(10s);
    EXPECT_TRUE(unwound);
    ASSERT_TRUE(thrown);
    try {
        std::rethrow_exception(thrown);
    } catch (const boost::system::system_error& error) {
        EXPECT_EQ(error.code(), asio::error::operation_aborted);
    }
}

asio::awaitable<void> nothing() {
    co_return;
}

TEST(FinishBy, tells_done_from_late) {
    EXPECT_TRUE(test::run_coroutine_test(finish_by(nothing(), Clock::now() + 10s)));
}

void block(Clock::duration time) {
    const auto until = Clock::now() + time;
    while (Clock::now() < until) {
    }
}

asio::awaitable<Clock::duration> lag_of(Clock::duration blocked, Clock::duration idle) {
    const auto executor = co_await asio::this_coro::executor;
    const LagWatch watch(executor);
    asio::steady_timer timer(executor);
    timer.expires_after(1ms);
    co_await timer.async_wait(asio::use_awaitable);
    block(blocked);
    timer.expires_after(idle);
    co_await timer.async_wait(asio::use_awaitable);
    co_return watch.worst();
}

TEST(LoopLag, a_blocked_loop_shows_as_lag_even_when_the_run_ends_at_once) {
    EXPECT_GT(test::run_coroutine_test(lag_of(60ms, 0ms)), kSuspectLag);
    EXPECT_GT(test::run_coroutine_test(lag_of(60ms, 30ms)), kSuspectLag);
}

}  // namespace
}  // namespace plumb::net

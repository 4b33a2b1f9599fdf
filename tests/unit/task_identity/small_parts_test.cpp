#include "probes/task/clock.hpp"
#include "probes/task/start_of_process.hpp"
#include "probes/task/timer_noise.hpp"
#include "probes/task/worker.hpp"
#include "tests/support/coroutine.hpp"

#include <atomic>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

namespace plumb::task {
namespace {

using namespace std::chrono_literals;

TEST(StartOfProcess, is_read_behind_any_name) {
    const std::string tail = " S 1 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 4242 1000 2000";
    EXPECT_EQ(start_ticks("7 (node)" + tail), 4242U);
    EXPECT_EQ(start_ticks("7 (a) b (c) )" + tail), 4242U);
    EXPECT_FALSE(start_ticks("7 (node) S 1 1"));
    EXPECT_FALSE(start_ticks(""));
    EXPECT_FALSE(start_ticks(")"));
}

TEST(StartOfProcess, our_own_lies_before_now_and_after_that_of_the_first) {
    const auto own = start_of_process(Places(), "self");
    const auto first = start_of_process(Places(), "1");
    ASSERT_TRUE(own && first);
    EXPECT_LE(*own, Clock::now());
    // Both are read at different moments and counted in ticks of 10 ms.
    EXPECT_LE(*first, *own + 100ms);
    EXPECT_FALSE(start_of_process(Places(), "no-such"));
}

TEST(ClockOffset, only_what_is_off_for_certain_counts) {
    Outcome near;
    describe_clock({-3ms, 5ms}, near);
    EXPECT_EQ(near.find_gauge("clock.error")->value, 0);
    EXPECT_EQ(near.find_fact("clock.offset")->value, "-0.003 s ± 0.005 s");
    Outcome far;
    describe_clock({-290s, 500ms}, far);
    EXPECT_DOUBLE_EQ(far.find_gauge("clock.error")->value, 289.5);
    EXPECT_EQ(far.find_gauge("clock.error")->limit, 300);
    EXPECT_TRUE(far.find_gauge("clock.error")->refuses_at_limit);
}

TEST(TimerNoise, is_the_middle_of_enough_measurements) {
    TimerNoise noise;
    for (std::size_t i = 0; i + 1 < TimerNoise::kEnough; ++i)
        noise.add(std::chrono::microseconds(100));
    EXPECT_FALSE(noise.middle());
    noise.add(1s);  // one late wake-up is not how it usually is
    EXPECT_EQ(noise.middle(), std::chrono::microseconds(100));
    for (int i = 0; i < 64; ++i)
        noise.add(std::chrono::microseconds(300));
    EXPECT_EQ(noise.middle(), std::chrono::microseconds(300));
}

// What a job has to say to the test.
struct Gate {
    std::atomic<bool> open{false};
};

TEST(Worker, a_job_that_hangs_is_given_up_at_the_deadline_and_no_other_is_taken) {
    boost::asio::io_context io;
    Worker worker(io.get_executor());
    Gate gate;
    bool first = true;
    bool second = true;
    auto steps = [&]() -> boost::asio::awaitable<void> {
        std::function<void()> hang = [&gate] { gate.open.wait(false); };
        first = co_await worker.run(std::move(hang), Clock::now() + 20ms);
        std::function<void()> other = [] {};
        second = co_await worker.run(std::move(other), Clock::now() + 20ms);
    };
    plumb::test::run_coroutine_test(io, steps());
    EXPECT_FALSE(first);
    EXPECT_FALSE(second);
    EXPECT_TRUE(worker.busy());
    gate.open = true;
    gate.open.notify_all();
    while (worker.busy())
        ::usleep(100);
}

TEST(Worker, jobs_run_one_after_the_other_off_the_loop) {
    boost::asio::io_context io;
    Worker worker(io.get_executor());
    const auto loop = ::gettid();
    pid_t where = 0;
    int done = 0;
    auto steps = [&]() -> boost::asio::awaitable<void> {
        for (int i = 0; i < 3; ++i) {
            std::function<void()> job = [&where] { where = ::gettid(); };
            if (co_await worker.run(std::move(job), Clock::now() + 5s)) ++done;
        }
    };
    plumb::test::run_coroutine_test(io, steps());
    EXPECT_EQ(done, 3);
    EXPECT_NE(where, 0);
    EXPECT_NE(where, loop);
}

}  // namespace
}  // namespace plumb::task

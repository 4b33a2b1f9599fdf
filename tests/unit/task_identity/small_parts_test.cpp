#include "probes/task/clock.hpp"
#include "probes/task/processes.hpp"
#include "probes/task/start_of_process.hpp"
#include "probes/task/timer_noise.hpp"

#include <unistd.h>

#include <gtest/gtest.h>

namespace plumb::task {
namespace {

using namespace std::chrono_literals;

TEST(ProcessStat, is_read_behind_any_name) {
    const std::string tail = " S 1 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 4242 1000 2000";
    for (const char* name : {"7 (node)", "7 (a) b (c) )"}) {
        const auto stat = parse_process_stat(name + tail);
        ASSERT_TRUE(stat) << name;
        EXPECT_EQ(stat->start_ticks, 4242U);
        EXPECT_TRUE(stat->program);
    }
    for (const char* text : {"7 (node) S 1 1", "", ")", "7 (node) S 1 1 1 0 -1 x 1 2 3 4 5 6 7 8 20 0 1 0 y"})
        EXPECT_FALSE(parse_process_stat(text)) << text;
}

TEST(ProcessStat, threads_of_the_kernel_and_what_has_ended_are_no_program) {
    const std::string end = " 1 2 3 4 5 6 7 8 20 0 1 0 42 0 0";
    EXPECT_FALSE(parse_process_stat("2 (kthreadd) S 0 0 0 0 -1 2129984" + end)->program);
    EXPECT_FALSE(parse_process_stat("9 (app) Z 1 9 9 0 -1 4194560" + end)->program);
    const auto own = read_process_stat("/proc", "self");
    ASSERT_TRUE(own);
    EXPECT_TRUE(own->program);
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

}  // namespace
}  // namespace plumb::task

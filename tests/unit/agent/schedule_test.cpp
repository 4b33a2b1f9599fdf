#include "agent/run/schedule.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace plumb::agent {
namespace {

using namespace std::chrono_literals;
using Time = Schedule::Clock::time_point;

const Time kStart = Time{} + 1h;

// Walks the schedule by its own due times until `end`; every run ends at once.
std::vector<Time> starts(Schedule& schedule, Time end) {
    std::vector<Time> out;
    while (schedule.next_due() < end) {
        const auto now = schedule.next_due();
        for (const auto& due : schedule.due(now)) {
            if (due.start) out.push_back(now);
            schedule.finished(due.target);
        }
    }
    return out;
}

TEST(Schedule, each_interval_has_one_run) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        Schedule schedule({1s}, kStart, seed);
        const auto times = starts(schedule, kStart + 100s);
        EXPECT_GE(times.size(), 99U);
        EXPECT_LE(times.size(), 101U);
        for (std::size_t i = 1; i < times.size(); ++i) {
            EXPECT_GE(times[i] - times[i - 1], 900ms);
            EXPECT_LE(times[i] - times[i - 1], 1100ms);
        }
    }
}

TEST(Schedule, jitter_does_not_add_up) {
    Schedule schedule({1s}, kStart, 7);
    const auto first = schedule.next_due();
    const auto times = starts(schedule, kStart + 1000s);
    const auto drift = (times.back() - first) - std::chrono::seconds(static_cast<long>(times.size()) - 1);
    EXPECT_LE(std::chrono::abs(drift), 100ms);
}

TEST(Schedule, the_same_seed_gives_the_same_times_and_another_seed_others) {
    Schedule a({1s, 2s}, kStart, 1);
    Schedule b({1s, 2s}, kStart, 1);
    Schedule c({1s, 2s}, kStart, 2);
    const auto first = starts(a, kStart + 20s);
    EXPECT_EQ(first, starts(b, kStart + 20s));
    EXPECT_NE(first, starts(c, kStart + 20s));
}

TEST(Schedule, targets_of_one_interval_do_not_start_together) {
    Schedule schedule(std::vector<std::chrono::nanoseconds>(20, 1s), kStart, 3);
    std::size_t most = 0;
    while (schedule.next_due() < kStart + 1s)
        most = std::max(most, schedule.due(schedule.next_due()).size());
    EXPECT_LT(most, 5U);
}

TEST(Schedule, a_slow_run_never_delays_the_next_and_what_it_blocked_is_counted) {
    Schedule slow({1s}, kStart, 5);
    Schedule quick({1s}, kStart, 5);
    const auto first = slow.next_due();
    ASSERT_TRUE(slow.due(first).at(0).start);  // still in flight from here on
    quick.due(first);
    quick.finished(0);
    for (int i = 0; i < 3; ++i) {
        const auto at = slow.next_due();
        EXPECT_EQ(at, quick.next_due());
        const auto due = slow.due(at);
        ASSERT_EQ(due.size(), 1U);
        EXPECT_FALSE(due[0].start);
        EXPECT_EQ(due[0].skipped, 1U);
        quick.due(at);
        quick.finished(0);
    }
    slow.finished(0);
    const auto at = slow.next_due();
    EXPECT_EQ(at, quick.next_due());
    EXPECT_TRUE(slow.due(at).at(0).start);
}

TEST(Schedule, points_that_passed_while_the_loop_stood_still_are_counted_as_skipped) {
    Schedule schedule({1s}, kStart, 9);
    const auto late = schedule.next_due() + 5s;
    const auto due = schedule.due(late);
    ASSERT_EQ(due.size(), 1U);
    EXPECT_TRUE(due[0].start);
    EXPECT_EQ(due[0].skipped, 5U);
    EXPECT_GT(schedule.next_due(), late - 100ms);
}

}  // namespace
}  // namespace plumb::agent

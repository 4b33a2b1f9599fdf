#include "agent/run/windows.hpp"

#include "tests/unit/agent/outcomes.hpp"

#include <gtest/gtest.h>

namespace plumb::agent {
namespace {

using namespace std::chrono_literals;

const auto kStart = Windows::Clock::time_point{} + 1h;
const auto kWall = std::chrono::system_clock::time_point{} + 500h;

Windows make() {
    return {"agent-1", {{"environment", "staging"}},
            10s,       {{"cache", "redis"}, {"database", "postgres"}},
            kStart,    kWall};
}

TEST(Windows, follow_one_another_without_gaps) {
    auto windows = make();
    EXPECT_EQ(windows.closes_at(), kStart + 10s);
    windows.add(test::good());
    const auto first = windows.close(kStart + 10s + 3ms);
    const auto second = windows.close(kStart + 20s + 1ms);
    EXPECT_EQ(first.sequence, 1U);
    EXPECT_EQ(second.sequence, 2U);
    EXPECT_EQ(first.start, kWall);
    EXPECT_EQ(second.start, kWall + 10s);
    EXPECT_EQ(first.length, 10s);
    EXPECT_EQ(windows.closes_at(), kStart + 30s);
    EXPECT_EQ(first.agent, "agent-1");
    EXPECT_EQ(first.labels.at("environment"), "staging");
    EXPECT_FALSE(first.draining);
}

TEST(Windows, every_declared_dependency_stands_in_every_window) {
    auto windows = make();
    windows.add(test::good());
    const auto first = windows.close(kStart + 10s);
    const auto second = windows.close(kStart + 20s);
    ASSERT_EQ(first.dependencies.size(), 2U);
    EXPECT_EQ(first.dependencies[0].dependency, "cache");
    EXPECT_EQ(first.dependencies[0].runs, 1U);
    EXPECT_EQ(first.dependencies[1].runs, 0U);
    ASSERT_EQ(second.dependencies.size(), 2U);
    EXPECT_EQ(second.dependencies[0].runs, 0U);
}

TEST(Windows, skipped_runs_are_counted) {
    auto windows = make();
    windows.skipped(1, 3);
    const auto window = windows.close(kStart + 10s);
    EXPECT_EQ(window.dependencies[1].skipped, 3U);
}

TEST(Windows, lengths_that_passed_at_once_are_one_window) {
    auto windows = make();
    const auto window = windows.close(kStart + 35s);
    EXPECT_EQ(window.sequence, 1U);
    EXPECT_EQ(window.length, 30s);
    EXPECT_EQ(windows.closes_at(), kStart + 40s);
}

TEST(Windows, the_last_one_ends_now_and_is_marked) {
    auto windows = make();
    windows.close(kStart + 10s);
    const auto last = windows.finish(kStart + 12s, true);
    EXPECT_EQ(last.sequence, 2U);
    EXPECT_EQ(last.length, 2s);
    EXPECT_TRUE(last.draining);
    EXPECT_EQ(last.task_age, 12s);
}

}  // namespace
}  // namespace plumb::agent

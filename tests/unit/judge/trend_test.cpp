// What rises towards its limit and what only looks as if it did.
#include "controller/judge/statistics/trend.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <random>

#include <gtest/gtest.h>

namespace plumb::judge::test {
namespace {

std::vector<TrendPoint> series(int windows, const std::function<double(int)>& share) {
    std::vector<TrendPoint> points;
    for (int i = 0; i < windows; ++i)
        points.push_back({static_cast<double>(i), std::clamp(share(i), 0.0, 1.0)});
    return points;
}

Course course_of(int windows, const std::function<double(int)>& share) {
    return trend_of(series(windows, share), {}).course;
}

TEST(Trend, a_steady_rise_runs_out_when_the_line_says) {
    const Trend trend = trend_of(series(20, [](int i) { return 0.3 + 0.02 * i; }), {});
    EXPECT_EQ(trend.course, Course::exhausts);
    EXPECT_EQ(trend.points, 20U);
    EXPECT_NEAR(trend.slope, 0.02, 1e-9);
    EXPECT_NEAR(trend.left, (1 - 0.68) / 0.02, 1e-6);
    EXPECT_LT(trend.left_least, trend.left);
    EXPECT_GT(trend.low, 0);
}

TEST(Trend, needs_six_windows) {
    const auto leak = [](int i) { return 0.1 + 0.05 * i; };
    EXPECT_EQ(course_of(5, leak), Course::too_short);
    EXPECT_EQ(course_of(6, leak), Course::exhausts);
    EXPECT_EQ(course_of(0, leak), Course::too_short);
}

TEST(Trend, a_rise_that_takes_hours_is_far) {
    EXPECT_EQ(course_of(60, [](int i) { return 0.1 + 0.002 * i; }), Course::far);
    // The same rise runs out in time once it is near.
    EXPECT_EQ(course_of(60, [](int i) { return 0.8 + 0.002 * i; }), Course::exhausts);
}

TEST(Trend, what_stands_still_or_falls_is_flat) {
    EXPECT_EQ(course_of(30, [](int) { return 0.7; }), Course::flat);
    EXPECT_EQ(course_of(30, [](int i) { return 0.7 - 0.001 * i; }), Course::flat);
}

TEST(Trend, a_single_spike_moves_nothing) {
    EXPECT_EQ(course_of(20, [](int i) { return i == 18 ? 0.95 : 0.3; }), Course::flat);
    EXPECT_EQ(course_of(20, [](int i) { return i == 19 ? 0.95 : 0.3; }), Course::flat);
}

TEST(Trend, a_daily_wave_is_never_a_leak) {
    constexpr int kDay = 2880;  // windows of 30 s
    for (int from = 0; from < kDay; from += 16) {
        const auto wave = [from](int i) {
            return 0.5 + 0.38 * std::sin(2 * std::numbers::pi * (from + i) / kDay);
        };
        EXPECT_NE(course_of(30, wave), Course::exhausts) << from;
        EXPECT_NE(course_of(240, wave), Course::exhausts) << from;
    }
}

TEST(Trend, a_sawtooth_that_was_seen_to_fall_is_returning) {
    const auto saw = [](int i) { return 0.2 + 0.03 * (i % 20); };
    EXPECT_EQ(course_of(38, saw), Course::returning);
    for (int windows = 26; windows < 80; ++windows)
        EXPECT_NE(course_of(windows, saw), Course::exhausts) << windows;
}

TEST(Trend, a_rise_after_a_restart_counts_from_there_once_it_is_past_what_was_known) {
    const auto restarted = [](int i) { return i < 10 ? 0.3 + 0.02 * i : 0.1 + 0.03 * (i - 10); };
    const Trend early = trend_of(series(20, restarted), {});
    EXPECT_EQ(early.course, Course::returning);
    EXPECT_EQ(early.points, 10U);
    EXPECT_EQ(course_of(30, restarted), Course::exhausts);
}

TEST(Trend, a_warm_up_slows_down_and_a_pool_that_filled_stands) {
    for (int windows = 6; windows < 40; ++windows) {
        EXPECT_NE(course_of(windows, [](int i) { return 0.2 + 0.5 * (1 - std::exp(-i / 10.0)); }),
                  Course::exhausts)
            << windows;
        EXPECT_NE(course_of(windows, [](int i) { return 0.1 + 0.5 * std::min(1.0, i / 4.0); }),
                  Course::exhausts)
            << windows;
    }
    EXPECT_EQ(course_of(12, [](int i) { return 0.2 + 0.5 * (1 - std::exp(-i / 20.0)); }), Course::slowing);
}

// Loads resemble themselves from window to window: `alike` is by how much.
int alarms(double alike, int windows, int rounds) {
    std::mt19937_64 random(17);
    std::normal_distribution<double> normal(0, 1);
    int found = 0;
    for (int round = 0; round < rounds; ++round) {
        const double middle = 0.3 + 0.05 * (round % 10);
        const double noise = 0.01 + 0.01 * (round % 8);
        double state = normal(random);
        const auto next = [&](int) {
            state = alike * state + std::sqrt(1 - alike * alike) * normal(random);
            return middle + noise * state;
        };
        found += course_of(windows, next) == Course::exhausts ? 1 : 0;
    }
    return found;
}

TEST(Trend, amounts_that_wander_about_a_middle_hardly_ever_run_out) {
    for (const int windows : {6, 12, 30}) {
        EXPECT_EQ(alarms(0.0, windows, 2000), 0) << windows;
        EXPECT_EQ(alarms(0.5, windows, 2000), 0) << windows;
        EXPECT_LE(alarms(0.9, windows, 2000), 2) << windows;
    }
}

TEST(Trend, a_leak_is_found_through_noise) {
    std::mt19937_64 random(3);
    std::normal_distribution<double> noise(0, 0.01);
    int found = 0;
    for (int round = 0; round < 100; ++round) {
        const auto leak = [&](int i) { return 0.2 + 0.015 * i + noise(random); };
        found += course_of(30, leak) == Course::exhausts ? 1 : 0;
    }
    EXPECT_GE(found, 98);
}

TEST(Trend, a_smaller_share_of_the_alarms_asks_for_more) {
    std::mt19937_64 random(3);
    std::normal_distribution<double> noise(0, 0.01);
    const auto points = series(12, [&](int i) { return 0.2 + 0.015 * i + noise(random); });
    EXPECT_LT(trend_of(points, {60, 1e-6}).low, trend_of(points, {60, 1e-3}).low);
}

TEST(Trend, points_of_one_time_or_far_apart_are_survived) {
    EXPECT_EQ(trend_of(std::vector<TrendPoint>(10, {0, 0.5}), {}).course, Course::flat);
    EXPECT_TRUE(std::isfinite(trend_of(series(8, [](int i) { return 0.1 * i; }), {}).left_least));
    std::vector<TrendPoint> apart = series(8, [](int i) { return 0.1 * i; });
    for (TrendPoint& each : apart)
        each.at *= 1e15;
    EXPECT_NE(trend_of(apart, {}).course, Course::exhausts);
}

}  // namespace
}  // namespace plumb::judge::test

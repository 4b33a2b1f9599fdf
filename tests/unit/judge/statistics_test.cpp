// Against values from tables and from the papers that statistics.hpp names.
#include "controller/judge/statistics/statistics.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace plumb::judge {
namespace {

TEST(Statistics, student_and_normal_agree_with_tables) {
    EXPECT_NEAR(student_quantile(0.975, 10), 2.2281, 1e-4);
    EXPECT_NEAR(student_upper_tail(2.2281, 10), 0.025, 1e-5);
    EXPECT_NEAR(student_upper_tail(-2.2281, 10), 0.975, 1e-5);
    EXPECT_NEAR(normal_quantile(0.975), 1.95996, 1e-5);
}

TEST(Statistics, wilson_agrees_with_newcombe_1998) {
    // 81 of 263, 95 %: 0.2553 to 0.3662
    const Interval interval = wilson({81.0 / 263, 263}, 1.95996);
    EXPECT_NEAR(interval.low, 0.2553, 1e-4);
    EXPECT_NEAR(interval.high, 0.3662, 1e-4);
    EXPECT_DOUBLE_EQ(wilson({0, 20}, 1.96).low, 0);
    EXPECT_DOUBLE_EQ(wilson({1, 20}, 1.96).high, 1);
}

TEST(Statistics, newcombe_agrees_with_its_method_10) {
    // 56/70 − 48/80, 95 %: 0.0524 to 0.3339
    const Interval interval = newcombe({48.0 / 80, 80}, {56.0 / 70, 70}, 1.95996);
    EXPECT_NEAR(interval.low, 0.0524, 1e-4);
    EXPECT_NEAR(interval.high, 0.3339, 1e-4);
    // 9/10 − 3/10: 0.1705 to 0.8090
    const Interval small = newcombe({0.3, 10}, {0.9, 10}, 1.95996);
    EXPECT_NEAR(small.low, 0.1705, 1e-4);
    EXPECT_NEAR(small.high, 0.8090, 1e-4);
}

TEST(Statistics, runs_of_tasks_that_differ_are_worth_less) {
    const double alike = design_effect({{100, 10}, {100, 10}, {100, 10}, {100, 10}});
    const double apart = design_effect({{100, 40}, {100, 0}, {100, 0}, {100, 0}});
    EXPECT_GE(alike, 1);
    EXPECT_GT(apart, 10 * alike);
    EXPECT_GE(design_effect({}), 1);
    EXPECT_GE(design_effect({{0, 0}}), 1);
    EXPECT_GE(design_effect({{5, 5}}), 1);
}

TEST(Statistics, fisher_agrees_with_the_lady_tasting_tea) {
    EXPECT_NEAR(fisher_at_least(4, 4, 0, 4), 1.0 / 70, 1e-9);
    EXPECT_NEAR(fisher_at_least(3, 4, 1, 4), 17.0 / 70, 1e-9);
    EXPECT_DOUBLE_EQ(fisher_at_least(0, 5, 0, 5), 1);
    EXPECT_LT(fisher_at_least(1'000'000'000, 1'000'000'000, 0, 1'000'000'000), 1e-100);
    // So far out that each of five million terms is nothing: the first says so.
    EXPECT_EQ(fisher_at_least(5'000'000, 10'000'000, 1'000'000, 10'000'000), 0);
}

TEST(Statistics, adjusted_p_values_agree_with_benjamini_and_hochberg) {
    const auto out = adjusted({0.01, 0.04, 0.03, 0.005});
    EXPECT_NEAR(out[0], 0.02, 1e-12);
    EXPECT_NEAR(out[1], 0.04, 1e-12);
    EXPECT_NEAR(out[2], 0.04, 1e-12);
    EXPECT_NEAR(out[3], 0.02, 1e-12);
    EXPECT_TRUE(adjusted({}).empty());
}

TEST(Statistics, median_takes_the_middle) {
    EXPECT_DOUBLE_EQ(median({3, 1, 2}), 2);
    EXPECT_DOUBLE_EQ(median({4, 1, 2, 3}), 2.5);
    EXPECT_DOUBLE_EQ(median({}), 0);
}

}  // namespace
}  // namespace plumb::judge

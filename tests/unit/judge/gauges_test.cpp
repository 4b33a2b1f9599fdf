#include "tests/unit/judge/fleet.hpp"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::judge::test {
namespace {

using ::testing::HasSubstr;

Fleet side(const std::string& environment, double used, double limit = 100, bool refuses = true) {
    Spec spec;
    spec.gauges = {gauge("postgres.connections", used, limit, refuses)};
    return Fleet(environment).with(spec);
}

Report with(double used, double limit = 100, bool refuses = true) {
    return compare(side("staging", 10), side("production", used, limit, refuses));
}

TEST(Gauges, under_a_tenth_free_holds) {
    const Report report = with(91);
    EXPECT_EQ(report.verdict, Verdict::hold);
    ASSERT_EQ(told(report), "database server gauge.headroom gauge:postgres.connections critical\n");
    EXPECT_EQ(report.findings[0].category, Category::saturation);
    EXPECT_EQ(report.findings[0].baseline, "10 of 100, 90 % free");
    EXPECT_EQ(report.findings[0].candidate, "91 of 100, 9 % free");
}

TEST(Gauges, under_a_fifth_free_warns_and_more_is_quiet) {
    const Report report = with(85);
    EXPECT_EQ(report.verdict, Verdict::promote);
    EXPECT_EQ(told(report), "database server gauge.headroom gauge:postgres.connections warning\n");
    EXPECT_EQ(told(with(90)), told(report)) << "a tenth is not under a tenth";
    EXPECT_EQ(told(with(80)), "");
}

TEST(Gauges, a_full_cache_that_evicts_is_quiet) {
    EXPECT_EQ(told(with(100, 100, false)), "");
}

TEST(Gauges, low_on_both_sides_is_the_candidates_danger_all_the_same) {
    const Report report = compare(side("staging", 95), side("production", 95));
    EXPECT_EQ(report.verdict, Verdict::hold);
    EXPECT_TRUE(report.findings.at(0).evidence.at("baseline_low_too").as_bool());
}

TEST(Gauges, low_on_the_baseline_only_is_quiet) {
    EXPECT_EQ(told(compare(side("staging", 95), side("production", 50))), "");
}

TEST(Gauges, one_spike_does_not_hold_and_two_windows_of_three_do) {
    const auto spikes = [](int windows) {
        Fleet fleet = side("production", 50);
        fleet.change([=](Window& window, int, int number) {
            if (number >= 4 - windows) {
                dependency(window, "database").gauges = {gauge("postgres.connections", 99, 100)};
            }
        });
        return compare(side("staging", 10), fleet);
    };
    EXPECT_EQ(told(spikes(1)), "");
    EXPECT_EQ(spikes(2).verdict, Verdict::hold);
}

TEST(Gauges, one_task_of_several_warns_and_names_it) {
    Fleet fleet = side("production", 50).tasks(4);
    fleet.change([](Window& window, int task, int) {
        if (task == 1) dependency(window, "database").gauges = {gauge("postgres.connections", 99, 100)};
    });
    const Report report = compare(side("staging", 10), fleet);
    EXPECT_EQ(report.verdict, Verdict::promote);
    ASSERT_EQ(told(report), "database server gauge.headroom gauge:postgres.connections warning\n");
    EXPECT_EQ(report.findings[0].scope, (Labels{{"zone", "az1"}}));
}

TEST(Gauges, one_task_in_all_holds_after_one_window) {
    EXPECT_EQ(compare(side("staging", 10).tasks(1), side("production", 99).tasks(1).windows(1)).verdict,
              Verdict::hold);
}

TEST(Gauges, one_that_only_the_candidate_lacks_is_no_ground_to_promote) {
    Fleet after = side("production", 50);
    after.change([](Window& window, int, int) { dependency(window, "database").gauges.clear(); });
    const Report report = compare(side("staging", 10), after);
    EXPECT_EQ(report.verdict, Verdict::insufficient);
    EXPECT_THAT(gaps(report, true), HasSubstr("database gauge:postgres.connections: the baseline shows it"));
    Policy policy;
    policy.ignore = {{"database", "gauge:postgres.connections"}};
    EXPECT_EQ(compare(side("staging", 10), after, policy).verdict, Verdict::promote);
    policy.ignore.clear();
    policy.hold_on.gauges = false;
    EXPECT_EQ(compare(side("staging", 10), after, policy).verdict, Verdict::promote);
}

TEST(Gauges, a_limit_that_cannot_be_read_is_no_ground_to_promote) {
    for (const double limit : {0.0, -3.0, std::nan("")}) {
        EXPECT_EQ(with(99, limit).verdict, Verdict::insufficient) << limit;
    }
    EXPECT_EQ(with(std::nan("")).verdict, Verdict::insufficient);
}

TEST(Gauges, no_limit_on_the_candidate_is_no_danger) {
    Fleet after = side("production", 50);
    after.change([](Window& window, int, int) {
        auto& own = dependency(window, "database").gauges[0];
        own.limit.reset();
        own.refuses_at_limit = false;
    });
    EXPECT_EQ(compare(side("staging", 10), after).verdict, Verdict::promote);
}

TEST(Gauges, an_amount_of_long_ago_is_history) {
    Fleet after = side("production", 99).windows(12);
    after.change([](Window& window, int, int number) {
        if (number >= 6) dependency(window, "database").gauges.clear();
    });
    const Report report = compare(side("staging", 10).windows(12), after);
    EXPECT_EQ(told(report), "");
    EXPECT_EQ(report.verdict, Verdict::insufficient);
}

TEST(Gauges, the_tasks_own_are_exhaustion) {
    Spec own;
    own.name = "task";
    own.kind = "task";
    own.gauges = {gauge("task.memory", 98, 100)};
    const Report report = compare(staging(), production().with(own));
    EXPECT_EQ(told(report), "task task gauge.headroom gauge:task.memory critical\n");
    EXPECT_EQ(report.findings[0].category, Category::exhaustion);
}

TEST(Gauges, absurd_numbers_are_not_judged_or_clamped) {
    const double infinite = std::numeric_limits<double>::infinity();
    EXPECT_EQ(told(with(5, 0)), "");
    EXPECT_EQ(told(with(5, -3)), "");
    EXPECT_EQ(told(with(std::nan(""), 100)), "");
    EXPECT_EQ(told(with(5, infinite)), "");
    EXPECT_EQ(told(with(-50, 100)), "");
    const Report over = with(500, 100);
    EXPECT_EQ(over.verdict, Verdict::hold);
    EXPECT_EQ(over.findings[0].candidate, "500 of 100, 0 % free");
}

}  // namespace
}  // namespace plumb::judge::test

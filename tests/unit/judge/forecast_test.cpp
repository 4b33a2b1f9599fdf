// Amounts that will be at their limit soon.
#include "tests/unit/judge/fleet.hpp"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::judge::test {
namespace {

using ::testing::HasSubstr;

constexpr const char* kGauge = "postgres.wraparound";  // refuses, and no deployment adds to it

using Amount = std::function<double(int task, int number)>;

Fleet side(const std::string& environment, const Amount& amount, int tasks = 3, int windows = 20) {
    Fleet fleet = Fleet(environment).with({}).tasks(tasks).windows(windows);
    fleet.change([amount](Window& window, int task, int number) {
        dependency(window, "database").gauges = {gauge(kGauge, amount(task, number), 100)};
    });
    return fleet;
}

double still(int, int) {
    return 20;
}

double leak(int, int number) {
    return 20 + 2 * number;
}

TEST(Forecast, a_leak_that_reaches_its_limit_within_half_an_hour_holds) {
    const Report report = compare(side("staging", still), side("production", leak));
    EXPECT_EQ(report.verdict, Verdict::hold);
    ASSERT_EQ(told(report), "database server gauge.forecast gauge:postgres.wraparound critical\n");
    EXPECT_EQ(report.findings[0].category, Category::saturation);
    EXPECT_THAT(report.findings[0].candidate, HasSubstr("56 of 100, 44 % free; rising by 2 % of the limit"));
    EXPECT_THAT(report.findings[0].candidate, HasSubstr("at the limit in 10 min"));
    EXPECT_FALSE(report.findings[0].evidence.at("baseline_rises_too").as_bool());
}

TEST(Forecast, counts_windows_and_not_minutes) {
    const auto quick = [](Fleet fleet) {
        CohortBuilder builder("x");
        for (auto [window, end] : fleet.make()) {
            window.length = std::chrono::seconds(1);
            builder.add(window, noon() - (noon() - end) / 30);
        }
        return std::move(builder).build();
    };
    const Report report = judge(quick(side("staging", still)), quick(side("production", leak)), {}, noon());
    EXPECT_EQ(told(report), "database server gauge.forecast gauge:postgres.wraparound critical\n");
    EXPECT_THAT(report.findings.at(0).candidate, HasSubstr("at the limit in 21 s"));
}

TEST(Forecast, a_leak_on_both_sides_is_the_candidates_danger_all_the_same) {
    const Report report = compare(side("staging", leak), side("production", leak));
    EXPECT_EQ(report.verdict, Verdict::hold);
    EXPECT_TRUE(report.findings.at(0).evidence.at("baseline_rises_too").as_bool());
    EXPECT_EQ(told(compare(side("staging", leak), side("production", still))), "");
}

TEST(Forecast, one_server_that_many_tasks_look_at_is_one_series) {
    // What all see alike is as sure as what one sees: two windows too few stay too few.
    EXPECT_EQ(told(compare(side("staging", still), side("production", leak, 50, 5))), "");
}

TEST(Forecast, one_task_alone_holds_and_one_of_several_warns) {
    EXPECT_EQ(compare(side("staging", still, 1), side("production", leak, 1)).verdict, Verdict::hold);
    const auto one = [](int task, int number) { return task == 0 ? leak(0, number) : 20; };
    EXPECT_EQ(told(compare(side("staging", still), side("production", one))),
              "database server gauge.forecast gauge:postgres.wraparound warning\n");
    EXPECT_EQ(told(compare(side("staging", still), side("production", one, 12))), "")
        << "among many tasks chance finds one";
}

TEST(Forecast, low_headroom_is_told_first_and_the_forecast_goes_under_it) {
    const Report report =
        compare(side("staging", still), side("production", [](int, int number) { return 56 + 2 * number; }));
    ASSERT_EQ(told(report), "database server gauge.headroom gauge:postgres.wraparound critical\n");
    ASSERT_EQ(report.findings[0].folded.size(), 1U);
    EXPECT_EQ(report.findings[0].folded[0].cause, "gauge.forecast");
    // A warning about headroom gives way to a forecast that holds.
    EXPECT_EQ(told(compare(side("staging", still),
                           side("production", [](int, int number) { return 47 + 2 * number; }))),
              "database server gauge.forecast gauge:postgres.wraparound critical\n");
}

TEST(Forecast, a_quota_that_is_whole_again_before_it_ends_is_quiet) {
    const auto with_reset = [](double seconds) {
        Fleet fleet = side("production", leak);
        fleet.change([seconds](Window& window, int, int) {
            WindowGauge reset = gauge(std::string(kGauge) + "_reset", seconds, 0, false);
            reset.limit.reset();
            dependency(window, "database").gauges.push_back(reset);
        });
        return told(compare(side("staging", still), fleet));
    };
    EXPECT_EQ(with_reset(300), "");
    EXPECT_NE(with_reset(3000), "");
}

TEST(Forecast, a_tasks_own_memory_is_exhaustion) {
    Fleet fleet = production().windows(20);
    fleet.change([](Window& window, int, int number) {
        WindowDependency own;
        own.dependency = "task";
        own.kind = "task";
        own.gauges = {gauge("task.memory", 200 + 20 * number, 1000)};
        window.dependencies.push_back(own);
    });
    const Report report = compare(staging().windows(20), fleet);
    ASSERT_EQ(told(report), "task task gauge.forecast gauge:task.memory critical\n");
    EXPECT_EQ(report.findings[0].category, Category::exhaustion);
}

TEST(Forecast, long_windows_look_no_further_than_half_an_hour) {
    const auto slow = [](Fleet fleet) {
        CohortBuilder builder("x");
        for (auto [window, end] : fleet.make()) {
            window.length = std::chrono::minutes(5);
            builder.add(window, noon() - (noon() - end) * 10);
        }
        return std::move(builder).build();
    };
    // Forty windows of five minutes are left: more than three hours.
    const Amount morning = [](int, int number) { return 22 + 2 * number; };
    EXPECT_EQ(told(judge(slow(side("staging", still)), slow(side("production", morning)), {}, noon())), "");
}

TEST(Forecast, explains_why_a_gauge_is_quiet_and_why_it_is_not) {
    Look look(noon());
    look.explain = true;
    const auto why = [&](const Amount& amount) {
        const Report report =
            judge(side("staging", still).cohort(), side("production", amount).cohort(), {}, look);
        std::string out;
        for (const Comparison& each : report.comparisons) {
            if (each.subject != "gauge:postgres.wraparound") continue;
            EXPECT_EQ(each.dependency, "database");
            out += each.test + ": " + each.why + "\n";
        }
        return out;
    };
    EXPECT_THAT(why(still), HasSubstr("quiet: every task has 20 % free or more"));
    EXPECT_THAT(why(still), HasSubstr("quiet: on 3 of 3 tasks it hardly rises"));
    EXPECT_THAT(why(leak), HasSubstr("found: on 3 of 3 tasks it will be at the limit soon"));
    EXPECT_THAT(why([](int, int) { return 95.0; }),
                HasSubstr("holds: 3 of 3 tasks have less than 10 % free"));
    EXPECT_TRUE(compare(side("staging", still), side("production", leak)).comparisons.empty());
}

}  // namespace
}  // namespace plumb::judge::test

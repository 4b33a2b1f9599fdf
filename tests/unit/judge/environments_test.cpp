// How much two environments differ for no reason: measured in each comparison, taken into account when the
// policy says so, and never enough to excuse what is found.
#include "tests/unit/judge/fleet.hpp"

#include <array>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::judge::test {
namespace {

using ::testing::HasSubstr;

std::optional<double> measured(const Report& report, const char* name) {
    const auto* all = report.coverage.if_contains("measured");
    const auto* one = all == nullptr ? nullptr : all->get_object().if_contains(name);
    if (one == nullptr) return std::nullopt;
    return one->is_object() ? one->at("measured").to_number<double>() : one->to_number<double>();
}

// Many dependencies, of which each is by another ratio faster or slower for no reason.
Fleet wandering(const std::string& environment, double spread, int count = 24) {
    constexpr std::array kWays{-1.8, -1.0, -0.5, 0.2, 0.7, 1.1};  // of a standard deviation of 1
    Fleet fleet(environment);
    fleet.seed(environment == "staging" ? 1 : 2).tasks(12).windows(5);
    for (int i = 0; i < count; ++i) {
        const double way = environment == "staging" ? 0 : kWays[static_cast<std::size_t>(i) % kWays.size()];
        Spec spec;
        spec.name = fmt::format("dependency{:02}", i);
        spec.phases = {{"query", 20 * std::exp(spread * way)}};
        fleet.with(spec);
    }
    return fleet;
}

TEST(Environments, their_spread_is_measured_beside_what_tasks_differ_by) {
    const auto report = compare(wandering("staging", 0), wandering("production", 0.10));
    EXPECT_EQ(told(report), "") << "10 % either way is no shift that counts yet";
    EXPECT_NEAR(measured(report, "environment_spread").value_or(0), 1.10, 0.03);
    const auto alike = compare(wandering("staging", 0), wandering("production", 0));
    EXPECT_LE(measured(alike, "environment_spread").value_or(2), 1.03);
}

TEST(Environments, what_moves_all_alike_is_no_spread) {
    Fleet slower("production");
    slower.seed(2).tasks(12).windows(5);
    for (int i = 0; i < 24; ++i) {
        Spec spec;
        spec.name = fmt::format("dependency{:02}", i);
        spec.phases = {{"query", 21.5}};
        slower.with(spec);
    }
    EXPECT_LE(measured(compare(wandering("staging", 0), slower), "environment_spread").value_or(2), 1.03);
}

TEST(Environments, a_few_phases_tell_nothing_about_them) {
    EXPECT_FALSE(measured(compare(staging(), production()), "environment_spread"));
}

TEST(Environments, a_spread_that_the_policy_knows_is_no_shift_and_twice_as_slow_still_is) {
    const auto slower = [](double ms) {
        Spec spec;
        spec.phases = {{"query", ms}};
        return Fleet("production").seed(2).tasks(8).windows(5).with(spec);
    };
    Spec usual;
    usual.phases = {{"query", 20}};
    const Fleet before = Fleet("staging").tasks(8).windows(5).with(usual);
    EXPECT_THAT(told(compare(before, slower(30))), HasSubstr("latency:query:p50"));
    Policy policy;
    policy.thresholds.environment_spread = 1.15;
    EXPECT_EQ(told(compare(before, slower(30), policy)), "");
    EXPECT_THAT(told(compare(before, slower(60), policy)), HasSubstr("latency:query:p50"));
}

TEST(Environments, a_shift_stands_out_of_three_times_what_the_probers_timers_are_late) {
    const auto with_noise = [](const std::string& environment, double query_ms, double noise_s) {
        Spec spec;
        spec.phases = {{"query", query_ms}};
        Spec task;
        task.name = "task";
        task.kind = "task";
        task.phases = {};
        task.facts = {};
        task.gauges = {{"task.timer_noise", noise_s, noise_s, noise_s, std::nullopt, false}};
        return Fleet(environment).seed(query_ms > 2 ? 2 : 1).tasks(4).windows(5).with(spec).with(task);
    };
    const auto shift = [&](double noise_before, double noise_after) {
        return compare(with_noise("staging", 2, noise_before), with_noise("production", 3.3, noise_after));
    };
    EXPECT_THAT(told(shift(0.0001, 0.0001)), HasSubstr("latency:query:p50"));
    EXPECT_EQ(told(shift(0.0001, 0.001)), "") << "1.3 ms against a noise of 1 ms on the candidate";
    EXPECT_EQ(told(shift(0.001, 0.0001)), "") << "or on the baseline";
    EXPECT_NEAR(measured(shift(0.0001, 0.001), "timer_noise_ms").value_or(0), 1, 0.001);
}

TEST(Environments, no_noise_that_an_agent_tells_hides_more_than_suspect_runs_would) {
    const auto with_noise = [](const std::string& environment, double query_ms) {
        Spec spec;
        spec.phases = {{"query", query_ms}};
        Spec task;
        task.name = "task";
        task.kind = "task";
        task.gauges = {{"task.timer_noise", 1e9, 1e9, 1e9, std::nullopt, false}};
        return Fleet(environment).seed(query_ms > 50 ? 2 : 1).tasks(4).windows(5).with(spec).with(task);
    };
    EXPECT_THAT(told(compare(with_noise("staging", 40), with_noise("production", 80))),
                HasSubstr("latency:query:p50"));
}

// `each` of 300 runs of the task fail, in every task by turns.
Fleet failing(const std::string& environment, const std::vector<int>& each) {
    Spec spec;
    spec.runs = 300;
    Fleet fleet(environment);
    fleet.seed(environment == "staging" ? 1 : 2).tasks(static_cast<int>(each.size())).windows(5).with(spec);
    return fleet.change([each](Window& window, int task, int) {
        const int count = each[static_cast<std::size_t>(task)];
        if (count > 0) fail(window, "database", "connect", "tcp.timeout", static_cast<std::uint64_t>(count));
    });
}

TEST(Environments, how_far_failures_go_together_in_a_task_is_measured_on_the_baseline) {
    const auto correlation = [](const std::vector<int>& baseline, const std::vector<int>& candidate) {
        return measured(compare(failing("staging", baseline), failing("production", candidate)),
                        "task_correlation");
    };
    EXPECT_NEAR(correlation({3, 3, 3, 3}, {3, 3, 3, 3}).value_or(1), 0, 0.002);
    EXPECT_GT(correlation({12, 0, 0, 0}, {3, 3, 3, 3}).value_or(0), 0.02);
    EXPECT_NEAR(correlation({3, 3, 3, 3}, {200, 0, 0, 0}).value_or(1), 0, 0.002)
        << "a fault does not excuse itself";
    EXPECT_FALSE(correlation({1, 0, 0, 0}, {200, 0, 0, 0})) << "five failures tell nothing";
    EXPECT_FALSE(correlation({290, 0, 0, 0}, {3, 3, 3, 3})) << "that is a fault of the baseline";
}

TEST(Environments, failures_that_usually_go_together_need_more_to_count) {
    const Fleet before = failing("staging", {0, 0, 0, 0});
    const Fleet after = failing("production", {15, 14, 15, 14});
    EXPECT_THAT(told(compare(before, after)), HasSubstr("database connect tcp.timeout failures critical"));
    Policy policy;
    policy.thresholds.task_correlation = 0.1;
    EXPECT_EQ(told(compare(before, after, policy)), "");
    EXPECT_THAT(told(compare(before, failing("production", {120, 130, 120, 140}), policy)),
                HasSubstr("database connect tcp.timeout failures critical"));
}

}  // namespace
}  // namespace plumb::judge::test

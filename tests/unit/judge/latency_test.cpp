#include "controller/judge/statistics/latency_test.hpp"

#include "controller/judge/evidence/view.hpp"
#include "controller/judge/latency/latency_shifts.hpp"
#include "tests/unit/judge/fleet.hpp"

#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::judge::test {
namespace {

using ::testing::HasSubstr;

Fleet slow(double query_ms, double rtt_ms = 0.5, const std::string& environment = "production") {
    Spec spec;
    spec.phases = {{"resolve", 1.0}, {"connect", 2.0}, {"query", query_ms}};
    spec.rtt_ms = rtt_ms;
    return Fleet(environment).seed(2).tasks(4).windows(5).with(spec);
}

Fleet base() {
    return staging().tasks(4).windows(5);
}

TEST(Latency, twice_as_slow_warns_and_promotes) {
    const Report report = compare(base(), slow(10));
    EXPECT_EQ(report.verdict, Verdict::promote);
    ASSERT_EQ(told(report), "database request latency.server latency:query:p50 warning\n");
    EXPECT_EQ(report.findings[0].category, Category::saturation);
    EXPECT_NEAR(report.findings[0].evidence.at("ratio").at("value").as_double(), 2, 0.3);
    EXPECT_THAT(report.findings[0].candidate, HasSubstr("times as long"));
    EXPECT_GE(report.findings[0].confidence, 0.99);
}

TEST(Latency, holds_when_the_policy_says_so) {
    Policy policy;
    policy.hold_on.latency = true;
    EXPECT_EQ(compare(base(), slow(10), policy).verdict, Verdict::hold);
}

TEST(Latency, a_risen_round_trip_makes_it_the_network) {
    const Report report = compare(base(), slow(10, 5));
    EXPECT_EQ(told(report), "database request latency.network latency:query:p50 warning\n");
    EXPECT_EQ(report.findings.at(0).category, Category::drift);
}

TEST(Latency, without_round_trips_the_share_is_unknown) {
    Fleet after = slow(10);
    after.change([](Window& window, int, int) { dependency(window, "database").rtt = Sketch(); });
    EXPECT_EQ(told(compare(base(), after)), "database request latency.unknown latency:query:p50 warning\n");
}

TEST(Latency, under_the_floor_of_a_millisecond_is_quiet) {
    Spec quick;
    quick.phases = {{"connect", 0.3}};
    Spec slower;
    slower.phases = {{"connect", 0.9}};
    EXPECT_EQ(told(compare(Fleet("staging").with(quick), Fleet("production").with(slower))), "");
}

TEST(Latency, a_faster_candidate_is_quiet) {
    EXPECT_EQ(told(compare(slow(10, 0.5, "staging"), slow(5))), "");
}

TEST(Latency, one_task_a_side_or_two_windows_are_not_judged_and_told) {
    for (const bool few_tasks : {true, false}) {
        const Report report = few_tasks ? compare(base().tasks(1), slow(10).tasks(1))
                                        : compare(base().windows(2), slow(10).windows(2));
        EXPECT_EQ(report.verdict, few_tasks ? Verdict::promote : Verdict::insufficient);
        EXPECT_EQ(told(report), "");
        EXPECT_THAT(gaps(report),
                    HasSubstr("latency: needs 2 tasks a side with 3 windows and 6 clean runs each"));
    }
}

TEST(Latency, an_accepted_ratio_covers_a_shift_up_to_it) {
    Policy policy;
    policy.accept.push_back(
        {"database", "latency:query", 2.2, {}, {}, "smaller instance", "db", noon() + std::chrono::hours(1)});
    EXPECT_EQ(told(compare(base(), slow(10), policy)), "");
    EXPECT_EQ(told(compare(base(), slow(20), policy)),
              "database request latency.server latency:query:p50 warning\n");
    policy.accept[0].until = noon();
    const Report expired = compare(base(), slow(10), policy);
    EXPECT_EQ(told(expired), "database request latency.server latency:query:p50 warning\n");
    EXPECT_TRUE(expired.findings.at(0).evidence.contains("acceptance_expired"));
}

TEST(Latency, suspect_and_failed_runs_do_not_count) {
    Fleet after = slow(10);
    after.change([](Window& window, int, int) {
        for (WindowPhase& phase : dependency(window, "database").phases)
            phase.clean = Sketch();
    });
    EXPECT_EQ(told(compare(base(), after)), "");
}

TEST(Latency, all_quantiles_of_a_layer_are_one_finding) {
    const Report report = compare(base().windows(10), slow(20).windows(10));
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_EQ(report.findings[0].folded.size(), 1U) << "p50 and p90: 300 clean runs a task";
}

// Tasks with their zones, as the tests below write them down.
using Tasks = std::vector<std::pair<double, std::string>>;

std::optional<Effect> effect_of_tasks(const Tasks& baseline, const Tasks& candidate) {
    std::map<std::string, std::size_t> zones;
    for (const Tasks* side : {&baseline, &candidate}) {
        for (const auto& [value, zone] : *side)
            zones.emplace(zone, zones.size());
    }
    Cells cells[2] = {Cells(zones.size()), Cells(zones.size())};
    for (const bool after : {false, true}) {
        for (const auto& [value, zone] : after ? candidate : baseline)
            cells[after][zones.at(zone)].add(value);
    }
    return effect_of(cells[0], cells[1]);
}

TEST(Latency, zones_that_differ_are_compared_apart) {
    // Simpson: az2 is slow in both environments, and production has more tasks there.
    const auto values = [](int near, int far) {
        Tasks out;
        out.reserve(10);
        for (int i = 0; i < near; ++i)
            out.push_back({std::log(5e6) + 0.01 * i, "az1"});
        for (int i = 0; i < far; ++i)
            out.push_back({std::log(15e6) + 0.01 * i, "az2"});
        return out;
    };
    const auto effect = effect_of_tasks(values(8, 2), values(2, 8));
    ASSERT_TRUE(effect);
    EXPECT_TRUE(effect->stratified);
    EXPECT_NEAR(effect->d, 0, 0.05);
}

TEST(Latency, a_zone_of_one_side_only_is_left_out) {
    // The far zone is slow in both environments; only one of them has tasks there.
    const Tasks near{{1.0, "a"}, {1.1, "a"}, {1.0, "b"}, {1.1, "b"}};
    Tasks wider = near;
    wider.push_back({3.0, "far"});
    wider.push_back({3.1, "far"});
    for (const bool candidate : {true, false}) {
        const auto effect = candidate ? effect_of_tasks(near, wider) : effect_of_tasks(wider, near);
        ASSERT_TRUE(effect);
        EXPECT_TRUE(effect->stratified);
        EXPECT_NEAR(effect->d, 0, 1e-9);
        EXPECT_EQ(effect->baseline_tasks, 4U);
        EXPECT_EQ(effect->candidate_tasks, 4U);
    }
}

TEST(Latency, too_few_tasks_in_common_zones_are_pooled_with_the_others) {
    const auto effect = effect_of_tasks({{1.0, "a"}, {1.1, "b"}}, {{1.0, "b"}, {1.1, "c"}});
    ASSERT_TRUE(effect);
    EXPECT_FALSE(effect->stratified);
    EXPECT_EQ(effect->candidate_tasks, 2U);
}

TEST(Latency, zones_that_do_not_overlap_are_pooled_and_said_so) {
    const auto effect = effect_of_tasks({{1.0, "a"}, {1.1, "a"}}, {{2.0, "b"}, {2.1, "b"}});
    ASSERT_TRUE(effect);
    EXPECT_FALSE(effect->stratified);
    EXPECT_NEAR(effect->d, 1.0, 1e-9);
}

// Four tasks on one host, two of each revision, and two on hosts of their own.
TEST(Latency, tasks_of_one_host_are_one_unit_whatever_revision_they_run) {
    Fleet after = production().tasks(6).windows(5);
    after.change([](Window& window, int task, int) {
        window.labels["zone"] = "az0";
        window.labels["host"] = task < 4 ? "shared" : "host-" + std::to_string(task);
        window.labels["revision"] = task % 2 == 0 ? "7" : "8";
    });
    const auto in_one_zone = [](Window& window, int, int) { window.labels["zone"] = "az0"; };
    const Cohort before = base().change(in_one_zone).cohort();
    const Cohort candidate = after.cohort();
    const Policy policy;
    const View view = make_view(before, candidate, policy, noon());
    Judgement judgement;
    std::map<std::string, double> units;  // of the whole, and of each revision
    for (const LatencyTest& test : test_latency(view, judgement)) {
        if (test.measure == Measure::p50) units[std::string(test.part.value)] = test.effect.candidate_units;
    }
    EXPECT_EQ(units, (std::map<std::string, double>{{"", 3}, {"7", 2}, {"8", 2}}));
}

TEST(Latency, a_side_without_tasks_has_no_effect) {
    EXPECT_FALSE(effect_of_tasks({}, {{1.0, "a"}}));
    EXPECT_FALSE(effect_of_tasks({}, {}));
}

TEST(Latency, the_test_is_against_a_change_that_matters) {
    Effect effect;
    effect.weight = 0.1;
    const Prior usual{0.0036, 4};
    effect.variance = {0.0001, 18};
    effect.d = std::log(1.09);
    EXPECT_GT(test_shift(effect, usual, 0.0009, std::log(1.1), 0).p, 0.5)
        << "surely different, yet too little";
    effect.d = std::log(2.0);
    EXPECT_LT(test_shift(effect, usual, 0.0009, std::log(1.1), 0).p, 1e-6);
    EXPECT_GT(test_shift(effect, usual, 0.0009, std::log(1.1), std::log(2.0)).p, 0.5) << "accepted";
}

}  // namespace
}  // namespace plumb::judge::test

// What a median does not show: runs that became slow beside others that did not, and parts of a candidate.
#include "controller/judge/statistics/latency_test.hpp"
#include "tests/unit/judge/fleet.hpp"

#include <cmath>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::judge::test {
namespace {

using ::testing::HasSubstr;
using Scoped = Labels;

// `of_100` runs in a hundred take `times` as long in the phase; the rest are as they were.
void slow_down(Window& window, const std::string& phase, std::uint64_t of_100, double times) {
    for (WindowPhase& each : dependency(window, "database").phases) {
        if (each.name != phase) continue;
        Sketch mixed;
        std::uint64_t seen = 0;
        for (const auto& [bucket, count] : each.clean.buckets()) {
            const double ns = Sketch::upper_bound(bucket);
            for (std::uint64_t i = 0; i < count; ++i, ++seen) {
                const bool slow = (seen * 37) % 100 < of_100;  // spread over fast and slow runs alike
                mixed.add(std::chrono::nanoseconds(std::llround(slow ? ns * times : ns)));
            }
        }
        each.clean = mixed;
    }
}

Fleet fleet(const std::string& environment, int tasks, int windows = 6) {
    Spec spec;
    spec.runs = 50;
    return Fleet(environment).seed(environment == "staging" ? 1 : 2).tasks(tasks).windows(windows).with(spec);
}

Fleet with_slow(Fleet of, std::uint64_t of_100, double times) {
    return of.change([=](Window& window, int, int) { slow_down(window, "query", of_100, times); });
}

TEST(SlowMode, is_found_although_the_median_stands_still) {
    const Report report =
        compare(with_slow(fleet("staging", 4), 5, 4), with_slow(fleet("production", 8), 30, 4));
    ASSERT_EQ(told(report), "database request latency.server latency:query:slow_mode warning\n");
    const Finding& finding = report.findings[0];
    EXPECT_THAT(finding.candidate, HasSubstr("slow mode 6 % → 32 % while the median stands"));
    EXPECT_NEAR(finding.evidence.at("slow_mode").at("candidate").as_double(), 0.31, 0.03);
}

TEST(SlowMode, a_few_runs_that_take_far_longer_are_found_by_their_reach) {
    const Report report = compare(fleet("staging", 4), with_slow(fleet("production", 8), 5, 3000));
    EXPECT_EQ(told(report), "database request latency.server latency:query:slow_mode warning\n");
}

TEST(SlowMode, of_both_sides_is_quiet) {
    EXPECT_EQ(told(compare(with_slow(fleet("staging", 4), 30, 4), with_slow(fleet("production", 8), 30, 4))),
              "");
}

TEST(SlowMode, a_shift_of_the_whole_that_does_not_matter_is_none) {
    // Every run 9 % slower: many more of them lie beyond the baseline's ninth decile.
    EXPECT_EQ(told(compare(fleet("staging", 8), with_slow(fleet("production", 8), 100, 1.09))), "");
}

TEST(SlowMode, under_the_floor_of_a_millisecond_is_quiet) {
    Spec quick;
    quick.runs = 50;
    quick.phases = {{"query", 0.1}};
    const Fleet before = Fleet("staging").tasks(4).windows(6).with(quick);
    Fleet after = Fleet("production").seed(2).tasks(8).windows(6).with(quick);
    EXPECT_EQ(told(compare(before, with_slow(after, 40, 4))), "");
}

TEST(SlowMode, an_accepted_ratio_moves_what_is_slow) {
    Policy policy;
    policy.accept.push_back(
        {"database", "latency:query", 5.0, {}, {}, "cold reads", "db", noon() + std::chrono::hours(1)});
    const Fleet before = with_slow(fleet("staging", 4), 5, 4);
    EXPECT_EQ(told(compare(before, with_slow(fleet("production", 8), 30, 4), policy)), "");
    EXPECT_THAT(told(compare(before, with_slow(fleet("production", 8), 30, 12), policy)),
                HasSubstr("latency:query:slow_mode"));
}

TEST(SlowMode, in_one_task_of_eight_is_that_task_s_own) {
    Fleet after = fleet("production", 8);
    after.change([](Window& window, int task, int) {
        if (task == 3) slow_down(window, "query", 60, 4);
    });
    EXPECT_EQ(told(compare(fleet("staging", 4), after)), "");
}

Fleet two_revisions(double times) {
    Fleet after = fleet("production", 9);
    after.change([times](Window& window, int task, int) {
        if (task % 3 != task / 3) return;  // one task of each zone
        window.labels["revision"] = "8";
        slow_down(window, "query", 100, times);
    });
    return after;
}

TEST(LatencyParts, a_slow_revision_of_a_rollout_in_flight_is_found_and_named) {
    const Report report = compare(fleet("staging", 6), two_revisions(2));
    ASSERT_THAT(told(report), HasSubstr("database request latency.server latency:query:p50 warning\n"));
    EXPECT_EQ(report.findings[0].scope, (Scoped{{"revision", "8"}}));
    EXPECT_EQ(told(compare(fleet("staging", 6), two_revisions(1))), "") << "two revisions alike";
}

TEST(LatencyParts, a_slow_zone_is_found_and_named) {
    Fleet after = fleet("production", 12);
    after.change([](Window& window, int, int) {
        if (window.labels["zone"] == "az1") slow_down(window, "query", 100, 2);
    });
    const Report report = compare(fleet("staging", 4), after);
    ASSERT_THAT(told(report), HasSubstr("database request latency.server latency:query:p50 warning\n"));
    EXPECT_EQ(report.findings[0].scope, (Scoped{{"zone", "az1"}}));
}

TEST(LatencyParts, a_far_zone_of_the_candidate_alone_is_not_compared_with_near_ones) {
    Fleet after = fleet("production", 12);
    after.change([](Window& window, int, int) {
        if (window.labels["zone"] != "az1") return;
        window.labels["zone"] = "far";
        slow_down(window, "query", 100, 3);
    });
    EXPECT_EQ(told(compare(fleet("staging", 6), after)), "");
}

TEST(LatencyParts, when_all_are_slow_no_part_is_blamed) {
    const Report report = compare(fleet("staging", 6), with_slow(fleet("production", 12), 100, 2));
    ASSERT_FALSE(report.findings.empty());
    EXPECT_TRUE(report.findings[0].scope.empty());
}

TEST(LatencyExplained, every_pair_says_its_test_and_why_it_is_quiet) {
    Look look(noon());
    look.explain = true;
    const Report report =
        judge(fleet("staging", 4).cohort(), with_slow(fleet("production", 4), 100, 2).cohort(), {}, look);
    const auto of = [&](const std::string& subject) {
        for (const Comparison& each : report.comparisons) {
            if (each.subject == subject) return each;
        }
        return Comparison{};
    };
    EXPECT_TRUE(of("latency:query:p50").found);
    EXPECT_EQ(of("latency:query:p50").why, "beyond what tasks and environments differ by");
    const Comparison quiet = of("latency:connect:p50");
    EXPECT_FALSE(quiet.found);
    EXPECT_THAT(quiet.why, ::testing::AnyOf("not slower", "too little to matter"));
    EXPECT_THAT(quiet.threshold, HasSubstr("1.10 times"));
    EXPECT_THAT(quiet.interval, HasSubstr("(95 %)"));
}

TEST(LatencyLook, a_share_of_the_false_alarms_asks_for_more_evidence) {
    // A shift that the whole budget lets through, and a millionth of it does not.
    const Fleet before = fleet("staging", 2, 3);
    const Fleet after = with_slow(fleet("production", 2, 3), 100, 1.75);
    Look once(noon());
    Look many(noon());
    many.alarm_share = 1e-6;
    EXPECT_NE(told(judge(before.cohort(), after.cohort(), {}, once)), "");
    EXPECT_EQ(told(judge(before.cohort(), after.cohort(), {}, many)), "");
}

}  // namespace
}  // namespace plumb::judge::test

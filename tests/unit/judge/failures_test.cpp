#include "tests/unit/judge/fleet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::judge::test {
namespace {

using ::testing::HasSubstr;

Fleet failing(const std::string& phase, const std::string& cause) {
    Fleet fleet = production();
    fleet.change([=](Window& window, int, int) { fail_all(window, "database", phase, cause); });
    return fleet;
}

TEST(HardFault, all_runs_of_all_tasks_failing_holds_and_names_layer_cause_reason_and_action) {
    const Report report = compare(staging(), failing("connect", "tcp.timeout"));
    EXPECT_EQ(report.verdict, Verdict::hold);
    ASSERT_EQ(told(report), "database connect tcp.timeout failures critical\n");
    const Finding& finding = report.findings.front();
    EXPECT_EQ(finding.category, Category::drift);
    EXPECT_EQ(finding.baseline, "0 of 360 runs failed");
    EXPECT_EQ(finding.candidate, "360 of 360 runs failed");
    EXPECT_EQ(finding.reason, cause_info(Cause::tcp_timeout).reason);
    EXPECT_EQ(finding.action, cause_info(Cause::tcp_timeout).action);
    EXPECT_TRUE(finding.scope.empty());
    EXPECT_GT(finding.confidence, 0.99);
}

TEST(HardFault, one_window_of_one_task_is_enough) {
    const Report report =
        compare(staging().tasks(1).windows(1), failing("resolve", "dns.nxdomain").tasks(1).windows(1));
    EXPECT_EQ(report.verdict, Verdict::hold);
    EXPECT_EQ(told(report), "database resolve dns.nxdomain failures critical\n");
}

TEST(HardFault, fewer_than_five_runs_are_insufficient_whether_they_fail_or_not) {
    Spec few;
    few.runs = 1;
    const Fleet before = Fleet("staging").tasks(1).windows(4).with(few);
    Fleet after = Fleet("production").tasks(1).windows(4).with(few);
    EXPECT_EQ(compare(before, after).verdict, Verdict::insufficient);
    after.change([](Window& window, int, int) { fail_all(window, "database", "connect", "tcp.refused"); });
    const Report report = compare(before, after);
    EXPECT_EQ(report.verdict, Verdict::insufficient);
    EXPECT_THAT(gaps(report, true), HasSubstr("too few runs"));
}

TEST(HardFault, the_fifth_run_decides) {
    Spec few;
    few.runs = 1;
    const Fleet before = Fleet("staging").tasks(1).windows(5).with(few);
    Fleet after = Fleet("production").tasks(1).windows(5).with(few);
    EXPECT_EQ(compare(before, after).verdict, Verdict::promote);
    after.change([](Window& window, int, int) { fail_all(window, "database", "connect", "tcp.refused"); });
    EXPECT_EQ(compare(before, after).verdict, Verdict::hold);
}

// A run that waits for its time-out leaves room for few others: so many a window for the tasks of one zone.
Fleet one_zone_times_out(std::uint64_t runs, int from_window = 0) {
    Fleet after = production().tasks(6).windows(3);
    after.change([=](Window& window, int task, int number) {
        if (task % 3 != 1) return;
        WindowDependency& of = dependency(window, "database");
        of.runs = of.succeeded = runs;
        for (WindowPhase& phase : of.phases) {
            phase.reached = runs;
            phase.clean = {};
        }
        if (number >= from_window) fail_all(window, "database", "connect", "tcp.timeout");
    });
    return after;
}

TEST(HardFault, tasks_that_have_few_runs_each_say_together_that_none_comes_through) {
    const Report report = compare(staging().tasks(6).windows(3), one_zone_times_out(1));
    EXPECT_EQ(report.verdict, Verdict::hold);
    ASSERT_EQ(told(report), "database connect tcp.timeout failures critical\n");
    EXPECT_EQ(report.findings[0].scope, (Labels{{"zone", "az1"}}));
    EXPECT_EQ(report.findings[0].candidate, "6 of 6 runs failed there");
}

TEST(HardFault, too_few_even_together_are_no_ground_to_promote) {
    const Report report = compare(staging().tasks(6).windows(2), one_zone_times_out(1).windows(2));
    EXPECT_EQ(report.verdict, Verdict::insufficient);
    EXPECT_EQ(told(report), "");
    EXPECT_THAT(gaps(report, true), HasSubstr("in every run of 2 tasks (4 of 4 runs failed), too few"));
}

TEST(HardFault, tasks_that_fail_now_here_and_now_there_are_no_ground_to_promote) {
    Fleet after = production().tasks(6).windows(4);
    after.change([](Window& window, int task, int number) {
        if (task % 3 != 1) return;
        WindowDependency& of = dependency(window, "database");
        of.runs = of.succeeded = 1;
        for (WindowPhase& phase : of.phases) {
            phase.reached = 1;
            phase.clean = {};
        }
        const bool early = number < 3;
        fail_all(window, "database", early ? "connect" : "query", early ? "tcp.timeout" : "peer.timeout");
    });
    const Report report = compare(staging().tasks(6).windows(4), after);
    EXPECT_EQ(report.verdict, Verdict::insufficient);
    EXPECT_THAT(gaps(report, true), HasSubstr("no run of 2 tasks came through (8 of 8 runs failed)"));
}

TEST(HardFault, one_run_that_came_through_makes_it_no_hard_fault) {
    EXPECT_EQ(told(compare(staging().tasks(6).windows(3), one_zone_times_out(1, 1))), "");
}

TEST(HardFault, shows_as_soon_as_it_begins_after_a_long_healthy_time) {
    Fleet late = production().windows(30);
    late.change([](Window& window, int, int number) {
        if (number == 29) fail_all(window, "database", "connect", "tcp.timeout");
    });
    const Report report = compare(staging().windows(30), late);
    EXPECT_EQ(report.verdict, Verdict::hold);
    EXPECT_EQ(report.findings.at(0).candidate, "90 of the last 90 runs failed");
}

TEST(HardFault, one_that_was_mended_does_not_hold) {
    Fleet mended = production().windows(10);
    mended.change([](Window& window, int, int number) {
        if (number < 7) fail_all(window, "database", "connect", "tcp.timeout");
    });
    EXPECT_EQ(compare(staging().windows(10), mended).verdict, Verdict::promote);
}

TEST(HardFault, failing_alike_on_both_sides_is_no_difference_and_no_ground_to_promote) {
    Fleet before = staging();
    before.change([](Window& window, int, int) { fail_all(window, "database", "connect", "tcp.timeout"); });
    const Report report = compare(before, failing("connect", "tcp.timeout"));
    EXPECT_EQ(report.verdict, Verdict::insufficient);
    EXPECT_EQ(told(report), "");
    EXPECT_THAT(gaps(report, true), HasSubstr("fails in phase connect on both sides alike"));
}

TEST(HardFault, what_is_known_to_fail_on_both_sides_may_be_ignored_or_accepted) {
    Fleet before = staging();
    before.change([](Window& window, int, int) { fail_all(window, "database", "connect", "tcp.timeout"); });
    Policy policy;
    policy.ignore = {{"database", "failures"}};
    EXPECT_EQ(compare(before, failing("connect", "tcp.timeout"), policy).verdict, Verdict::promote);
    policy.ignore.clear();
    policy.accept = {
        {"database", "failures", {}, {}, {}, "not used yet", "us", noon() + std::chrono::hours(1)}};
    EXPECT_EQ(compare(before, failing("connect", "tcp.timeout"), policy).verdict, Verdict::promote);
    policy.accept[0].until = noon();
    EXPECT_EQ(compare(before, failing("connect", "tcp.timeout"), policy).verdict, Verdict::insufficient);
}

TEST(HardFault, half_of_the_tasks_failing_on_both_sides_is_no_ground_to_promote) {
    const auto half = [](Fleet fleet) {
        fleet.tasks(6).change([](Window& window, int task, int) {
            if (task < 3) fail_all(window, "database", "connect", "tcp.timeout");
        });
        return fleet;
    };
    const Report report = compare(half(staging()), half(production()));
    EXPECT_EQ(report.verdict, Verdict::insufficient);
    EXPECT_THAT(gaps(report, true), HasSubstr("is no clear reference"));
}

TEST(HardFault, failing_on_both_sides_in_different_phases_is_insufficient) {
    Fleet before = staging();
    before.change([](Window& window, int, int) { fail_all(window, "database", "resolve", "dns.nxdomain"); });
    const Report report = compare(before, failing("connect", "tcp.timeout"));
    EXPECT_EQ(report.verdict, Verdict::insufficient);
    EXPECT_THAT(gaps(report, true), HasSubstr("fails on both sides"));
}

TEST(HardFault, a_broken_baseline_is_no_reference) {
    Fleet before = staging();
    before.change([](Window& window, int, int) { fail_all(window, "database", "connect", "tcp.timeout"); });
    const Report report = compare(before, production());
    EXPECT_EQ(report.verdict, Verdict::insufficient);
    EXPECT_THAT(gaps(report, true), HasSubstr("fails on the baseline only"));
}

TEST(HardFault, without_a_baseline_a_dependency_that_never_works_still_holds) {
    Spec cache;
    cache.name = "cache";
    Fleet after = production().with(cache);
    after.change([](Window& window, int, int) { fail_all(window, "cache", "connect", "tcp.refused"); });
    const Report report = compare(staging(), after);
    EXPECT_EQ(report.verdict, Verdict::hold);
    EXPECT_EQ(told(report), "cache connect tcp.refused failures critical\n");
}

TEST(HardFault, a_phase_that_only_the_candidate_has_is_compared_with_the_baselines_success) {
    Fleet after = production();
    after.change([](Window& window, int, int) {
        auto& phases = dependency(window, "database").phases;
        WindowPhase handshake;
        handshake.name = "handshake";
        handshake.layer = Layer::handshake;
        handshake.reached = 30;
        phases.insert(phases.begin() + 2, handshake);
        fail_all(window, "database", "handshake", "tls.unknown_authority");
    });
    const Report report = compare(staging(), after);
    EXPECT_EQ(report.verdict, Verdict::hold);
    EXPECT_EQ(told(report), "database handshake tls.unknown_authority failures critical\n");
}

TEST(HardFault, in_one_zone_is_scoped_to_it_and_blames_the_subnets_rules) {
    Fleet after = production().tasks(6);
    after.change([](Window& window, int task, int) {
        if (task % 3 == 1) fail_all(window, "database", "connect", "tcp.timeout");
    });
    const Report report = compare(staging().tasks(6), after);
    EXPECT_EQ(report.verdict, Verdict::hold);
    ASSERT_EQ(told(report), "database connect tcp.timeout failures critical\n");
    EXPECT_EQ(report.findings[0].scope, (Labels{{"zone", "az1"}}));
    EXPECT_THAT(report.findings[0].reason, HasSubstr("network ACL"));
}

TEST(HardFault, one_odd_task_that_no_place_explains_is_a_warning) {
    Fleet after = production().tasks(6);
    after.change([](Window& window, int task, int) {
        if (task == 4) fail_all(window, "database", "connect", "tcp.timeout");
    });
    const Report report = compare(staging().tasks(6), after);
    EXPECT_EQ(report.verdict, Verdict::promote);
    ASSERT_EQ(told(report), "database connect tcp.timeout failures warning\n");
    EXPECT_EQ(report.findings[0].scope, (Labels{{"task", "production-4"}}));
}

TEST(HardFault, one_odd_task_does_not_hide_that_the_others_fail_less) {
    Fleet after = production().tasks(6).windows(6);
    after.change([](Window& window, int task, int) {
        if (task == 4) {
            fail_all(window, "database", "connect", "tcp.timeout");
        } else {
            fail(window, "database", "connect", "tcp.timeout", 20);
        }
    });
    const Report report = compare(staging().tasks(6).windows(6), after);
    EXPECT_EQ(report.verdict, Verdict::hold);
    ASSERT_EQ(told(report), "database connect tcp.timeout failures critical\n");
    EXPECT_EQ(report.findings[0].folded.size(), 1U);
    EXPECT_EQ(compare(staging().tasks(6).windows(2), Fleet(after).windows(2)).verdict, Verdict::insufficient);
}

TEST(HardFault, a_baseline_of_few_runs_that_all_time_out_is_no_reference) {
    // Two runs a task: too few for a task alone, and enough for all of them.
    Spec rare;
    rare.runs = 1;
    Fleet before = Fleet("staging").tasks(4).windows(2).with(rare);
    before.change([](Window& window, int, int) { fail_all(window, "database", "connect", "tcp.timeout"); });
    const Report report = compare(before, production().tasks(4).windows(2));
    EXPECT_EQ(report.verdict, Verdict::insufficient);
    EXPECT_THAT(gaps(report, true), HasSubstr("fails on the baseline only, in phase connect"));
}

TEST(HardFault, the_majority_cause_is_told_and_all_are_in_the_evidence) {
    Fleet after = production();
    after.change([](Window& window, int, int) {
        fail(window, "database", "connect", "tcp.refused", 10);
        fail(window, "database", "connect", "tcp.timeout", 20);
    });
    const Report report = compare(staging(), after);
    ASSERT_EQ(told(report), "database connect tcp.timeout failures critical\n");
    EXPECT_EQ(report.findings[0].evidence.at("causes").as_object().at("tcp.refused").to_number<int>(), 120);
}

TEST(HardFault, a_cause_of_a_newer_version_keeps_its_name) {
    const Report report = compare(staging(), failing("connect", "quic.lost"));
    EXPECT_EQ(told(report), "database connect quic.lost failures critical\n");
    EXPECT_EQ(report.findings[0].reason, cause_info(Cause::unknown).reason);
}

TEST(HardFault, runs_that_no_failure_entry_explains_count_as_failed) {
    Fleet after = production();
    after.change([](Window& window, int, int) { dependency(window, "database").succeeded = 0; });
    const Report report = compare(staging(), after);
    EXPECT_EQ(report.verdict, Verdict::hold);
}

Fleet partly(int tasks, int windows, std::uint64_t failures) {
    Fleet fleet = production().tasks(tasks).windows(windows);
    fleet.change(
        [=](Window& window, int, int) { fail(window, "database", "query", "peer.timeout", failures); });
    return fleet;
}

TEST(SoftFault, a_share_beyond_what_tasks_differ_by_holds) {
    const Report report = compare(staging().tasks(6).windows(10), partly(6, 10, 6));
    EXPECT_EQ(report.verdict, Verdict::hold);
    ASSERT_EQ(told(report), "database request peer.timeout failures critical\n");
    EXPECT_EQ(report.findings[0].candidate, "360 of 1800 runs failed");
    EXPECT_GT(report.findings[0].evidence.at("difference").as_object().at("low").as_double(), 0);
}

TEST(SoftFault, less_than_a_point_is_quiet) {
    Fleet after = production().tasks(6).windows(10);
    after.change([](Window& window, int, int number) {
        if (number == 9) fail(window, "database", "query", "peer.timeout", 2);
    });
    EXPECT_EQ(compare(staging().tasks(6).windows(10), after).verdict, Verdict::promote);
}

TEST(SoftFault, one_that_was_mended_is_quiet) {
    Fleet after = production().tasks(6).windows(10);
    after.change([](Window& window, int, int number) {
        if (number < 8) fail(window, "database", "query", "peer.timeout", 10);
    });
    EXPECT_EQ(compare(staging().tasks(6).windows(10), after).verdict, Verdict::promote);
}

TEST(SoftFault, one_that_comes_and_goes_holds_in_its_pauses_too) {
    for (const int pause : {0, 1, 2}) {
        Fleet after = production().tasks(6).windows(12 + pause);
        after.change([](Window& window, int, int number) {
            if (number % 3 == 0) fail_all(window, "database", "query", "peer.timeout");
        });
        const Report report = compare(staging().tasks(6).windows(12 + pause), after);
        EXPECT_EQ(report.verdict, Verdict::hold) << pause;
        EXPECT_EQ(told(report), "database request peer.timeout failures critical\n") << pause;
    }
}

TEST(SoftFault, the_same_share_on_both_sides_is_quiet) {
    Fleet before = staging().tasks(6).windows(10);
    before.change([](Window& window, int, int) { fail(window, "database", "query", "peer.timeout", 6); });
    const Report report = compare(before, partly(6, 10, 6));
    EXPECT_EQ(report.verdict, Verdict::promote);
    EXPECT_EQ(told(report), "");
}

TEST(SoftFault, one_task_a_side_is_not_judged_and_told) {
    Fleet after = production().tasks(1);
    after.change([](Window& window, int, int) { fail(window, "database", "query", "peer.timeout", 2); });
    const Report report = compare(staging().tasks(1), after);
    EXPECT_EQ(report.verdict, Verdict::promote);
    EXPECT_THAT(gaps(report), HasSubstr("soft failures: needs 2 tasks a side"));
}

TEST(SoftFault, a_large_share_that_cannot_be_judged_does_not_promote) {
    Fleet after = production().tasks(1);
    after.change([](Window& window, int, int) { fail(window, "database", "query", "peer.timeout", 15); });
    const Report report = compare(staging().tasks(1), after);
    EXPECT_EQ(report.verdict, Verdict::insufficient);
    EXPECT_THAT(gaps(report, true), HasSubstr("60 of 120 runs failed against 0 of 120"));
}

TEST(SoftFault, one_bad_task_among_many_is_not_taken_for_the_fleet_but_told) {
    Fleet after = production().tasks(8).windows(10);
    after.change([](Window& window, int task, int) {
        if (task == 5) fail(window, "database", "query", "peer.timeout", 20);
    });
    const Report report = compare(staging().tasks(8).windows(10), after);
    EXPECT_EQ(report.verdict, Verdict::promote);
    ASSERT_EQ(told(report), "database request peer.timeout failures warning\n");
    EXPECT_EQ(report.findings[0].scope, (Labels{{"task", "production-5"}}));
}

}  // namespace
}  // namespace plumb::judge::test

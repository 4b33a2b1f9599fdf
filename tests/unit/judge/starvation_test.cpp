// A task that is short of CPU is never blamed on what it waits for.
#include "tests/unit/judge/fleet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::judge::test {
namespace {

Fleet fleet(const std::string& environment, double factor = 1) {
    Fleet made(environment);
    made.tasks(6).windows(8).seed(environment == "staging" ? 1 : 2);
    for (const char* name : {"cache", "database", "payments"}) {
        Spec spec;
        spec.name = name;
        for (auto& [phase, ms] : spec.phases)
            ms *= factor;
        made.with(spec);
    }
    return made;
}

Fleet::Change disturb(std::uint64_t runs, int from_task = 0) {
    return [=](Window& window, int task, int) {
        for (WindowDependency& each : window.dependencies)
            each.suspect = task >= from_task ? runs : 0;
    };
}

TEST(Starvation, what_rises_everywhere_while_tasks_are_throttled_is_the_tasks_own) {
    const Report report = compare(fleet("staging"), fleet("production", 3).change(disturb(12)));
    ASSERT_EQ(told(report), "task task task.starved latency:all warning\n");
    const Finding& finding = report.findings[0];
    EXPECT_EQ(finding.category, Category::exhaustion);
    EXPECT_GE(finding.folded.size(), 6U) << "connect and query of three dependencies";
    EXPECT_EQ(finding.candidate, "1152 of 2880 runs disturbed");
    EXPECT_EQ(report.verdict, Verdict::promote);
}

TEST(Starvation, latency_that_may_hold_still_holds_under_it) {
    Policy strict;
    strict.hold_on.latency = true;
    const Report report = compare(fleet("staging"), fleet("production", 3).change(disturb(12)), strict);
    EXPECT_EQ(report.verdict, Verdict::hold);
    EXPECT_EQ(told(report), "task task task.starved latency:all critical\n");
}

TEST(Starvation, without_disturbed_runs_slow_dependencies_are_slow) {
    const Report report = compare(fleet("staging"), fleet("production", 3));
    EXPECT_EQ(told(report).find("task.starved"), std::string::npos);
    EXPECT_FALSE(report.findings.empty());
}

TEST(Starvation, as_many_disturbed_runs_on_both_sides_are_no_difference) {
    const Report report =
        compare(fleet("staging").change(disturb(12)), fleet("production").change(disturb(12)));
    EXPECT_EQ(told(report), "");
}

TEST(Starvation, runs_that_wait_for_a_time_out_meet_every_disturbance_and_say_nothing_of_the_task) {
    const auto hanging = [](std::uint64_t disturbed) {
        Fleet after = fleet("production");
        after.change([=](Window& window, int, int) {
            for (WindowDependency& each : window.dependencies) {
                fail_all(window, each.dependency, "resolve", "dns.timeout");
                each.suspect = disturbed;
            }
        });
        return told(compare(fleet("staging").change(disturb(2)), after));
    };
    EXPECT_EQ(hanging(20).find("task.starved"), std::string::npos) << "two in three";
    EXPECT_NE(hanging(30).find("task.starved"), std::string::npos) << "all of them";
}

TEST(Starvation, one_slow_dependency_that_meets_more_disturbances_is_not_the_tasks) {
    Fleet after = fleet("production").change(disturb(2));
    after.change([](Window& window, int, int) { dependency(window, "database").suspect = 25; });
    EXPECT_EQ(told(compare(fleet("staging").change(disturb(2)), after)), "");
}

TEST(Starvation, one_slow_dependency_of_three_is_not_the_tasks) {
    Fleet after = fleet("production").change(disturb(12));
    after.change([](Window& window, int, int) {
        for (WindowPhase& phase : dependency(window, "database").phases) {
            if (phase.name == "query") slow_down(phase, 4);
        }
    });
    EXPECT_EQ(told(compare(fleet("staging"), after)),
              "task task task.starved latency:all warning\n"
              "database request latency.server latency:query:p50 warning\n");
}

TEST(Starvation, time_outs_now_and_then_go_under_it_and_still_hold) {
    Fleet after = fleet("production").change(disturb(12));
    after.change([](Window& window, int, int) { fail(window, "payments", "query", "peer.timeout", 6); });
    const Report report = compare(fleet("staging"), after);
    EXPECT_EQ(report.verdict, Verdict::hold);
    ASSERT_EQ(told(report), "task task task.starved latency:all critical\n");
    EXPECT_EQ(report.findings[0].folded.at(0).cause, "peer.timeout");
}

TEST(Starvation, one_dependency_that_never_answers_is_not_the_tasks) {
    Fleet after = fleet("production").change(disturb(12));
    after.change([](Window& window, int, int) { fail_all(window, "payments", "connect", "tcp.timeout"); });
    EXPECT_EQ(told(compare(fleet("staging"), after)),
              "payments connect tcp.timeout failures critical\n"
              "task task task.starved latency:all warning\n");
}

TEST(Starvation, refused_connections_are_not_for_want_of_cpu) {
    Fleet after = fleet("production").change(disturb(12));
    after.change([](Window& window, int, int) { fail(window, "payments", "connect", "tcp.refused", 6); });
    EXPECT_EQ(compare(fleet("staging"), after).findings.size(), 2U);
}

TEST(Starvation, of_one_host_is_scoped_to_it) {
    const auto hosts = [](Window& window, int task, int) { window.labels["host"] = task < 4 ? "h1" : "h2"; };
    const Report report =
        compare(fleet("staging").change(hosts), fleet("production").change(hosts).change(disturb(15, 4)));
    ASSERT_EQ(told(report), "task task task.starved latency:all warning\n");
    EXPECT_EQ(report.findings[0].scope, (Labels{{"host", "h2"}}));
    EXPECT_EQ(report.findings[0].candidate, "480 of 960 runs disturbed there");
}

// The whole candidate starves, one zone of it most: what all its dependencies show is still the tasks' own.
TEST(Starvation, of_all_is_not_pinned_on_the_place_that_is_worst) {
    const auto zones = [](Window& window, int task, int) {
        window.labels["zone"] = task < 2 ? "a" : task < 4 ? "b" : "c";
    };
    Fleet after = fleet("production", 3).change(zones).change(disturb(12));
    after.change([](Window& window, int task, int) {
        if (task >= 2) return;
        for (WindowDependency& each : window.dependencies)
            each.suspect = 21;
    });
    const Report report = compare(fleet("staging").change(zones), after);
    ASSERT_EQ(told(report), "task task task.starved latency:all warning\n");
    EXPECT_TRUE(report.findings[0].scope.empty());
}

TEST(Starvation, of_a_task_alone_is_told_when_it_is_plain) {
    const auto single = [](const std::string& environment) { return fleet(environment).tasks(1); };
    EXPECT_EQ(told(compare(single("staging"), single("production").change(disturb(27)))),
              "task task task.starved latency:all warning\n");
    const Report unsure = compare(single("staging"), single("production").change(disturb(12)));
    EXPECT_EQ(told(unsure), "");
    EXPECT_THAT(gaps(unsure), ::testing::HasSubstr("whether the tasks starve needs 2 tasks a side"));
    EXPECT_THAT(gaps(compare(single("staging"), single("production"))),
                ::testing::Not(::testing::HasSubstr("starve")));
}

TEST(Starvation, a_throttled_task_alone_blames_no_dependency_that_times_out_now_and_then) {
    Fleet after = fleet("production").tasks(1).change(disturb(27));
    after.change([](Window& window, int, int) {
        for (const char* name : {"cache", "database", "payments"})
            fail(window, name, "connect", "tcp.timeout", 28);
    });
    const Report report = compare(fleet("staging").tasks(1), after);
    ASSERT_EQ(told(report), "task task task.starved latency:all critical\n");
    EXPECT_EQ(report.verdict, Verdict::hold);
}

TEST(Starvation, can_be_explained_when_it_is_quiet) {
    Look look(noon());
    look.explain = true;
    const Report report = judge(fleet("staging").cohort(), fleet("production").cohort(), {}, look);
    const auto told = std::find_if(report.comparisons.begin(), report.comparisons.end(),
                                   [](const Comparison& each) { return each.subject == "latency:all"; });
    ASSERT_NE(told, report.comparisons.end());
    EXPECT_FALSE(told->found);
    EXPECT_EQ(told->margin, "20.0 points below; p 1, and 0.001 would do");
}

TEST(Starvation, who_accepts_it_accepts_what_it_makes_of_the_dependencies) {
    Policy strict;
    strict.hold_on.latency = true;
    Fleet after = fleet("production", 3).change(disturb(12));
    after.change([](Window& window, int, int) { fail(window, "payments", "query", "peer.timeout", 6); });
    ASSERT_EQ(compare(fleet("staging"), after, strict).verdict, Verdict::hold);
    Policy accepting = strict;
    accepting.accept.push_back({"task",
                                "latency:all",
                                std::nullopt,
                                {},
                                {},
                                "half a CPU is meant",
                                "team",
                                noon() + std::chrono::hours(1)});
    EXPECT_EQ(told(compare(fleet("staging"), after, accepting)),
              "payments request peer.timeout failures critical\n")
        << "latency goes with it, and failures come up by themselves";
    Policy ignoring = strict;
    ignoring.ignore.push_back({"task", "latency:all"});
    EXPECT_EQ(told(compare(fleet("staging"), after, ignoring)),
              "payments request peer.timeout failures critical\n");
    Policy no_latency;
    no_latency.ignore.push_back({"*", "latency"});
    EXPECT_EQ(compare(fleet("staging"), after, no_latency).verdict, Verdict::hold)
        << "who ignores latency ignores no failures";
    // What it explains may be accepted by itself; the others still hold under it.
    strict.accept.push_back(
        {"*", "latency:query", std::nullopt, {}, {}, "meant", "team", noon() + std::chrono::hours(1)});
    const Report left = compare(fleet("staging"), after, strict);
    ASSERT_EQ(told(left), "task task task.starved latency:all critical\n");
    for (const Finding& each : left.findings[0].folded)
        EXPECT_EQ(each.subject.find("latency:query"), std::string::npos);
}

}  // namespace
}  // namespace plumb::judge::test

// Tasks that went: killed for their memory, replaced in a loop, or only replaced.
#include "tests/unit/judge/fleet.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::judge::test {
namespace {

using ::testing::HasSubstr;

constexpr double kMiB = 1024 * 1024;
constexpr int kWindows = 20;

WindowDependency memory(double used, double limit = 512 * kMiB) {
    WindowDependency own;
    own.dependency = "task";
    own.kind = "task";
    own.gauges = {gauge("task.memory", used, limit)};
    return own;
}

// Windows whose `agent` a change has emptied were never sent.
Cohort reporting(const Fleet& fleet) {
    CohortBuilder builder("production");
    for (const auto& [window, end] : fleet.make()) {
        if (!window.agent.empty()) builder.add(window, end);
    }
    return std::move(builder).build();
}

// `count` of the tasks fall silent after window ten, their memory at `share` of its limit.
Fleet losing(int count, double share, int tasks = 6) {
    Fleet fleet = production().tasks(tasks).windows(kWindows);
    fleet.change([=](Window& window, int task, int number) {
        const bool lost = task < count;
        window.dependencies.push_back(memory(512 * kMiB * (lost && number >= 8 ? share : 0.4)));
        if (lost && number > 10) window.agent.clear();
    });
    return fleet;
}

Fleet steady() {
    Fleet fleet = staging().windows(kWindows);
    fleet.change([](Window& window, int, int) { window.dependencies.push_back(memory(200 * kMiB)); });
    return fleet;
}

Report judged(const Fleet& candidate, const Policy& policy = {}) {
    return judge(steady().cohort(), reporting(candidate), policy, noon());
}

TEST(Vanished, two_tasks_that_went_silent_at_their_memory_limit_hold) {
    const Report report = judged(losing(2, 0.97));
    EXPECT_EQ(report.verdict, Verdict::hold);
    ASSERT_EQ(told(report), "task task task.vanished failures critical\n");
    const Finding& finding = report.findings[0];
    EXPECT_EQ(finding.category, Category::exhaustion);
    EXPECT_EQ(finding.baseline, "none of 3 tasks");
    EXPECT_THAT(finding.candidate,
                HasSubstr("2 of 6 tasks fell silent without a goodbye at their memory limit"));
    EXPECT_THAT(finding.candidate, HasSubstr("4 min ago at 497 of 512 MiB (97 %)"));
    EXPECT_EQ(finding.evidence.at("tasks").as_array().size(), 2U);
    EXPECT_EQ(finding.evidence.at("tasks").as_array()[0].as_string(), "production-0");
}

TEST(Vanished, one_of_several_warns_and_the_only_one_holds) {
    EXPECT_EQ(told(judged(losing(1, 0.97))), "task task task.vanished failures warning\n");
    EXPECT_EQ(judged(losing(1, 0.97)).verdict, Verdict::promote);
    const Report alone = judged(losing(1, 0.97, 1));
    EXPECT_EQ(alone.verdict, Verdict::hold) << "though nobody is left who reports";
}

TEST(Vanished, with_memory_to_spare_it_is_only_told) {
    const Report report = judged(losing(2, 0.94));
    EXPECT_EQ(told(report), "");
    EXPECT_THAT(gaps(report), HasSubstr("2 of 6 tasks reported earlier in the range but no longer"));
}

TEST(Vanished, memory_of_an_earlier_window_is_no_evidence) {
    Fleet fleet = losing(2, 0.97);
    fleet.change([](Window& window, int, int number) {
        if (number >= 9) window.dependencies.resize(1);
    });
    EXPECT_EQ(told(judged(fleet)), "");
}

TEST(Vanished, a_task_that_said_goodbye_was_stopped_and_not_killed) {
    Fleet fleet = losing(2, 0.97);
    fleet.change([](Window& window, int, int number) { window.draining = number == 10; });
    EXPECT_EQ(told(judged(fleet)), "");
    Cohort cohort = reporting(losing(2, 0.97));
    for (TaskEvidence& task : cohort.tasks)
        task.said_goodbye = true;
    EXPECT_EQ(told(judge(steady().cohort(), cohort, {}, noon())), "");
}

TEST(Vanished, kills_of_a_revision_that_nobody_runs_any_more_are_mended) {
    Fleet fleet = losing(2, 0.97);
    fleet.change([](Window& window, int task, int) { window.labels["revision"] = task < 2 ? "6" : "7"; });
    EXPECT_EQ(told(judged(fleet)), "");
}

TEST(Vanished, explains_the_low_memory_of_those_that_live) {
    Fleet fleet = losing(2, 0.97);
    fleet.change([](Window& window, int task, int) {
        if (task >= 2) window.dependencies[1] = memory(480 * kMiB);
    });
    const Report report = judged(fleet);
    ASSERT_EQ(told(report), "task task task.vanished failures critical\n");
    ASSERT_EQ(report.findings[0].folded.size(), 1U);
    EXPECT_EQ(report.findings[0].folded[0].cause, "gauge.headroom");
}

TEST(Vanished, kills_on_the_baseline_only_are_quiet) {
    EXPECT_EQ(told(judge(reporting(losing(2, 0.97)), production().windows(kWindows).cohort(), {}, noon())),
              "");
}

TEST(Vanished, a_policy_may_lower_it_to_a_warning) {
    Policy policy;
    policy.critical = {"database"};
    EXPECT_EQ(told(judged(losing(2, 0.97), policy)), "task task task.vanished failures warning\n");
}

// Place `place` of the service is filled anew every `life` windows, from window two on.
Fleet looping(int places, int life, bool goodbye, int tasks = 6) {
    Fleet fleet = production().tasks(tasks).windows(kWindows);
    fleet.change([=](Window& window, int task, int number) {
        if (task >= places) return;
        const int turn = number / life;
        const int lived = number % life;
        window.labels["task"] = fmt::format("loop-{}-{}", task, turn);
        window.agent = fmt::format("loop-{}-{}", task, turn);
        window.task_age = std::chrono::seconds(30) * (lived + 1);
        if (goodbye && lived == life - 2) window.draining = true;
        if (lived == life - 1) window.agent.clear();  // nobody is there
    });
    return fleet;
}

TEST(Replaced, tasks_that_end_soon_and_are_replaced_again_and_again_hold) {
    for (const bool goodbye : {true, false}) {
        const Report report = judged(looping(1, 4, goodbye));
        EXPECT_EQ(report.verdict, Verdict::hold);
        ASSERT_EQ(told(report), "task task task.replaced failures critical\n") << goodbye;
        EXPECT_EQ(report.findings[0].category, Category::health);
        EXPECT_EQ(report.findings[0].scope, Labels());
        EXPECT_THAT(report.findings[0].candidate, HasSubstr("of checkout ended within 90 s of their start"));
    }
}

TEST(Replaced, a_new_revision_that_does_not_come_up_is_named) {
    Fleet fleet = looping(2, 4, true);
    fleet.change([](Window& window, int task, int) { window.labels["revision"] = task < 2 ? "8" : "7"; });
    EXPECT_EQ(judged(fleet).findings.at(0).scope, (Labels{{"revision", "8"}}));
}

TEST(Replaced, two_places_that_were_filled_twice_are_a_loop_and_three_ends_are_needed) {
    EXPECT_EQ(told(judged(looping(2, 8, true))), "task task task.replaced failures critical\n");
    EXPECT_EQ(told(judged(looping(1, 8, true))), "");
}

TEST(Replaced, a_loop_that_ends_for_want_of_memory_is_one_finding) {
    Fleet fleet = looping(2, 4, false);
    fleet.change([](Window& window, int task, int) {
        window.dependencies.push_back(memory(task < 2 ? 500 * kMiB : 200 * kMiB));
    });
    const Report report = judged(fleet);
    EXPECT_EQ(report.verdict, Verdict::hold);
    EXPECT_EQ(report.findings.at(0).cause, "task.vanished");
    EXPECT_THAT(report.findings.at(0).candidate, HasSubstr("replaced again and again"));
    EXPECT_EQ(told(report).find("task.replaced"), std::string::npos);
}

TEST(Replaced, a_rolling_deployment_is_quiet) {
    for (const bool goodbye : {true, false}) {
        Fleet fleet = production().tasks(6).windows(kWindows);
        fleet.change([=](Window& window, int task, int number) {
            const int moved = 5 + task;  // one after the other
            if (number < moved) {
                window.labels["revision"] = "6";
                window.draining = goodbye && number == moved - 1;
                return;
            }
            window.agent += "-new";
            window.labels["task"] += "-new";
            window.task_age = std::chrono::seconds(30) * (number - moved + 1);
        });
        EXPECT_EQ(told(judged(fleet)), "") << goodbye;
    }
}

TEST(Replaced, two_deployments_in_a_row_are_quiet) {
    Fleet fleet = production().tasks(6).windows(kWindows);
    fleet.change([](Window& window, int task, int number) {
        const int revision = number < 6 ? 1 : number < 12 ? 2 : 3;
        window.labels["revision"] = std::to_string(revision);
        window.labels["task"] = window.agent = fmt::format("{}-{}", task, revision);
        window.task_age = std::chrono::seconds(30) * (1 + number % 6);
        window.draining = number == 5 || number == 11;
    });
    EXPECT_EQ(told(judged(fleet)), "");
}

TEST(Replaced, scaling_in_and_out_is_quiet) {
    Fleet fleet = production().tasks(8).windows(120);
    fleet.change([](Window& window, int task, int number) {
        if (task < 4) return;
        const int turn = number / 40;  // twenty minutes each
        window.labels["task"] = window.agent = fmt::format("scaled-{}-{}", task, turn);
        window.task_age = std::chrono::seconds(30) * (1 + number % 40);
        if (number % 40 > 35) window.agent.clear();
    });
    EXPECT_EQ(told(judge(steady().windows(120).cohort(), reporting(fleet), {}, noon())), "");
}

TEST(Replaced, a_loop_that_came_to_rest_was_mended) {
    Fleet fleet = looping(1, 3, true);
    fleet.change([](Window& window, int task, int number) {
        if (task != 0 || number < 12) return;
        window.labels["task"] = window.agent = "stays";
        window.draining = false;
        window.task_age = std::chrono::seconds(30) * (number - 11);
    });
    EXPECT_EQ(told(judged(fleet)), "");
}

TEST(Replaced, short_jobs_on_both_sides_warn) {
    Fleet before = looping(1, 4, true);
    const Report report = judge(reporting(before), reporting(looping(1, 4, true)), {}, noon());
    EXPECT_EQ(report.verdict, Verdict::promote);
    EXPECT_EQ(told(report), "task task task.replaced failures warning\n");
}

// Six tasks and, some windows later, six more that were scaled out; then the first six are gone.
Fleet halved(int replaced_at) {
    Fleet fleet = production().tasks(12).windows(60);
    fleet.change([=](Window& window, int task, int number) {
        const int begin = task < 6 ? 0 : replaced_at;
        window.task_age =
            std::chrono::seconds(30) * (number - begin + 1) + std::chrono::seconds(task < 6 ? 3600 : 0);
        const bool there = task < 6 ? number < 40 : number >= begin;
        if (!there) window.agent.clear();
    });
    return fleet;
}

TEST(Missing, half_of_the_tasks_that_vanish_block_although_others_were_started_before) {
    const Cohort before = steady().windows(60).cohort();
    const Report report = judge(before, reporting(halved(10)), {}, noon());
    EXPECT_EQ(report.verdict, Verdict::insufficient);
    EXPECT_THAT(gaps(report, true), HasSubstr("6 of 12 tasks fell silent without a goodbye, and none took"));
    // Those that begin about when the others end take their places.
    for (const int at : {33, 40, 45})
        EXPECT_EQ(judge(before, reporting(halved(at)), {}, noon()).verdict, Verdict::promote) << at;
}

TEST(Missing, tasks_that_were_replaced_twice_without_a_goodbye_are_not_missing) {
    Fleet fleet = production().tasks(4).windows(60);
    fleet.change([](Window& window, int task, int number) {
        const int turn = number / 25;
        window.labels["revision"] = std::to_string(turn);
        window.labels["task"] = window.agent = fmt::format("{}-{}", task, turn);
        window.task_age = std::chrono::seconds(30) * (number % 25 + 1);
    });
    const Report report = judge(steady().windows(60).cohort(), reporting(fleet), {}, noon());
    EXPECT_EQ(gaps(report, true), "");
}

TEST(Missing, a_newcomer_that_vanishes_as_well_did_not_replace_itself) {
    Fleet fleet = production().tasks(2).windows(60);
    fleet.change([](Window& window, int task, int number) {
        if (task == 0) return;
        window.task_age = std::chrono::seconds(30) * std::max(1, number - 29);
        if (number < 30 || number > 34) window.agent.clear();
    });
    EXPECT_EQ(judge(steady().windows(60).cohort(), reporting(fleet), {}, noon()).verdict,
              Verdict::insufficient);
}

// The first place of each service named so turns over; `reports` runs revision 7, `checkout` none at all.
Fleet two_services(const std::vector<std::string>& loops, bool killed) {
    Fleet fleet = production().tasks(6).windows(kWindows);
    fleet.change([=](Window& window, int task, int number) {
        const std::string service = task < 3 ? "checkout" : "reports";
        window.labels["service"] = service;
        if (service == "checkout") window.labels.erase("revision");
        const bool turns = task % 3 == 0 && std::find(loops.begin(), loops.end(), service) != loops.end();
        window.dependencies.push_back(memory((turns && killed ? 500 : 200) * kMiB));
        if (!turns) return;
        window.labels["task"] = window.agent = fmt::format("loop-{}-{}", task, number / 4);
        window.task_age = std::chrono::seconds(30) * (number % 4 + 1);
        if (number % 4 == 3) window.agent.clear();
    });
    return fleet;
}

TEST(Replaced, the_scope_is_the_service_that_loops_and_has_no_empty_value) {
    const Report one = judged(two_services({"checkout"}, false));
    ASSERT_EQ(told(one), "task task task.replaced failures critical\n");
    EXPECT_EQ(one.findings[0].scope, (Labels{{"service", "checkout"}}))
        << "that another service has a revision says nothing";
}

TEST(Replaced, each_service_that_loops_is_described) {
    for (const bool killed : {true, false}) {
        const Report both = judged(two_services({"checkout", "reports"}, killed));
        ASSERT_EQ(both.findings.size(), 2U) << told(both);
        for (const Finding& each : both.findings) {
            EXPECT_EQ(each.cause, killed ? "task.vanished" : "task.replaced");
            EXPECT_TRUE(each.evidence.contains("replaced"));
            EXPECT_EQ(each.severity, Severity::critical);
        }
        EXPECT_NE(both.findings[0].scope.at("service"), both.findings[1].scope.at("service"));
    }
}

std::vector<Comparison> explained(const Fleet& candidate) {
    Look look(noon());
    look.explain = true;
    auto all = judge(steady().cohort(), reporting(candidate), {}, look).comparisons;
    std::erase_if(
        all, [](const Comparison& each) { return each.dependency != "task" || each.subject != "failures"; });
    return all;
}

TEST(Vanished, explains_whether_tasks_were_killed) {
    const auto found = explained(losing(2, 0.97)).at(0);
    EXPECT_TRUE(found.found);
    EXPECT_EQ(found.evidence, "2 of 6 tasks fell silent without a goodbye, 2 at the limit");
    EXPECT_THAT(found.threshold, HasSubstr("95 % of the limit"));
    const auto quiet = explained(losing(2, 0.94)).at(0);
    EXPECT_FALSE(quiet.found);
    EXPECT_EQ(quiet.evidence, "2 of 6 tasks fell silent without a goodbye, 0 at the limit");
    EXPECT_THAT(quiet.why, HasSubstr("none of a revision that still runs stood at its memory limit"));
    EXPECT_THAT(explained(production().windows(kWindows)).at(0).why, HasSubstr("no task fell silent"));
}

TEST(Replaced, explains_why_tasks_that_ended_are_a_loop_or_none) {
    const auto found = explained(looping(1, 4, true)).at(1);
    EXPECT_TRUE(found.found);
    EXPECT_THAT(found.evidence, HasSubstr("of checkout ended within 90 s of their start"));
    const auto quiet = explained(losing(2, 0.94)).at(1);
    EXPECT_FALSE(quiet.found);
    EXPECT_THAT(quiet.evidence, HasSubstr("2 of 6 tasks of checkout reported earlier"));
    EXPECT_EQ(quiet.threshold, "3 ended soon after their start, and one place filled anew 2 times");
}

}  // namespace
}  // namespace plumb::judge::test

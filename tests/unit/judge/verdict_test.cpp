// The lattice of verdicts: hold outranks insufficient, which outranks promote; a promote never stands on
// nothing.
#include "controller/judge/finding/finding_json.hpp"
#include "tests/unit/judge/fleet.hpp"

#include <algorithm>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::judge::test {
namespace {

using ::testing::HasSubstr;

TEST(Verdict, equal_environments_promote_without_a_finding) {
    const Report report = compare(staging(), production());
    EXPECT_EQ(report.verdict, Verdict::promote);
    EXPECT_EQ(told(report), "");
    EXPECT_EQ(gaps(report), "");
}

TEST(Verdict, no_task_on_a_side_is_insufficient) {
    for (const bool empty_baseline : {true, false}) {
        const Fleet nobody = staging().tasks(0);
        const Report report = empty_baseline ? compare(nobody, production()) : compare(production(), nobody);
        EXPECT_EQ(report.verdict, Verdict::insufficient);
        EXPECT_THAT(gaps(report, true), HasSubstr("no task reported in the range"));
    }
}

TEST(Verdict, both_sides_empty_is_insufficient) {
    EXPECT_EQ(judge({}, {}, {}, noon()).verdict, Verdict::insufficient);
}

TEST(Verdict, a_side_that_fell_silent_is_stale_and_insufficient) {
    const Report fresh = compare(staging().ends(noon() - std::chrono::seconds(85)), production());
    EXPECT_EQ(fresh.verdict, Verdict::promote);
    const Report stale = compare(staging().ends(noon() - std::chrono::seconds(95)), production());
    EXPECT_EQ(stale.verdict, Verdict::insufficient);
    EXPECT_THAT(gaps(stale, true), HasSubstr("stale"));
}

TEST(Verdict, a_stale_side_is_not_judged_even_when_its_last_windows_failed) {
    Fleet old = production().ends(noon() - std::chrono::hours(1));
    old.change([](Window& window, int, int) { fail_all(window, "database", "connect", "tcp.timeout"); });
    const Report report = compare(staging(), old);
    EXPECT_EQ(report.verdict, Verdict::insufficient);
    EXPECT_EQ(told(report), "");
}

TEST(Verdict, the_same_hours_of_an_earlier_day_are_not_stale) {
    const auto day = std::chrono::hours(24);
    Cohort yesterday = production().ends(noon() - day).cohort();
    EXPECT_EQ(judge(yesterday, production().cohort(), {}, noon()).verdict, Verdict::insufficient);
    yesterday.behind = day;
    const Report report = judge(yesterday, production().cohort(), {}, noon());
    EXPECT_EQ(report.verdict, Verdict::promote) << gaps(report);
    EXPECT_EQ(report.coverage.at("baseline").as_object().at("newest_age_s").to_number<int>(), 0);
}

TEST(Verdict, a_side_that_was_silent_at_the_end_of_its_own_range_is_stale) {
    const auto day = std::chrono::hours(24);
    Cohort yesterday = production().ends(noon() - day - std::chrono::minutes(10)).cohort();
    yesterday.behind = day;
    EXPECT_THAT(gaps(judge(yesterday, production().cohort(), {}, noon()), true), HasSubstr("stale"));
}

TEST(Verdict, a_task_that_left_earlier_is_counted_and_left_out) {
    Cohort candidate = production().cohort();
    Fleet gone = Fleet("production").seed(9).tasks(1).with({}).ends(noon() - std::chrono::minutes(10));
    gone.change([](Window& window, int, int) {
        window.labels["task"] = "left";
        window.agent = "left";
        fail_all(window, "database", "connect", "tcp.timeout");
    });
    candidate.tasks.push_back(gone.cohort().tasks.front());
    const Report report = judge(staging().cohort(), candidate, {}, noon());
    EXPECT_EQ(report.verdict, Verdict::promote);
    EXPECT_THAT(gaps(report), HasSubstr("1 of 4 tasks reported earlier"));
    EXPECT_EQ(report.coverage.at("candidate").as_object().at("gone").to_number<int>(), 1);
}

TEST(Verdict, a_store_error_is_insufficient_and_named) {
    Cohort baseline = staging().cohort();
    baseline.errors.emplace_back("disk I/O error");
    const Report report = judge(baseline, production().cohort(), {}, noon());
    EXPECT_EQ(report.verdict, Verdict::insufficient);
    EXPECT_THAT(gaps(report, true), HasSubstr("disk I/O error"));
}

TEST(Verdict, a_hold_outranks_missing_evidence) {
    Cohort baseline = staging().cohort();
    baseline.errors.emplace_back("disk I/O error");
    Fleet broken = production();
    broken.change([](Window& window, int, int) { fail_all(window, "database", "connect", "tcp.timeout"); });
    EXPECT_EQ(judge(baseline, broken.cohort(), {}, noon()).verdict, Verdict::hold);
}

TEST(Verdict, a_dependency_on_one_side_only_is_insufficient) {
    Spec cache;
    cache.name = "cache";
    const Report lost = compare(staging().with(cache), production());
    EXPECT_EQ(lost.verdict, Verdict::insufficient);
    EXPECT_THAT(gaps(lost, true), HasSubstr("cache *: only baseline tasks report it (3 of 3)"));
    const Report fresh = compare(staging(), production().with(cache));
    EXPECT_EQ(fresh.verdict, Verdict::insufficient);
    EXPECT_THAT(gaps(fresh, true), HasSubstr("cache *: only candidate tasks report it"));
}

TEST(Verdict, an_ignored_dependency_may_be_missing) {
    Spec cache;
    cache.name = "cache";
    Policy policy;
    policy.ignore.push_back({"cache", "*"});
    EXPECT_EQ(compare(staging().with(cache), production(), policy).verdict, Verdict::promote);
}

TEST(Verdict, evidence_of_the_task_itself_may_be_missing_on_one_side) {
    Spec own;
    own.name = "task";
    own.kind = "task";
    EXPECT_EQ(compare(staging().with(own), production()).verdict, Verdict::promote);
}

TEST(Verdict, a_dependency_without_a_single_run_is_insufficient) {
    Fleet idle = production();
    idle.change([](Window& window, int, int) {
        WindowDependency declared;
        declared.dependency = "database";
        declared.kind = "postgres";
        window.dependencies = {declared};
    });
    const Report report = compare(staging(), idle);
    EXPECT_EQ(report.verdict, Verdict::insufficient);
    EXPECT_THAT(gaps(report, true), HasSubstr("no run finished on the candidate"));
}

// Tasks of `count` leave after `last` of ten windows, with the word given.
Fleet leaving(int tasks, int count, const std::function<void(Window&)>& word) {
    Fleet fleet = production().tasks(tasks).windows(10);
    fleet.change([=](Window& window, int task, int number) {
        if (task >= count) return;
        if (number == 4) word(window);
        if (number > 4) window.agent.clear();
    });
    return fleet;
}

Cohort reporting(const Fleet& fleet) {
    CohortBuilder builder("production");
    for (const auto& [window, end] : fleet.make()) {
        if (!window.agent.empty()) builder.add(window, end);
    }
    return std::move(builder).build();
}

TEST(Verdict, half_of_the_tasks_silent_is_insufficient) {
    const Cohort before = staging().windows(10).cohort();
    const Report report = judge(before, reporting(leaving(4, 2, [](Window&) {})), {}, noon());
    EXPECT_EQ(report.verdict, Verdict::insufficient);
    EXPECT_THAT(gaps(report, true), HasSubstr("candidate: 2 of 4 tasks fell silent without a goodbye"));
    EXPECT_EQ(judge(before, reporting(leaving(5, 2, [](Window&) {})), {}, noon()).verdict, Verdict::promote);
}

TEST(Verdict, tasks_that_left_on_purpose_or_were_replaced_are_not_missed) {
    const Cohort before = staging().windows(10).cohort();
    const auto drain = [](Window& window) { window.draining = true; };
    EXPECT_EQ(judge(before, reporting(leaving(4, 2, drain)), {}, noon()).verdict, Verdict::promote);
    Cohort replaced = reporting(leaving(4, 4, [](Window&) {}));
    Fleet fresh = production().tasks(4).windows(5);
    fresh.change([](Window& window, int, int) {
        window.agent += "-new";
        window.labels["task"] += "-new";
    });
    for (TaskEvidence& each : fresh.cohort().tasks)
        replaced.tasks.push_back(std::move(each));
    EXPECT_EQ(judge(before, replaced, {}, noon()).verdict, Verdict::promote);
}

TEST(Verdict, tasks_that_report_but_probe_no_more_are_insufficient) {
    for (const bool declared : {true, false}) {
        Fleet idle = production().windows(10);
        idle.change([=](Window& window, int, int number) {
            if (number < 6) return;
            WindowDependency empty;
            empty.dependency = "database";
            empty.kind = "postgres";
            empty.skipped = 30;
            window.dependencies.clear();
            if (declared) window.dependencies.push_back(empty);
        });
        const Report report = compare(staging().windows(10), idle);
        EXPECT_EQ(report.verdict, Verdict::insufficient);
        EXPECT_THAT(gaps(report, true),
                    HasSubstr("3 of 3 tasks of the candidate report it but have not probed"));
    }
}

TEST(Verdict, a_dependency_probed_less_often_than_windows_end_is_fresh) {
    const auto rare = [](Fleet fleet) {
        fleet.windows(20).change([](Window& window, int, int number) {
            if (number % 6 != 0) window.dependencies.clear();
        });
        return fleet;
    };
    EXPECT_EQ(gaps(compare(rare(staging()), rare(production())), true), "");
}

TEST(Verdict, a_dependency_that_part_of_the_candidate_lacks_is_insufficient) {
    Fleet after = production().tasks(6);
    after.change([](Window& window, int task, int) {
        WindowDependency cache = dependency(window, "database");
        cache.dependency = "cache";
        if (task < 2) window.dependencies = {cache};
    });
    const Report report = compare(staging(), after);
    EXPECT_THAT(gaps(report, true),
                HasSubstr("database *: 2 of 6 candidate tasks of checkout do not report it"));
    // Another service need not have it.
    Fleet others = production().tasks(6);
    others.change([](Window& window, int task, int) {
        if (task < 2) window.labels["service"] = "other";
        if (task < 2) window.dependencies.clear();
    });
    EXPECT_EQ(gaps(compare(staging(), others), true), "");
}

TEST(Verdict, the_order_of_tasks_and_windows_changes_no_byte) {
    Fleet after = production().tasks(8).windows(12);
    after.change([](Window& window, int task, int number) {
        if (task % 3 == 1) fail_all(window, "database", "connect", "tcp.timeout");
        if (number % 4 == 1) set_fact(window, "database", "postgres.timezone", "CET");
        dependency(window, "database").gauges = {gauge("slots", 80 + task, 100)};
    });
    auto windows = after.make();
    std::string first;
    std::mt19937 random(5);
    for (int round = 0; round < 20; ++round) {
        CohortBuilder builder("production");
        for (const auto& [window, end] : windows)
            builder.add(window, end);
        const std::string text =
            to_json(judge(staging().windows(12).cohort(), std::move(builder).build(), {}, noon()));
        if (round == 0) first = text;
        EXPECT_EQ(text, first);
        std::shuffle(windows.begin(), windows.end(), random);
        windows.push_back(windows.front());  // and once more, as a resent one
    }
}

TEST(Verdict, tasks_without_any_dependency_are_insufficient) {
    const Report report = compare(Fleet("staging"), Fleet("production"));
    EXPECT_EQ(report.verdict, Verdict::insufficient);
}

TEST(Verdict, the_same_input_gives_the_same_report) {
    Fleet broken = production();
    broken.change([](Window& window, int task, int) {
        if (task == 1) fail_all(window, "database", "connect", "tcp.timeout");
        set_fact(window, "database", "postgres.timezone", "CET");
    });
    const Report first = compare(staging(), broken);
    const Report second = compare(staging(), broken);
    EXPECT_EQ(told(first), told(second));
    EXPECT_EQ(first.coverage, second.coverage);
}

}  // namespace
}  // namespace plumb::judge::test

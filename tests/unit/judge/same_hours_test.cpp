// Both sides are compared over the time in which both were there: what befalls everybody is no difference,
// and what was mended before the candidate began excuses nothing.
#include "controller/judge/evidence/view.hpp"
#include "tests/unit/judge/fleet.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::judge::test {
namespace {

using ::testing::HasSubstr;

constexpr std::chrono::seconds kLength{30};

Fleet old_baseline() {
    return Fleet("staging").tasks(4).windows(12).with({});
}

Fleet young_candidate() {
    return Fleet("production").seed(2).tasks(6).windows(4).with({});
}

// `count` of 30 runs fail in the windows that ended within the last `last` of all.
Fleet::Change failing(std::uint64_t count, int windows, int last, bool then = true) {
    return [=](Window& window, int, int number) {
        const bool within = number >= windows - last;
        if (within == then) fail(window, "database", "query", "peer.timeout", count);
    };
}

TEST(SameHours, what_befalls_both_since_the_candidate_began_is_no_difference) {
    EXPECT_EQ(
        told(compare(old_baseline().change(failing(15, 12, 4)), young_candidate().change(failing(15, 4, 4)))),
        "");
}

TEST(SameHours, what_was_mended_before_the_candidate_began_excuses_nothing) {
    const Report report = compare(old_baseline().change(failing(12, 12, 4, false)),
                                  young_candidate().change(failing(10, 4, 4)));
    EXPECT_EQ(told(report), "database request peer.timeout failures critical\n");
    EXPECT_EQ(report.coverage.at("baseline").at("runs_from"), "2026-11-23T11:58:00Z");
}

TEST(SameHours, a_slow_hour_of_everybody_is_no_shift) {
    const auto slow = [](int windows) {
        return [=](Window& window, int, int number) {
            if (number < windows - 4) return;
            for (WindowPhase& phase : dependency(window, "database").phases)
                slow_down(phase, 4);
        };
    };
    EXPECT_EQ(told(compare(old_baseline().change(slow(12)), young_candidate().change(slow(4)))), "");
    EXPECT_THAT(told(compare(old_baseline(), young_candidate().change(slow(4)))),
                HasSubstr("latency:connect"));
}

TEST(SameHours, what_the_baseline_has_shown_nothing_of_since_is_told_by_its_earlier_runs) {
    // It logged in before the candidate began, and the candidate never does.
    Fleet before = old_baseline();
    before.change([](Window& window, int, int number) {
        if (number < 8) return;
        std::erase_if(dependency(window, "database").phases,
                      [](const WindowPhase& phase) { return phase.name == "query"; });
    });
    Fleet after = young_candidate();
    after.change([](Window& window, int, int) {
        std::erase_if(dependency(window, "database").phases,
                      [](const WindowPhase& phase) { return phase.name == "query"; });
    });
    EXPECT_THAT(gaps(compare(before, after), true), HasSubstr("never came to phase query"));
}

TEST(SameHours, a_dependency_that_was_not_asked_since_is_the_reference_it_was) {
    Fleet before = old_baseline();
    before.change([](Window& window, int, int number) {
        if (number >= 8) dependency(window, "database").runs = 0;
    });
    const Cohort cohort = before.cohort(noon() - 4 * kLength);
    const DependencyEvidence& evidence = cohort.tasks.at(0).dependencies.at("database");
    EXPECT_EQ(evidence.runs, 8U * 30);
    EXPECT_EQ(evidence.facts.size(), 2U);
    EXPECT_EQ(evidence.phases.size(), 3U);
    EXPECT_EQ(evidence.name, "database");
}

TEST(SameHours, facts_gauges_and_lives_count_from_the_beginning) {
    Fleet before = old_baseline();
    before.change([](Window& window, int, int number) {
        dependency(window, "database").gauges = {gauge("postgres.connections", number, 100)};
    });
    const Cohort cohort = before.cohort(noon() - 4 * kLength);
    const TaskEvidence& task = cohort.tasks.at(0);
    EXPECT_EQ(task.windows, 12U);
    EXPECT_EQ(task.dependencies.at("database").runs, 4U * 30);
    EXPECT_EQ(task.dependencies.at("database").gauges.at(0).points.size(), 12U);
    EXPECT_EQ(task.dependencies.at("database").facts.at(0).values.at(0).since, noon() - 11 * kLength);
}

TEST(SameHours, failures_of_before_are_no_reference_for_now) {
    Fleet before = old_baseline();
    before.change([](Window& window, int, int number) {
        if (number < 8) fail_all(window, "database", "handshake", "tls.untrusted");
    });
    const Cohort cohort = before.cohort(noon() - 4 * kLength);
    for (const PhaseEvidence& phase : cohort.tasks.at(0).dependencies.at("database").phases)
        EXPECT_EQ(phase.failed, 0U) << phase.name;
}

TEST(SameHours, they_begin_with_the_oldest_task_that_still_reports) {
    const Policy policy;
    EXPECT_EQ(runs_compared_from(young_candidate().cohort(), policy, noon()), noon() - 4 * kLength);
    EXPECT_EQ(runs_compared_from(young_candidate().cohort(), policy, noon(), std::chrono::hours(24)),
              noon() - 4 * kLength - std::chrono::hours(24));
    EXPECT_EQ(runs_compared_from(young_candidate().windows(2).cohort(), policy, noon()), Time::min())
        << "too young to be compared so";
    EXPECT_EQ(runs_compared_from(Cohort(), policy, noon()), Time::min());
    // A deployment has replaced all tasks: those that went count no more.
    CohortBuilder builder("production");
    for (const auto& [window, end] :
         Fleet("old").tasks(3).windows(10).ends(noon() - 5 * kLength).with({}).make())
        builder.add(window, end);
    for (const auto& [window, end] : young_candidate().make())
        builder.add(window, end);
    EXPECT_EQ(runs_compared_from(std::move(builder).build(), policy, noon()), noon() - 4 * kLength);
}

TEST(SameHours, before_three_windows_a_promote_would_be_for_want_of_evidence) {
    const Report early = compare(old_baseline(), young_candidate().windows(2));
    EXPECT_EQ(early.verdict, Verdict::insufficient);
    EXPECT_THAT(gaps(early, true), HasSubstr("candidate: too early, 0 of 6 tasks have 3 windows yet"));
    EXPECT_EQ(compare(old_baseline().windows(2), young_candidate()).verdict, Verdict::insufficient);
    EXPECT_EQ(compare(old_baseline(), young_candidate().windows(3)).verdict, Verdict::promote);
    // One task a side never has enough for what needs two, and waiting would not help.
    EXPECT_EQ(compare(old_baseline().tasks(1), young_candidate().windows(2)).verdict, Verdict::promote);
    // A hard fault shows at once.
    Fleet broken = young_candidate().windows(1);
    broken.change([](Window& window, int, int) { fail_all(window, "database", "connect", "tcp.timeout"); });
    EXPECT_EQ(compare(old_baseline(), broken).verdict, Verdict::hold);
    Policy lenient;
    lenient.hold_on = {false, true, true, false};
    EXPECT_EQ(compare(old_baseline(), young_candidate().windows(2), lenient).verdict, Verdict::promote);
}

}  // namespace
}  // namespace plumb::judge::test

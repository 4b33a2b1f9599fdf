// A fault of some tasks: neither scatter nor the whole fleet's, wherever they are.
#include "tests/unit/judge/fleet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::judge::test {
namespace {

using ::testing::HasSubstr;

// `failures` of 30 runs in each window of the tasks that are chosen. Tasks lie in zones of their own number
// modulo three, which explain none of these choices.
Fleet failing(int tasks, std::uint64_t failures, const std::function<bool(int)>& chosen, int windows = 20) {
    Fleet after = production().tasks(tasks).windows(windows);
    after.change([=](Window& window, int task, int) {
        if (chosen(task)) fail(window, "database", "query", "peer.timeout", failures);
    });
    return after;
}

Fleet reference(int tasks = 6, int windows = 20) {
    return staging().tasks(tasks).windows(windows);
}

TEST(FewTasks, two_of_four_that_fail_often_hold_and_are_named) {
    const Report report = compare(reference(4), failing(4, 24, [](int task) { return task >= 2; }));
    EXPECT_EQ(report.verdict, Verdict::hold);
    ASSERT_EQ(told(report), "database request peer.timeout failures critical\n");
    EXPECT_EQ(report.findings[0].scope, (Labels{{"task", "production-2,production-3"}}));
}

TEST(FewTasks, a_quarter_and_a_half_of_twelve_hold) {
    for (const int every : {2, 4}) {
        const Report report =
            compare(reference(), failing(12, 24, [every](int task) { return (task / 3) % every == 1; }));
        EXPECT_EQ(report.verdict, Verdict::hold) << every;
    }
}

TEST(FewTasks, one_of_two_is_half_of_what_there_is) {
    for (const std::uint64_t failures : {24U, 30U}) {
        const Report report = compare(reference(2), failing(2, failures, [](int task) { return task == 1; }));
        EXPECT_EQ(report.verdict, Verdict::hold) << failures;
    }
    // Of four, and beside another one in its zone.
    const auto one = [](int task) { return task == 0; };
    EXPECT_EQ(compare(reference(4), failing(4, 30, one)).verdict, Verdict::promote);
}

TEST(FewTasks, two_that_fail_unlike_are_two_all_the_same) {
    const auto failing_by = [](std::uint64_t first, const char* phase, std::uint64_t second) {
        Fleet after = production().tasks(6).windows(20);
        after.change([=](Window& window, int task, int) {
            if (task == 0) fail(window, "database", "query", "peer.timeout", first);
            if (task == 4) fail(window, "database", phase, "peer.timeout", second);
        });
        return compare(reference(), after).verdict;
    };
    EXPECT_EQ(failing_by(30, "query", 24), Verdict::hold);
    EXPECT_EQ(failing_by(30, "connect", 30), Verdict::hold);
    EXPECT_EQ(failing_by(30, "query", 0), Verdict::promote) << "one";
}

TEST(FewTasks, the_worst_hides_nobody) {
    Fleet after = production().tasks(4).windows(20);
    after.change([](Window& window, int task, int) {
        const std::uint64_t failures = task == 0 ? 21 : task == 1 ? 9 : 0;
        fail(window, "database", "query", "peer.timeout", failures);
    });
    EXPECT_NE(compare(reference(4), after).verdict, Verdict::promote);
}

TEST(FewTasks, a_namesake_on_the_baseline_is_no_reference) {
    Fleet before = reference(4);
    Fleet after = failing(4, 30, [](int task) { return task == 0; });
    for (Fleet* fleet : {&before, &after}) {
        fleet->change([](Window& window, int task, int) {
            window.labels["task"] = "checkout-" + std::to_string(task);
        });
    }
    before.change([](Window& window, int task, int) {
        if (task == 1) fail_all(window, "database", "query", "peer.timeout");
    });
    EXPECT_NE(compare(before, after).verdict, Verdict::hold) << "one of four on each side";
}

TEST(FewTasks, one_in_a_rollout_is_odd_though_its_zone_and_revision_meet_in_it) {
    Fleet after = failing(6, 30, [](int task) { return task == 0; });
    after.change([](Window& window, int task, int) { window.labels["revision"] = task < 3 ? "8" : "7"; });
    EXPECT_EQ(compare(reference(), after).verdict, Verdict::promote);
}

TEST(FewTasks, the_only_one_of_a_new_revision_holds) {
    Fleet after = failing(6, 21, [](int task) { return task == 4; });
    after.change([](Window& window, int task, int) { window.labels["revision"] = task == 4 ? "8" : "7"; });
    const Report report = compare(reference(), after);
    EXPECT_EQ(report.verdict, Verdict::hold);
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_EQ(report.findings[0].scope, (Labels{{"revision", "8"}}));
}

TEST(FewTasks, a_large_difference_that_may_be_chance_is_no_ground_to_promote) {
    // Each of them now more and now less, in three windows only.
    Fleet before = reference(4, 3);
    Fleet after = production().tasks(4).windows(3);
    for (Fleet* fleet : {&before, &after}) {
        const bool candidate = fleet == &after;
        fleet->change([candidate](Window& window, int task, int) {
            const auto failures = static_cast<std::uint64_t>(candidate ? 8 + 4 * (task % 3) : 8 * (task % 2));
            fail(window, "database", "query", "peer.timeout", failures);
        });
    }
    const Report report = compare(before, after);
    EXPECT_EQ(report.verdict, Verdict::insufficient);
    EXPECT_THAT(gaps(report, true), HasSubstr("may be chance as tasks differ"));
}

TEST(FewTasks, of_few_runs_each_lie_in_their_zone) {
    // Two log-ins a window, two windows: four runs each.
    Spec rare;
    rare.runs = 2;
    Fleet before = Fleet("staging").tasks(6).windows(2).with(rare);
    Fleet after = Fleet("production").tasks(6).windows(2).with(rare);
    after.change([](Window& window, int task, int) {
        if (task % 3 == 1) fail_all(window, "database", "query", "postgres.password");
    });
    const Report report = compare(before, after);
    EXPECT_EQ(report.verdict, Verdict::hold);
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_EQ(report.findings[0].scope, (Labels{{"zone", "az1"}}));
}

TEST(FewTasks, that_lose_most_of_their_packets_are_named) {
    Fleet after = production().tasks(4).windows(20);
    after.change([](Window& window, int task, int) {
        if (task >= 2) dependency(window, "database").retransmitted = 20;
    });
    const Report report = compare(reference(4), after);
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_EQ(report.findings[0].subject, "latency:retransmissions");
    EXPECT_EQ(report.findings[0].scope, (Labels{{"task", "production-2,production-3"}}));
}

TEST(FewTasks, that_starve_are_named_although_the_baseline_has_one_task) {
    Fleet after = production().tasks(6).windows(20);
    after.change([](Window& window, int task, int) {
        if (task % 3 == 1) dependency(window, "database").suspect = 29;
    });
    const Report report = compare(reference(1), after);
    ASSERT_EQ(told(report), "task task task.starved latency:all warning\n");
    EXPECT_EQ(report.findings[0].scope, (Labels{{"zone", "az1"}}));
}

TEST(FewTasks, a_look_that_may_spend_little_asks_for_more) {
    const auto subjects = [](double share, const Fleet::Change& change) {
        Look look(noon());
        look.alarm_share = share;
        const Fleet after = production().tasks(6).windows(4).change(change);
        return told(judge(reference(6, 4).cohort(), after.cohort(), {}, look));
    };
    const auto disturbed = [](Window& window, int, int) { dependency(window, "database").suspect = 8; };
    const auto lossy = [](Window& window, int, int) { dependency(window, "database").retransmitted = 4; };
    EXPECT_NE(subjects(1, disturbed), "");
    EXPECT_EQ(subjects(1e-12, disturbed), "");
    EXPECT_NE(subjects(1, lossy), "");
    EXPECT_EQ(subjects(1e-12, lossy), "");
}

}  // namespace
}  // namespace plumb::judge::test

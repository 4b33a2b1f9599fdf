// What a finding about the task says in numbers: the borders of the warm-up, and what was told beside a
// check.
#include "tests/unit/judge/task_looks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::judge::test {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

// Of a kill line of 120 s.
std::string told_of_warm_up(double share) {
    return told(against([=](Window& window, int, int) {
        dependency(window, "task").gauges.push_back(gauge("task.warmup", share * 120, 120));
    }));
}

TEST(OwnEvidence, a_warm_up_is_flagged_from_four_fifths_of_the_kill_line_and_holds_past_it) {
    EXPECT_EQ(told_of_warm_up(0.40), "");
    EXPECT_EQ(told_of_warm_up(0.79), "");
    EXPECT_EQ(told_of_warm_up(0.80), "task task warmup.margin warmup warning\n");
    EXPECT_EQ(told_of_warm_up(0.89), "task task warmup.margin warmup warning\n");
    EXPECT_EQ(told_of_warm_up(0.90), "task task warmup.margin warmup critical\n");
    EXPECT_EQ(told_of_warm_up(1.00), "task task warmup.margin warmup critical\n");
    EXPECT_EQ(told_of_warm_up(1.01), "task task warmup.margin warmup critical\n");
}

// The check fails in the tasks from `first` on, which tell the fact beside it in each window.
Fleet::Change fails(const std::string& check, const std::string& cause, const std::string& fact,
                    int first = 0) {
    return [=](Window& window, int task, int number) {
        if (task < first) return;
        auto& seen = dependency(window, "task");
        seen.failures.push_back({check, cause, 6});
        seen.runs += 6;
        seen.facts.push_back({fact, FactClass::informational, "number " + std::to_string(number), 6});
    };
}

Finding only_finding(const Fleet::Change& change) {
    const auto report = against(change);
    EXPECT_THAT(report.findings, SizeIs(1)) << told(report);
    return report.findings.empty() ? Finding() : report.findings[0];
}

TEST(OwnEvidence, a_failed_check_quotes_the_newest_that_was_told_beside_it) {
    struct Case {
        const char* check;
        const char* cause;
        const char* fact;
    };
    for (const auto& each : {Case{"port", "task.wrong_port", "task.health_port"},
                             Case{"sockets.database", "task.connection_leak", "sockets.database.trouble"},
                             Case{"sockets.database", "task.connect_stuck", "sockets.database.trouble"},
                             Case{"listeners", "task.backlog_full", "listeners.trouble"},
                             Case{"warmup", "task.not_ready", "task.readiness"},
                             Case{"readiness", "task.ready_early", "task.ready_early"}}) {
        const auto finding = only_finding(fails(each.check, each.cause, each.fact));
        EXPECT_EQ(finding.cause, each.cause);
        EXPECT_THAT(finding.candidate, testing::EndsWith("runs failed: number 3")) << each.cause;
        ASSERT_TRUE(finding.evidence.contains("shown")) << each.cause;
        EXPECT_EQ(finding.evidence.at("shown"), "number 3");
    }
}

TEST(OwnEvidence, another_checks_words_and_those_of_tasks_that_pass_are_not_quoted) {
    const auto other = only_finding(fails("port", "task.wrong_port", "listeners.trouble"));
    EXPECT_FALSE(other.evidence.contains("shown"));
    EXPECT_THAT(other.candidate, testing::EndsWith("runs failed"));
    const auto some = only_finding([](Window& window, int task, int number) {
        fails("warmup", "task.not_ready", "task.readiness", 1)(window, task, number);
        if (task == 0)
            dependency(window, "task")
                .facts.push_back({"task.readiness", FactClass::informational, "zero: ready after 3.0 s", 6});
    });
    EXPECT_THAT(some.candidate, HasSubstr(": number 3"));
}

}  // namespace
}  // namespace plumb::judge::test

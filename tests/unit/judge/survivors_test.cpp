// Who reports, laid beside who should.
#include "tests/unit/judge/fleet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::judge::test {
namespace {

using ::testing::HasSubstr;

Policy desired(int tasks, const std::string& service = "checkout") {
    Policy policy;
    policy.services[service] = {tasks, 200};
    return policy;
}

TEST(Survivors, fewer_than_desired_are_told_and_fewer_than_half_block) {
    const Report some = compare(staging(), production().tasks(6), desired(12));
    EXPECT_EQ(some.verdict, Verdict::promote);
    EXPECT_THAT(gaps(some), HasSubstr("candidate: 6 of 12 desired tasks of checkout report"));
    const Report few = compare(staging(), production().tasks(5), desired(12));
    EXPECT_EQ(few.verdict, Verdict::insufficient);
    EXPECT_THAT(gaps(few, true), HasSubstr("candidate: 5 of 12 desired tasks of checkout report"));
    EXPECT_EQ(gaps(compare(staging(), production().tasks(12), desired(12))), "");
    EXPECT_EQ(gaps(compare(staging(), production().tasks(13), desired(12))), "");
}

TEST(Survivors, a_service_that_the_comparison_is_not_about_does_not_block) {
    const Report report = compare(staging(), production(), desired(12, "reports"));
    EXPECT_EQ(report.verdict, Verdict::promote);
    EXPECT_THAT(gaps(report), HasSubstr("candidate: 0 of 12 desired tasks of reports report"));
    Fleet before = staging();
    before.change([](Window& window, int task, int) {
        if (task == 0) window.labels["service"] = "reports";
    });
    EXPECT_EQ(compare(before, production(), desired(12, "reports")).verdict, Verdict::insufficient)
        << "the baseline has it";
}

TEST(Survivors, a_part_of_the_service_is_not_asked_for_all_its_tasks) {
    Cohort part = production().cohort();
    for (const char* selector : {"environment=production,zone=az1", "environment=production,revision=7"}) {
        part.name = selector;
        EXPECT_EQ(gaps(judge(staging().cohort(), part, desired(12), noon())), "") << selector;
    }
    part.name = "environment=production,service=checkout";
    EXPECT_NE(gaps(judge(staging().cohort(), part, desired(12), noon())), "");
}

TEST(Survivors, a_rollout_in_flight_is_told_with_its_revisions) {
    Fleet after = production().tasks(12);
    after.change([](Window& window, int task, int) { window.labels["revision"] = task < 8 ? "42" : "43"; });
    const Report report = compare(staging(), after);
    EXPECT_EQ(report.verdict, Verdict::promote);
    EXPECT_THAT(gaps(report), HasSubstr("candidate runs two revisions: 42 (8 tasks), 43 (4 tasks)"));
    EXPECT_THAT(gaps(compare(after, production())), HasSubstr("baseline runs two revisions"));
}

TEST(Survivors, services_of_unequal_revisions_are_no_rollout) {
    Fleet after = production().tasks(4);
    after.change([](Window& window, int task, int) {
        window.labels["service"] = task < 2 ? "checkout" : "reports";
        window.labels["revision"] = task < 2 ? "42" : "7";
    });
    EXPECT_EQ(gaps(compare(staging(), after)), "");
    after.change([](Window& window, int task, int) {
        if (task == 0) window.labels["revision"] = "43";
    });
    EXPECT_THAT(gaps(compare(staging(), after)),
                HasSubstr("candidate checkout runs two revisions: 42 (1 task), 43 (1 task)"));
}

TEST(Survivors, very_many_revisions_are_counted) {
    Fleet after = production().tasks(9);
    after.change([](Window& window, int task, int) { window.labels["revision"] = std::to_string(task); });
    EXPECT_THAT(gaps(compare(staging(), after)),
                HasSubstr("candidate runs 9 revisions: 0 (1 task), 1 (1 task)"));
    EXPECT_THAT(gaps(compare(staging(), after)), HasSubstr("and 5 more"));
}

}  // namespace
}  // namespace plumb::judge::test

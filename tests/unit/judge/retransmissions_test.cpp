// Packets that are lost while every run succeeds.
#include "tests/unit/judge/fleet.hpp"

#include <algorithm>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::judge::test {
namespace {

using ::testing::HasSubstr;

Fleet fleet(const std::string& environment) {
    Fleet made(environment);
    made.tasks(6).windows(6).seed(environment == "staging" ? 1 : 2);
    for (const char* name : {"cache", "database", "search"}) {
        Spec spec;
        spec.name = name;
        made.with(spec);
    }
    made.change([](Window& window, int task, int) { window.labels["zone"] = task % 2 == 0 ? "a" : "b"; });
    return made;
}

// Runs that had to send again: they are no latency, as the agent counts them.
Fleet::Change lose(const std::string& name, std::uint64_t runs, const std::string& zone = "") {
    return [=](Window& window, int, int) {
        if (zone.empty() || window.labels["zone"] == zone) dependency(window, name).retransmitted = runs;
    };
}

Policy strict() {
    Policy policy;
    policy.hold_on.latency = true;
    return policy;
}

TEST(Retransmissions, far_more_of_them_are_a_slower_path_although_nothing_fails) {
    const Report report = compare(fleet("staging"), fleet("production").change(lose("cache", 6)), strict());
    EXPECT_EQ(report.verdict, Verdict::hold);
    ASSERT_EQ(told(report), "cache connect latency.network latency:retransmissions critical\n");
    const Finding& finding = report.findings[0];
    EXPECT_EQ(finding.category, Category::drift);
    EXPECT_EQ(finding.baseline, "0 of 1080 runs had to send something again");
    EXPECT_EQ(finding.candidate, "216 of 1080 runs had to send something again");
    EXPECT_THAT(finding.reason, HasSubstr("accept queue"));
    EXPECT_TRUE(finding.scope.empty());
}

TEST(Retransmissions, warn_where_latency_does_not_hold) {
    const Report report = compare(fleet("staging"), fleet("production").change(lose("cache", 6)));
    EXPECT_EQ(report.verdict, Verdict::promote);
    EXPECT_EQ(told(report), "cache connect latency.network latency:retransmissions warning\n");
}

TEST(Retransmissions, of_one_zone_are_scoped_to_it) {
    const Report report =
        compare(fleet("staging"), fleet("production").change(lose("cache", 9, "b")), strict());
    ASSERT_EQ(told(report), "cache connect latency.network latency:retransmissions critical\n");
    EXPECT_EQ(report.findings[0].scope, (Labels{{"zone", "b"}}));
    EXPECT_EQ(report.findings[0].candidate, "162 of 540 runs had to send something again there");
}

TEST(Retransmissions, of_several_dependencies_are_one_path) {
    Fleet after = fleet("production");
    for (const char* name : {"cache", "database", "search"})
        after.change(lose(name, 6));
    const Report report = compare(fleet("staging"), after, strict());
    ASSERT_EQ(report.findings.size(), 1U) << told(report);
    EXPECT_EQ(report.findings[0].folded.size(), 2U);
}

TEST(Retransmissions, a_few_more_or_as_many_on_both_sides_are_no_difference) {
    EXPECT_EQ(told(compare(fleet("staging"), fleet("production").change(lose("cache", 1)), strict())), "");
    EXPECT_EQ(told(compare(fleet("staging").change(lose("cache", 6)),
                           fleet("production").change(lose("cache", 6)), strict())),
              "");
}

TEST(Retransmissions, that_ended_are_quiet) {
    const auto early = [](Window& window, int, int number) {
        if (number < 3) dependency(window, "cache").retransmitted = 15;
    };
    EXPECT_EQ(told(compare(fleet("staging"), fleet("production").change(early), strict())), "");
}

TEST(Retransmissions, of_one_task_are_not_the_fleets) {
    const auto one = [](Window& window, int task, int) {
        if (task == 3) dependency(window, "cache").retransmitted = 30;
    };
    EXPECT_EQ(compare(fleet("staging"), fleet("production").change(one), strict()).verdict, Verdict::promote);
}

TEST(Retransmissions, more_segments_than_runs_are_all_of_them) {
    const auto most = std::numeric_limits<std::uint64_t>::max();
    const Report report =
        compare(fleet("staging"), fleet("production").change(lose("cache", most)), strict());
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_EQ(report.findings[0].candidate, "1080 of 1080 runs had to send something again");
}

TEST(Retransmissions, can_be_explained_when_they_are_quiet) {
    Look look(noon());
    look.explain = true;
    const Report report = judge(fleet("staging").cohort(), fleet("production").cohort(), {}, look);
    const auto quiet = std::count_if(
        report.comparisons.begin(), report.comparisons.end(),
        [](const Comparison& each) { return each.subject == "latency:retransmissions" && !each.found; });
    EXPECT_EQ(quiet, 3);
}

}  // namespace
}  // namespace plumb::judge::test

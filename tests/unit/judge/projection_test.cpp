// Room for old and new tasks side by side.
#include "controller/judge/report/report_words.hpp"
#include "tests/unit/judge/fleet.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::judge::test {
namespace {

using ::testing::HasSubstr;

Fleet side(const std::string& environment, double used, int tasks = 12) {
    Spec spec;
    spec.gauges = {gauge("postgres.connections", used, 100)};
    return Fleet(environment).with(spec).tasks(tasks);
}

Policy with_size(int desired, int maximum_percent, const std::string& service = "checkout") {
    Policy policy;
    policy.services[service] = {desired, maximum_percent};
    return policy;
}

Report project(double used, const Policy& policy, int tasks = 12) {
    return compare(side("staging", 10), side("production", used, tasks), policy);
}

TEST(Projection, an_update_that_finds_no_room_holds) {
    const Report report = project(60, with_size(12, 200));
    EXPECT_EQ(report.verdict, Verdict::hold);
    ASSERT_EQ(told(report), "database server gauge.projection gauge:postgres.connections critical\n");
    EXPECT_EQ(report.findings[0].category, Category::saturation);
    EXPECT_EQ(
        report.findings[0].candidate,
        "60 of 100; while checkout is updated (desired 12, maximum 200 %) up to 60 more, 120 % of the limit");
}

TEST(Projection, room_enough_or_no_tasks_beside_the_old_ones_is_quiet) {
    EXPECT_EQ(told(project(47, with_size(12, 200))), "");
    EXPECT_EQ(told(project(60, with_size(12, 150))), "");
    EXPECT_NE(told(project(64, with_size(12, 150))), "");
    EXPECT_EQ(told(project(79, with_size(12, 100))), "");
    EXPECT_EQ(told(project(79, with_size(12, -5))), "");
}

TEST(Projection, exactly_at_the_line_is_quiet) {
    EXPECT_EQ(told(project(47.5, with_size(12, 200))), "");
    EXPECT_NE(told(project(47.6, with_size(12, 200))), "");
}

// A selector may pick one zone of a service: its tasks did not take all of the server's connections.
TEST(Projection, tasks_that_are_desired_but_not_looked_at_take_their_share) {
    EXPECT_EQ(told(project(47, with_size(12, 200), 4)), "");
    const Report report = project(48, with_size(12, 200), 4);
    EXPECT_EQ(report.findings.at(0).evidence.at("projection").as_object().at("a_task_at_most").as_double(),
              4);
}

TEST(Projection, a_service_that_grew_past_its_size_shares_out_over_all_its_tasks) {
    // 60 over 24 tasks are 2.5 each: twelve more tasks take 30.
    EXPECT_EQ(told(project(60, with_size(12, 200), 24)), "");
    EXPECT_NE(told(project(66, with_size(12, 200), 24)), "");
}

TEST(Projection, an_update_in_flight_has_added_its_tasks_already) {
    Fleet fleet = side("production", 60, 24);
    fleet.change(
        [](Window& window, int task, int) { window.labels["revision"] = task % 2 == 0 ? "7" : "8"; });
    EXPECT_EQ(told(compare(side("staging", 10), fleet, with_size(12, 200))), "");
}

// One server, and the selectors name one revision each: what is in flight shows in both sides together.
TEST(Projection, an_update_in_flight_is_counted_once_when_each_side_is_one_of_its_revisions) {
    const auto revision = [](const char* name, int from) {
        Fleet fleet = side("production", 72, 12);
        fleet.change([=](Window& window, int task, int) {
            window.agent = fmt::format("production-agent-{}", from + task);
            window.labels["task"] = fmt::format("production-{}", from + task);
            window.labels["revision"] = name;
        });
        return fleet;
    };
    EXPECT_EQ(told(compare(revision("41", 0), revision("42", 12), with_size(12, 200))), "");
    // The tasks of an earlier day have gone: 72 over twelve tasks, and twelve more.
    Cohort earlier = revision("41", 0).ends(noon() - std::chrono::hours(24)).cohort();
    earlier.behind = std::chrono::hours(24);
    EXPECT_EQ(judge(earlier, revision("42", 12).cohort(), with_size(12, 200), noon()).verdict, Verdict::hold);
}

TEST(Projection, tasks_that_both_selectors_pick_are_counted_once) {
    const auto a_task = [](int before, int after) {
        const Report report =
            compare(side("production", 72, before), side("production", 72, after), with_size(12, 300));
        return report.findings.at(0).evidence.at("projection").at("a_task_at_most").as_double();
    };
    EXPECT_EQ(a_task(12, 12), 6);
    EXPECT_EQ(a_task(24, 12), 3);
    EXPECT_EQ(a_task(12, 24), 3);
}

TEST(Projection, each_service_is_updated_on_its_own) {
    Fleet fleet = side("production", 60, 12);
    fleet.change([](Window& window, int task, int) {
        if (task % 2 == 0) window.labels["service"] = "reports";
    });
    Policy policy = with_size(6, 200);
    policy.services["reports"] = {6, 200};
    EXPECT_EQ(told(compare(side("staging", 10), fleet, policy)), "") << "half of sixty more is room enough";
    policy.services["reports"] = {6, 300};
    EXPECT_NE(told(compare(side("staging", 10), fleet, policy)), "");
}

TEST(Projection, what_the_tasks_own_role_holds_is_their_share) {
    Fleet fleet = side("production", 60);
    fleet.change([](Window& window, int, int) {
        dependency(window, "database").gauges.push_back(gauge("postgres.connections.role", 12, 1000));
    });
    EXPECT_EQ(told(compare(side("staging", 10), fleet, with_size(12, 200))), "");
}

TEST(Projection, only_what_grows_with_the_tasks_is_projected) {
    for (const char* name : {"postgres.database_size", "redis.memory", "http.rate_limit"}) {
        Fleet fleet = side("production", 60);
        fleet.change([name](Window& window, int, int) {
            dependency(window, "database").gauges = {gauge(name, 60, 100)};
        });
        EXPECT_EQ(told(compare(fleet, fleet, with_size(12, 200))), "") << name;
    }
}

TEST(Projection, without_the_services_size_it_is_told_where_it_would_matter) {
    const Report report = project(60, {});
    EXPECT_EQ(report.verdict, Verdict::promote);
    EXPECT_THAT(gaps(report),
                HasSubstr("database gauge:postgres.connections: the deploy projection needs desired "
                          "and maximum_percent of checkout in the policy's services"));
    EXPECT_EQ(gaps(project(49, {})), "");
    EXPECT_THAT(gaps(project(60, with_size(12, 200, "other"))), HasSubstr("of checkout"));
}

TEST(Projection, low_headroom_is_told_first_and_a_warning_gives_way) {
    ASSERT_EQ(told(project(95, with_size(12, 200))),
              "database server gauge.headroom gauge:postgres.connections critical\n");
    const Report scarce = project(95, with_size(12, 200));
    ASSERT_EQ(scarce.findings[0].folded.size(), 1U) << "the other answer about the same gauge";
    EXPECT_EQ(folded_words(scarce.findings[0]), "gauge.projection");
    EXPECT_EQ(told(project(85, with_size(12, 200))),
              "database server gauge.projection gauge:postgres.connections critical\n");
}

TEST(Projection, an_acceptance_covers_it) {
    Policy policy = with_size(12, 200);
    policy.accept.push_back(
        {"database", "gauge:postgres.connections", {}, {}, {}, "RDS Proxy in front", "db", Time::max()});
    EXPECT_EQ(project(60, policy).verdict, Verdict::promote);
}

TEST(Projection, accepted_headroom_hides_neither_it_nor_what_holds_by_itself) {
    Policy policy = with_size(12, 200);
    const auto accept = [&policy](const char* cause) {
        policy.accept.push_back(
            {"database", "gauge:postgres.connections", {}, {}, {}, "known", "db", Time::max(), cause});
    };
    accept("gauge.headroom");
    const Report report = project(95, policy);
    EXPECT_EQ(report.verdict, Verdict::hold);
    EXPECT_EQ(told(report), "database server gauge.projection gauge:postgres.connections critical\n");
    accept("gauge.projection");
    EXPECT_EQ(project(95, policy).verdict, Verdict::promote);
    policy.accept.erase(policy.accept.begin());
    EXPECT_EQ(told(project(95, policy)),
              "database server gauge.headroom gauge:postgres.connections critical\n");
}

TEST(Projection, explains_its_sum) {
    Look look(noon());
    look.explain = true;
    const Report report =
        judge(side("staging", 10).cohort(), side("production", 40).cohort(), with_size(12, 200), look);
    const auto projected =
        std::find_if(report.comparisons.begin(), report.comparisons.end(),
                     [](const Comparison& each) { return each.test.starts_with("deploy projection"); });
    ASSERT_NE(projected, report.comparisons.end());
    EXPECT_FALSE(projected->found);
    EXPECT_EQ(projected->threshold, "95 % of the limit");
    EXPECT_EQ(projected->margin, "15 points to go");
    EXPECT_THAT(projected->why, HasSubstr("quiet"));
}

}  // namespace
}  // namespace plumb::judge::test

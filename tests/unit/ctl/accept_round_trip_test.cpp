// What `accept` prints makes the same comparison quiet, and no other.
#include "base/duration.hpp"
#include "controller/ctl/accept.hpp"
#include "controller/judge/policy_yaml.hpp"
#include "tests/unit/judge/fleet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::ctl {
namespace {

using judge::test::Fleet;
using judge::test::noon;
using judge::test::Spec;

judge::Policy accepted(const judge::Report& report, bool all) {
    const AcceptOptions options{all, "meant", "team", noon() + std::chrono::days(30)};
    auto policy = judge::parse_policy(accept_yaml(report, options), "printed");
    EXPECT_TRUE(policy) << policy.error().message << accept_yaml(report, options);
    return policy ? *policy : judge::Policy();
}

// The findings that are left when the printed entries are the policy.
std::string left_after_accepting(const Fleet& before, const Fleet& after, bool all = false) {
    const auto report = judge::test::compare(before, after);
    EXPECT_NE(judge::test::told(report), "") << "nothing to accept";
    return judge::test::told(judge::test::compare(before, after, accepted(report, all)));
}

Fleet with(const std::string& environment, const Spec& spec) {
    return Fleet(environment).tasks(6).windows(6).with(spec);
}

TEST(AcceptRoundTrip, a_fact_that_only_some_tasks_show_is_quiet_afterwards) {
    Fleet after = with("production", {});
    after.change([](Window& window, int task, int) {
        if (task < 4) judge::test::set_fact(window, "database", "postgres.timezone", "CET");
    });
    EXPECT_EQ(left_after_accepting(with("staging", {}), after), "");
}

TEST(AcceptRoundTrip, an_ordered_fact_and_one_that_is_missing_are_quiet_afterwards) {
    Fleet after = with("production", {});
    after.change([](Window& window, int, int) {
        judge::test::set_fact(window, "database", "postgres.server_version", "16.1");
        auto& facts = judge::test::dependency(window, "database").facts;
        std::erase_if(facts, [](const WindowFact& each) { return each.name == "postgres.timezone"; });
    });
    EXPECT_EQ(left_after_accepting(with("staging", {}), after), "");
}

TEST(AcceptRoundTrip, a_shift_is_quiet_afterwards_in_all_its_quantiles) {
    Spec slow;
    slow.phases = {{"resolve", 1.0}, {"connect", 25.0}, {"query", 60.0}};
    EXPECT_EQ(left_after_accepting(with("staging", {}), with("production", slow)), "");
}

TEST(AcceptRoundTrip, a_scarce_gauge_is_quiet_afterwards_where_all_was_asked_for) {
    Spec scarce;
    scarce.gauges = {judge::test::gauge("postgres.connections", 95, 100)};
    Spec enough;
    enough.gauges = {judge::test::gauge("postgres.connections", 20, 100)};
    EXPECT_NE(left_after_accepting(with("staging", enough), with("production", scarce)), "");
    EXPECT_EQ(left_after_accepting(with("staging", enough), with("production", scarce), true), "");
}

Fleet failing(const std::string& cause) {
    Fleet after = with("production", {});
    after.change(
        [=](Window& window, int, int) { judge::test::fail_all(window, "database", "connect", cause); });
    return after;
}

TEST(AcceptRoundTrip, failures_are_quiet_afterwards_with_what_they_explain_and_another_cause_is_not) {
    const Fleet before = with("staging", {});
    EXPECT_EQ(left_after_accepting(before, failing("tcp.timeout"), true), "");
    const auto policy = accepted(judge::test::compare(before, failing("tcp.timeout")), true);
    EXPECT_EQ(judge::test::told(judge::test::compare(before, failing("tcp.refused"), policy)),
              "database connect tcp.refused failures critical\n");
}

}  // namespace
}  // namespace plumb::ctl

// Failures of a place are judged there and told in words that fit it; and each question that the failure
// rules ask can be explained.
#include "tests/unit/judge/fleet.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::judge::test {
namespace {

using ::testing::HasSubstr;

Spec reached_at(const std::string& name, const std::string& scope) {
    Spec spec;
    spec.name = name;
    spec.facts = {{"dns.scope", FactClass::must_match, scope}};
    return spec;
}

Fleet of(const std::string& environment, const std::vector<Spec>& specs, int tasks = 6, int windows = 6) {
    Fleet fleet(environment);
    fleet.tasks(tasks).windows(windows).seed(environment == "staging" ? 1 : 2);
    for (const Spec& spec : specs)
        fleet.with(spec);
    return fleet;
}

// Of every third task, by its zone az1.
Fleet::Change in_zone(std::uint64_t failures) {
    return [=](Window& window, int task, int) {
        if (task % 3 == 1) fail(window, "database", "connect", "tcp.timeout", failures);
    };
}

TEST(FailuresByPlace, two_runs_of_five_failing_in_one_zone_are_told_of_that_zone) {
    const Report report = compare(of("staging", {{}}), of("production", {{}}).change(in_zone(12)));
    EXPECT_EQ(report.verdict, Verdict::hold);
    ASSERT_EQ(told(report), "database connect tcp.timeout failures critical\n");
    const Finding& finding = report.findings[0];
    EXPECT_EQ(finding.scope, (Labels{{"zone", "az1"}}));
    EXPECT_EQ(finding.candidate, "144 of 360 runs failed there");
    EXPECT_EQ(finding.baseline, "0 of 360 runs failed");
    EXPECT_THAT(finding.reason, HasSubstr("network ACL"));
}

TEST(FailuresByPlace, a_fault_that_drowns_among_all_tasks_is_found_in_its_place) {
    // Two of twenty-four tasks, one run in ten: less than a point of all.
    Fleet after = of("production", {{}}, 24, 10);
    after.change([](Window& window, int task, int) {
        window.labels["subnet"] = fmt::format("s{}", task % 12);
        if (task % 12 == 5) fail(window, "database", "query", "peer.timeout", 3);
    });
    const Report report = compare(of("staging", {{}}, 24, 10), after);
    ASSERT_EQ(told(report), "database request peer.timeout failures critical\n");
    EXPECT_EQ(report.findings[0].scope, (Labels{{"subnet", "s5"}}));
}

TEST(FailuresByPlace, one_bad_task_is_not_its_places_fault_and_warns) {
    Fleet after = of("production", {{}}, 24, 10);
    after.change([](Window& window, int task, int) {
        if (task == 5) fail(window, "database", "query", "peer.timeout", 20);
    });
    const Report report = compare(of("staging", {{}}, 24, 10), after);
    ASSERT_EQ(told(report), "database request peer.timeout failures warning\n");
    EXPECT_EQ(report.findings[0].scope, (Labels{{"task", "production-5"}}));
}

TEST(FailuresByPlace, what_only_the_new_revision_has_is_told_so_though_the_baseline_lacks_it) {
    Fleet after = of("production", {{}}, 12);
    after.change([](Window& window, int task, int) {
        if (task % 4 != 0) return;
        window.labels["revision"] = "8";
        fail_all(window, "database", "query", "postgres.read_only");
    });
    const Report report = compare(of("staging", {{}}, 12), after);
    ASSERT_EQ(told(report), "database request postgres.read_only failures critical\n");
    EXPECT_EQ(report.findings[0].scope, (Labels{{"revision", "8"}}));
    EXPECT_EQ(report.findings[0].baseline, "0 of 2160 runs failed") << "all of the baseline is its reference";
    EXPECT_THAT(report.findings[0].reason, HasSubstr("Only revision 8 has it; revision 7"));
    EXPECT_THAT(report.findings[0].action, HasSubstr("roll back"));
}

TEST(FailuresByPlace, the_new_revision_in_one_zone_is_two_labels) {
    Fleet after = of("production", {{}}, 24);
    after.change([](Window& window, int task, int) {
        if (task % 2 == 0) window.labels["revision"] = "8";
        if (task % 2 == 0 && task % 3 == 1) fail(window, "database", "connect", "tcp.timeout", 15);
    });
    const Report report = compare(of("staging", {{}}, 24), after);
    ASSERT_EQ(told(report), "database connect tcp.timeout failures critical\n");
    EXPECT_EQ(report.findings[0].scope, (Labels{{"revision", "8"}, {"zone", "az1"}}));
}

TEST(FailuresByPlace, one_odd_task_beside_a_good_one_in_its_zone_only_warns) {
    Fleet after = of("production", {{}}, 4, 1);
    after.change([](Window& window, int task, int) {
        if (task == 3) fail_all(window, "database", "connect", "tcp.timeout");
    });
    const Report report = compare(of("staging", {{}}, 4, 1), after);
    EXPECT_EQ(told(report), "database connect tcp.timeout failures warning\n");
}

struct ConnectCase {
    const char* what;
    const char* scope;  // of the address
    const char* label;  // of the failing tasks; empty: all
    std::uint64_t failures;
    const char* reason;
};

class ConnectTimeout : public ::testing::TestWithParam<ConnectCase> {};

TEST_P(ConnectTimeout, is_told_by_whom_it_hits_and_where_the_address_lies) {
    const ConnectCase& given = GetParam();
    const std::vector<Spec> specs{reached_at("database", given.scope), reached_at("cache", "private")};
    Fleet after = of("production", specs, 12);
    after.change([&](Window& window, int task, int) {
        const std::string label = given.label;
        if (!label.empty()) window.labels[label] = fmt::format("v{}", task % 4);
        if (label.empty() || task % 4 == 1)
            fail(window, "database", "connect", "tcp.timeout", given.failures);
    });
    const Report report = compare(of("staging", specs, 12), after);
    ASSERT_EQ(report.findings.size(), 1U) << told(report);
    EXPECT_THAT(report.findings[0].reason, HasSubstr(given.reason));
}

INSTANTIATE_TEST_SUITE_P(
    Table, ConnectTimeout,
    ::testing::Values(
        ConnectCase{"all_tasks", "private", "", 30, "a security group does not admit"},
        ConnectCase{"one_subnet", "private", "subnet", 30,
                    "network ACL or the route table of that subnet drops"},
        ConnectCase{"one_subnet_and_public", "public", "subnet", 30, "no route to a NAT gateway"},
        ConnectCase{"one_host", "private", "host", 30, "the instance itself"},
        ConnectCase{"one_revision", "private", "revision", 30, "other security groups or subnets"},
        ConnectCase{"public_only", "public", "", 30, "no route to a NAT or internet gateway"},
        ConnectCase{"now_and_then_and_public", "public", "", 10, "out of ports"}),
    [](const auto& each) { return std::string(each.param.what); });

TEST(FailuresByPlace, one_public_peer_that_does_not_answer_while_others_do_is_not_the_gateway) {
    const std::vector<Spec> specs{reached_at("payments", "public"), reached_at("mail", "public")};
    Fleet after = of("production", specs);
    after.change([](Window& window, int, int) { fail_all(window, "payments", "connect", "tcp.timeout"); });
    const Report report = compare(of("staging", specs), after);
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_THAT(report.findings[0].reason, HasSubstr("allow list"));
}

Report explained(const Fleet& before, const Fleet& after, double alarm_share = 1) {
    Look look(noon());
    look.explain = true;
    look.alarm_share = alarm_share;
    return judge(before.cohort(), after.cohort(), {}, look);
}

const Comparison* comparison(const Report& report, const std::string& subject, const std::string& test) {
    for (const Comparison& each : report.comparisons) {
        if (each.subject == subject && each.test.find(test) != std::string::npos) return &each;
    }
    return nullptr;
}

TEST(ExplainFailures, every_quiet_phase_tells_both_tests_and_how_far_it_stood_from_them) {
    Fleet after = of("production", {{}});
    after.change([](Window& window, int task, int number) {
        if (task == 0 && number == 5) fail(window, "database", "query", "peer.timeout", 2);
    });
    const Report report = explained(of("staging", {{}}), after);
    for (const char* phase : {"failures:resolve", "failures:connect", "failures:query"}) {
        EXPECT_NE(comparison(report, phase, "hard fault"), nullptr) << phase;
        EXPECT_NE(comparison(report, phase, "Fisher"), nullptr) << phase;
    }
    const Comparison* soft = comparison(report, "failures:query", "Fisher");
    ASSERT_NE(soft, nullptr);
    EXPECT_FALSE(soft->found);
    EXPECT_EQ(soft->evidence, "0 of 1080 runs failed against 2 of 1080 runs failed");
    EXPECT_THAT(soft->interval, HasSubstr(" points (95 %)"));
    EXPECT_THAT(soft->threshold, HasSubstr("1 points"));
    EXPECT_THAT(soft->margin, HasSubstr("0.8 points below; p "));
    EXPECT_THAT(soft->why, HasSubstr("does not fail more often"));
    const Comparison* hard = comparison(report, "failures:query", "hard fault");
    ASSERT_NE(hard, nullptr);
    EXPECT_EQ(hard->margin, "83 points below");
}

TEST(ExplainFailures, what_was_found_is_told_as_found_and_what_could_not_be_asked_as_such) {
    const Fleet before = of("staging", {{}});
    const Report found = explained(before, of("production", {{}}).change(in_zone(30)));
    const Comparison* hard = comparison(found, "failures:connect", "hard fault");
    ASSERT_NE(hard, nullptr);
    EXPECT_TRUE(hard->found);
    EXPECT_EQ(hard->margin, "10 points above");
    const Report few = explained(of("staging", {{}}, 1), of("production", {{}}, 1));
    const Comparison* soft = comparison(few, "failures:query", "none");
    ASSERT_NE(soft, nullptr);
    EXPECT_THAT(soft->why, HasSubstr("needs 2 tasks a side"));
    EXPECT_TRUE(compare(before, of("production", {{}})).comparisons.empty()) << "nobody asked";
}

TEST(ExplainFailures, a_look_that_may_spend_less_of_the_false_alarms_asks_for_more_evidence) {
    const Fleet before = of("staging", {{}});
    Fleet after = of("production", {{}});
    after.change([](Window& window, int, int) { fail(window, "database", "query", "peer.timeout", 3); });
    EXPECT_EQ(explained(before, after).findings.size(), 1U);
    EXPECT_EQ(explained(before, after, 1e-9).findings.size(), 0U);
}

}  // namespace
}  // namespace plumb::judge::test

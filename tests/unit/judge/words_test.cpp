// What a finding tells people to do where its cause alone says too little, and what each explained pair has.
#include "tests/unit/judge/fleet.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::judge::test {
namespace {

using ::testing::HasSubstr;

Finding name_fails(const char* cause, std::uint64_t of_thirty) {
    Fleet after = Fleet("production").seed(2).tasks(6).windows(8).with({});
    after.change([=](Window& window, int, int) { fail(window, "database", "resolve", cause, of_thirty); });
    const Report report = compare(Fleet("staging").tasks(6).windows(8).with({}), after);
    return report.findings.empty() ? Finding() : report.findings[0];
}

TEST(Words, a_name_that_never_resolves_is_not_told_like_one_that_fails_in_bursts) {
    EXPECT_THAT(name_fails("dns.nxdomain", 30).action, HasSubstr("Associate the hosted zone"));
    EXPECT_THAT(name_fails("dns.nxdomain", 10).action, HasSubstr("ndots:1"));
    EXPECT_THAT(name_fails("dns.timeout", 30).action, HasSubstr("DHCP options"));
    EXPECT_THAT(name_fails("dns.timeout", 10).action, HasSubstr("linklocal_allowance_exceeded"));
}

TEST(Words, a_public_answer_where_the_baseline_has_a_private_one_names_private_dns) {
    const auto fleet = [](const std::string& environment, const char* scope) {
        Spec spec;
        spec.facts.push_back({"dns.scope", FactClass::must_match, scope});
        return Fleet(environment).with(spec);
    };
    const Report report = compare(fleet("staging", "private"), fleet("production", "public"));
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_EQ(report.findings[0].cause, "fact.differs");
    EXPECT_THAT(report.findings[0].action, HasSubstr("Enable private DNS on the VPC endpoint"));
    const Report reverse = compare(fleet("staging", "public"), fleet("production", "private"));
    ASSERT_EQ(reverse.findings.size(), 1U);
    EXPECT_EQ(reverse.findings[0].action.find("private DNS"), std::string::npos);
}

TEST(Words, a_place_is_told_as_possible_where_nothing_was_heard_of_the_others_yet) {
    const auto after = [](std::uint64_t of_others) {
        Fleet fleet = Fleet("production").seed(2).tasks(6).windows(1).with({});
        return fleet.change([=](Window& window, int task, int) {
            if (task % 3 == 1) return fail_all(window, "database", "connect", "tcp.timeout");
            WindowDependency& others = dependency(window, "database");
            others.runs = others.succeeded = of_others;
            for (WindowPhase& phase : others.phases)
                phase.reached = of_others;
        });
    };
    const Report early = compare(Fleet("staging").tasks(6).with({}), after(0));
    ASSERT_EQ(early.findings.size(), 1U);
    EXPECT_EQ(early.findings[0].scope, Labels());
    EXPECT_EQ(early.findings[0].evidence.at("scope_alternatives").at(0).at("zone"), "az1");
    const Report later = compare(Fleet("staging").tasks(6).with({}), after(30));
    ASSERT_EQ(later.findings.size(), 1U);
    EXPECT_EQ(later.findings[0].scope, Labels({{"zone", "az1"}}));
}

TEST(Words, every_explained_pair_of_failures_facts_and_room_has_its_interval) {
    Spec spec;
    spec.gauges = {gauge("postgres.connections", 30, 100)};
    Fleet after = Fleet("production").seed(2).tasks(4).with(spec);
    after.change([](Window& window, int task, int) {
        if (task == 0) set_fact(window, "database", "postgres.timezone", "CET");
        dependency(window, "database").gauges = {gauge("postgres.connections", 30 + task, 100)};
    });
    Look look(noon());
    look.explain = true;
    const Report report = judge(Fleet("staging").tasks(4).with(spec).cohort(), after.cohort(), {}, look);
    const auto interval = [&](const std::string& subject, const std::string& test) {
        for (const Comparison& each : report.comparisons) {
            if (each.subject == subject && each.test.find(test) != std::string::npos) return each.interval;
        }
        return std::string("no such pair");
    };
    EXPECT_THAT(interval("failures:connect", "hard fault"), HasSubstr("points (95 %)"));
    EXPECT_EQ(interval("fact:postgres.timezone", "latest value"), "-28 to 70 points of tasks (95 %)");
    EXPECT_EQ(interval("gauge:postgres.connections", "headroom"), "67 to 70 % free over the tasks");
}

}  // namespace
}  // namespace plumb::judge::test

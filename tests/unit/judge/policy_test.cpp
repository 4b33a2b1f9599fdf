#include "controller/judge/policy_rules.hpp"
#include "controller/judge/policy_yaml.hpp"
#include "tests/unit/judge/fleet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::judge::test {
namespace {

using ::testing::HasSubstr;

Policy parsed(const std::string& text) {
    const auto policy = parse_policy(text, "policy.yaml");
    EXPECT_TRUE(policy.has_value()) << policy.error().message;
    return policy.value();
}

std::string refused(const std::string& text) {
    const auto policy = parse_policy(text, "policy.yaml");
    EXPECT_FALSE(policy.has_value());
    return policy.has_value() ? "" : policy.error().message;
}

constexpr const char* kDocumented = R"(
hold_on: [failures, facts, gauges]       # the default
critical: ["*"]
accept:
  - {dependency: database, subject: "latency:connect", ratio: 1.8, reason: "smaller instance in staging", owner: "db team", until: 2027-01-31}
  - {dependency: cache, subject: "fact:redis.version", baseline: "7.0", candidate: "6.2", reason: "…", owner: "…", until: 2027-01-31}
ignore:
  - {dependency: "*", subject: "fact:tls.days_left"}
services:
  checkout: {desired: 12, maximum_percent: 200}
)";

TEST(PolicyFile, the_documented_form_is_read) {
    const Policy policy = parsed(kDocumented);
    EXPECT_TRUE(policy.hold_on.failures && policy.hold_on.facts && policy.hold_on.gauges);
    EXPECT_FALSE(policy.hold_on.latency);
    EXPECT_EQ(policy.critical, (std::vector<std::string>{"*"}));
    ASSERT_EQ(policy.accept.size(), 2U);
    EXPECT_DOUBLE_EQ(policy.accept[0].ratio.value(), 1.8);
    EXPECT_EQ(policy.accept[0].owner, "db team");
    EXPECT_EQ(policy.accept[0].until, noon() + std::chrono::hours(12) + std::chrono::days(69));
    EXPECT_EQ(policy.accept[1].baseline.value(), "7.0");
    EXPECT_EQ(policy.accept[1].candidate.value(), "6.2");
    ASSERT_EQ(policy.ignore.size(), 1U);
    EXPECT_EQ(policy.services.at("checkout").desired, 12);
}

TEST(PolicyFile, an_empty_one_is_the_default) {
    const Policy policy = parsed("");
    EXPECT_TRUE(policy.hold_on.failures);
    EXPECT_EQ(policy.critical.size(), 1U);
}

TEST(PolicyFile, an_empty_list_means_nothing_of_it) {
    const Policy policy = parsed("hold_on: []\ncritical: []\n");
    EXPECT_FALSE(policy.hold_on.failures || policy.hold_on.facts || policy.hold_on.gauges);
    EXPECT_TRUE(policy.critical.empty());
}

TEST(PolicyFile, mistakes_name_file_line_and_remedy) {
    EXPECT_THAT(refused("holdon: []\n"), HasSubstr("policy.yaml:1: unknown key 'holdon'"));
    EXPECT_THAT(refused("hold_on: [failure]\n"),
                HasSubstr("policy.yaml:1: 'failure' cannot be held on; did you mean"));
    EXPECT_THAT(refused("\naccept:\n  - {dependency: a, subject: failures, until: 2027-01-31}\n"),
                HasSubstr("policy.yaml:3: 'reason' is missing"));
    EXPECT_THAT(refused("accept:\n  - {dependency: a, subject: failures, reason: ' ', until: 2027-01-31}\n"),
                HasSubstr("'reason' is empty"));
    EXPECT_THAT(refused("accept:\n  - {dependency: a, subject: failures, reason: r}\n"),
                HasSubstr("'until' is missing"));
    EXPECT_THAT(refused("accept:\n  - {dependency: a, subject: failures, reason: r, until: soon}\n"),
                HasSubstr("'soon' is not a day; write it as 2027-01-31"));
    EXPECT_THAT(
        refused("accept:\n  - {dependency: a, subject: failures, reason: r, until: 2027-01-31, ratio: 2}\n"),
        HasSubstr("'ratio' belongs to a latency subject"));
    EXPECT_THAT(
        refused("accept:\n  - {dependency: a, subject: latency, reason: r, until: 2027-01-31, ratio: 0.5}\n"),
        HasSubstr("lies above 1"));
    EXPECT_THAT(refused("ignore:\n  - {dependency: a, subject: facts}\n"),
                HasSubstr("unknown subject 'facts'"));
    EXPECT_THAT(refused("ignore: {dependency: a}\n"), HasSubstr("'ignore' is a list"));
    EXPECT_THAT(refused("services: {a: {maximum_percent: 200}}\n"), HasSubstr("'desired' is missing"));
    EXPECT_THAT(refused("facts: {a: sometimes}\n"), HasSubstr("'sometimes' is no class"));
    EXPECT_THAT(refused("- a\n"), HasSubstr("policy.yaml:1"));
    EXPECT_THAT(refused("a: [\n"), HasSubstr("policy.yaml"));
}

TEST(PolicyFile, all_mistakes_are_told_at_once) {
    const std::string all = refused("hold_on: [x]\nfoo: 1\nignore:\n  - {dependency: a}\n");
    EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 2);
}

TEST(Subject, a_part_before_a_colon_matches_the_whole) {
    EXPECT_TRUE(subject_matches("*", "failures"));
    EXPECT_TRUE(subject_matches("latency", "latency:connect:p50"));
    EXPECT_TRUE(subject_matches("latency:connect", "latency:connect:p50"));
    EXPECT_TRUE(subject_matches("fact:*", "fact:tls.version"));
    EXPECT_FALSE(subject_matches("latency:con", "latency:connect:p50"));
    EXPECT_FALSE(subject_matches("fact:tls", "fact:tls.version"));
    EXPECT_FALSE(subject_matches("latency:connect:p50", "latency:connect"));
}

Fleet with_policy_fact(const std::string& environment, const std::string& value) {
    Spec cache;
    cache.name = "cache";
    cache.facts = {{"redis.version", FactClass::must_match, value}};
    return Fleet(environment).with(cache);
}

Report with(const Policy& policy) {
    return compare(with_policy_fact("staging", "7.0"), with_policy_fact("production", "6.2"), policy);
}

Acceptance acceptance() {
    return {"cache", "fact:redis.version", {},     "7.0",
            "6.2",   "older on purpose",   "team", noon() + std::chrono::seconds(1)};
}

TEST(Policy, what_is_accepted_is_no_finding_but_stands_in_the_coverage) {
    Policy policy;
    policy.accept = {acceptance()};
    const Report report = with(policy);
    EXPECT_EQ(report.verdict, Verdict::promote);
    EXPECT_EQ(told(report), "");
    EXPECT_EQ(report.coverage.at("accepted").at(0).at("reason").as_string(), "older on purpose");
}

TEST(Policy, an_acceptance_out_of_date_holds_again_and_says_so) {
    Policy policy;
    policy.accept = {acceptance()};
    policy.accept[0].until = noon();
    const Report report = with(policy);
    EXPECT_EQ(report.verdict, Verdict::hold);
    EXPECT_TRUE(report.findings[0].evidence.contains("acceptance_expired"));
}

TEST(Policy, an_acceptance_covers_exactly_its_values) {
    Policy policy;
    policy.accept = {acceptance()};
    policy.accept[0].candidate = "6.0";
    EXPECT_EQ(with(policy).verdict, Verdict::hold);
    policy.accept[0].candidate.reset();
    EXPECT_EQ(with(policy).verdict, Verdict::promote);
    policy.accept[0].dependency = "database";
    EXPECT_EQ(with(policy).verdict, Verdict::hold);
}

TEST(Policy, an_acceptance_of_a_value_does_not_cover_a_longer_one) {
    Policy policy;
    policy.accept = {acceptance()};
    policy.accept[0].candidate = "O=Trusted";
    const auto issued = [&](const std::string& by) {
        return compare(with_policy_fact("staging", "7.0"), with_policy_fact("production", by), policy);
    };
    EXPECT_EQ(issued("O=Trusted").verdict, Verdict::promote);
    EXPECT_EQ(issued("O=Trusted, CN=Stranger").verdict, Verdict::hold);
}

TEST(Policy, an_acceptance_of_the_reverse_difference_does_not_cover) {
    Policy policy;
    policy.accept = {acceptance()};
    EXPECT_EQ(
        compare(with_policy_fact("staging", "6.2"), with_policy_fact("production", "7.0"), policy).verdict,
        Verdict::hold);
}

TEST(Policy, a_critical_name_that_nobody_reports_is_told) {
    Policy policy;
    policy.critical = {"cahce"};
    EXPECT_THAT(gaps(with(policy)),
                HasSubstr("cahce *: the policy calls it critical, but no task reports it"));
}

TEST(Policy, an_ordered_fact_is_accepted_by_its_plain_values) {
    Policy policy;
    policy.accept = {acceptance()};
    policy.fact_classes["redis.version"] = FactClass::ordered;
    EXPECT_EQ(told(with(policy)), "");
}

TEST(Policy, what_is_ignored_is_counted) {
    Policy policy;
    policy.ignore = {{"*", "fact:redis.version"}};
    const Report report = with(policy);
    EXPECT_EQ(report.verdict, Verdict::promote);
    EXPECT_EQ(report.coverage.at("ignored").to_number<int>(), 1);
}

TEST(Policy, dependencies_that_are_not_critical_only_warn) {
    Policy policy;
    policy.critical = {"database"};
    const Report report = with(policy);
    EXPECT_EQ(report.verdict, Verdict::promote);
    EXPECT_EQ(told(report), "cache server fact.differs fact:redis.version warning\n");
    policy.critical = {"cache"};
    EXPECT_EQ(with(policy).verdict, Verdict::hold);
}

TEST(Policy, what_is_not_held_on_only_warns) {
    Policy policy;
    policy.hold_on.facts = false;
    EXPECT_EQ(told(with(policy)), "cache server fact.differs fact:redis.version warning\n");
}

}  // namespace
}  // namespace plumb::judge::test

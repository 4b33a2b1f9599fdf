#include "controller/judge/policy_rules.hpp"
#include "controller/judge/policy_thresholds.hpp"
#include "controller/judge/policy_yaml.hpp"
#include "tests/unit/judge/fleet.hpp"

#include <set>
#include <tuple>

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
    EXPECT_EQ(policy.accept[1].baseline, (std::vector<std::string>{"7.0"}));
    EXPECT_EQ(policy.accept[1].candidate, (std::vector<std::string>{"6.2"}));
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
    EXPECT_THAT(refused("accept:\n  - {dependency: pay*, subject: failures, reason: r, until: 2027-01-31}\n"),
                HasSubstr("policy.yaml:2: 'pay*' is no dependency; write its whole name"));
    EXPECT_THAT(refused("critical: [pay*]\n"), HasSubstr("'pay*' is no dependency"));
    EXPECT_THAT(refused("accept:\n  - {dependency: a, subject: failures, reason: r, until: 2027-01-31, "
                        "baseline: x}\n"),
                HasSubstr("'baseline' belongs to a fact subject"));
    EXPECT_THAT(refused("services: {a: {maximum_percent: 200}}\n"), HasSubstr("'desired' is missing"));
    EXPECT_THAT(refused("facts: {a: sometimes}\n"), HasSubstr("'sometimes' is no class"));
    EXPECT_THAT(refused("- a\n"), HasSubstr("policy.yaml:1"));
    EXPECT_THAT(refused("a: [\n"), HasSubstr("policy.yaml"));
}

TEST(PolicyFile, thresholds_are_read_by_name) {
    const Policy policy = parsed(
        "thresholds:\n  latency_ratio: 1.5\n  latency_floor: 5ms\n  failure_points: 0.02\n"
        "  minimum_windows: 6\n");
    EXPECT_DOUBLE_EQ(policy.thresholds.latency_ratio, 1.5);
    EXPECT_EQ(policy.thresholds.latency_floor, std::chrono::milliseconds(5));
    EXPECT_DOUBLE_EQ(policy.thresholds.failure_points, 0.02);
    EXPECT_EQ(policy.thresholds.minimum_windows, 6U);
    EXPECT_EQ(policy.thresholds.minimum_tasks, Thresholds{}.minimum_tasks);
}

TEST(PolicyFile, a_threshold_out_of_bounds_is_told_with_what_would_be_right) {
    EXPECT_THAT(
        refused("thresholds:\n  failure_points: 5\n"),
        HasSubstr("policy.yaml:2: 'failure_points' lies between 0.0001 and 0.5, not at 5; it is a share "
                  "of runs: one percentage point is 0.01"));
    EXPECT_THAT(refused("thresholds: {latency_floor: 0s}\n"), HasSubstr("between 10.0 µs and 1.00 min"));
    EXPECT_THAT(refused("thresholds: {latency_floor: 3}\n"), HasSubstr("latency_floor: "));
    EXPECT_THAT(refused("thresholds: {minimum_tasks: 1}\n"), HasSubstr("a whole number from 2 to 1000"));
    EXPECT_THAT(refused("thresholds: {headroom_hold: 0.3}\n"), HasSubstr("'headroom_warn' (0.2) lies below"));
    EXPECT_THAT(refused("thresholds: {failure_point: 0.01}\n"), HasSubstr("did you mean 'failure_points'?"));
    EXPECT_THAT(refused("thresholds: 3\n"), HasSubstr("policy.yaml:1"));
}

TEST(PolicyFile, every_threshold_has_a_name_and_its_default_lies_within_its_bounds) {
    // A field that is added without a name would change the number of parts here.
    const auto [a, b, c, d, e, f, g, h, i, j, k, l, m] = Thresholds{};
    const auto parts = std::tuple_size_v<decltype(std::tuple(a, b, c, d, e, f, g, h, i, j, k, l, m))>;
    EXPECT_EQ(threshold_table().size(), parts);
    const Thresholds usual;
    std::set<std::string_view> names;
    for (const ThresholdInfo& each : threshold_table()) {
        names.insert(each.name);
        const auto amount = [](const auto& value) {
            if constexpr (requires { value.count(); })
                return static_cast<double>(value.count());
            else
                return static_cast<double>(value);
        };
        const double value = std::visit([&](auto field) { return amount(usual.*field); }, each.field);
        EXPECT_TRUE(value >= each.least && value <= each.most) << each.name;
    }
    EXPECT_EQ(names.size(), parts);
}

TEST(PolicyFile, an_accepted_value_may_be_one_of_several) {
    const Policy policy = parsed(
        "accept:\n  - {dependency: a, subject: fact:x, candidate: [one, two], reason: r, until: "
        "2027-01-31}\n");
    EXPECT_EQ(policy.accept[0].candidate, (std::vector<std::string>{"one", "two"}));
    EXPECT_TRUE(policy.accept[0].baseline.empty());
    EXPECT_THAT(refused("accept:\n  - {dependency: a, subject: fact:x, candidate: [], reason: r, until: "
                        "2027-01-31}\n"),
                HasSubstr("'candidate' is empty"));
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
    Acceptance out;
    out.dependency = "cache";
    out.subject = "fact:redis.version";
    out.baseline = {"7.0"};
    out.candidate = {"6.2"};
    out.reason = "older on purpose";
    out.owner = "team";
    out.until = noon() + std::chrono::seconds(1);
    return out;
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
    policy.accept[0].candidate = {"6.0"};
    EXPECT_EQ(with(policy).verdict, Verdict::hold);
    policy.accept[0].candidate.clear();
    EXPECT_EQ(with(policy).verdict, Verdict::promote);
    policy.accept[0].dependency = "database";
    EXPECT_EQ(with(policy).verdict, Verdict::hold);
}

TEST(Policy, an_acceptance_of_a_value_does_not_cover_a_longer_one) {
    Policy policy;
    policy.accept = {acceptance()};
    policy.accept[0].candidate = {"O=Trusted"};
    const auto issued = [&](const std::string& by) {
        return compare(with_policy_fact("staging", "7.0"), with_policy_fact("production", by), policy);
    };
    EXPECT_EQ(issued("O=Trusted").verdict, Verdict::promote);
    EXPECT_EQ(issued("O=Trusted, CN=Stranger").verdict, Verdict::hold);
}

TEST(Policy, accepted_values_cover_whichever_share_of_the_tasks_shows_them) {
    Policy policy;
    policy.accept = {acceptance()};
    policy.accept[0].candidate = {"7.0", "6.2"};
    const auto shown_by = [&](int tasks, const std::string& value) {
        Fleet after = with_policy_fact("production", "7.0").tasks(4);
        after.change([=](Window& window, int task, int) {
            if (task < tasks) set_fact(window, "cache", "redis.version", value);
        });
        return compare(with_policy_fact("staging", "7.0"), after, policy).verdict;
    };
    EXPECT_EQ(shown_by(2, "6.2"), Verdict::promote);
    EXPECT_EQ(shown_by(3, "6.2"), Verdict::promote);
    EXPECT_EQ(shown_by(2, "6.0"), Verdict::hold) << "another value is another difference";
}

TEST(Policy, an_acceptance_of_a_cause_covers_no_other) {
    Policy policy;
    policy.accept = {acceptance()};
    policy.accept[0].candidate.clear();
    policy.accept[0].cause = "fact.missing";
    EXPECT_EQ(with(policy).verdict, Verdict::hold);
    policy.accept[0].cause = "fact.differs";
    EXPECT_EQ(with(policy).verdict, Verdict::promote);
}

TEST(Policy, what_a_floor_overruled_stands_in_the_coverage) {
    Policy policy;
    policy.overruled = {"ignore: cache fact"};
    EXPECT_EQ(with(policy).coverage.at("overruled").at(0).as_string(), "ignore: cache fact");
    EXPECT_FALSE(with({}).coverage.contains("overruled"));
}

Fleet slower(double ratio) {
    Spec slow;
    slow.phases = {{"resolve", 1.0}, {"connect", 20.0 * ratio}, {"query", 5.0}};
    return Fleet("production").tasks(8).windows(8).with(slow);
}

TEST(Policy, an_accepted_ratio_widens_the_gap_by_exactly_that_much) {
    Spec usual;
    usual.phases = {{"resolve", 1.0}, {"connect", 20.0}, {"query", 5.0}};
    const Fleet before = Fleet("staging").tasks(8).windows(8).with(usual);
    Policy policy;
    policy.hold_on.latency = true;
    const auto verdict = [&](double shift) { return compare(before, slower(shift), policy).verdict; };
    EXPECT_EQ(verdict(1.8), Verdict::hold);
    Acceptance gap;
    gap.dependency = "database";
    gap.subject = "latency:connect";
    gap.ratio = 1.8;
    gap.reason = "smaller";
    policy.accept = {gap};
    EXPECT_EQ(verdict(1.8), Verdict::promote);
    EXPECT_EQ(verdict(1.8 * 1.5), Verdict::hold) << "half as much again beyond it is a shift";
    policy.accept[0].until = noon();
    const Report expired = compare(before, slower(1.8), policy);
    EXPECT_EQ(expired.verdict, Verdict::hold);
    EXPECT_TRUE(expired.findings[0].evidence.contains("acceptance_expired"));
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

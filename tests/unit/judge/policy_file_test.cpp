// The policy file: what is read, and what is refused with its line and remedy.
#include "controller/judge/policy/policy_thresholds.hpp"
#include "controller/judge/policy/policy_yaml.hpp"
#include "tests/unit/judge/fleet.hpp"

#include <algorithm>
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
    EXPECT_THAT(refused("critical: [\"\"]\n"), HasSubstr("'' is no dependency"));
    EXPECT_THAT(refused("critical: [\" database\"]\n"), HasSubstr("without spaces around it"));
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
    const auto [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o] = Thresholds{};
    const auto parts = std::tuple_size_v<decltype(std::tuple(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o))>;
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

TEST(PolicyFile, a_key_that_was_left_empty_is_refused_with_its_line) {
    const std::string accept =
        "accept:\n  - dependency: a\n    subject: SUBJECT\n    reason: r\n    until: 2027-01-31\n    KEY\n";
    const auto with_key = [&](const std::string& subject, const std::string& key) {
        std::string text = accept;
        text.replace(text.find("SUBJECT"), 7, subject);
        return text.replace(text.find("KEY"), 3, key);
    };
    for (const auto& [subject, key] : {std::pair{"latency:connect", "ratio"},
                                       {"failures", "cause"},
                                       {"fact:x", "candidate"},
                                       {"fact:x", "baseline"}}) {
        EXPECT_THAT(refused(with_key(subject, std::string(key) + ":")),
                    HasSubstr("policy.yaml:6: '" + std::string(key) + "' is empty; it would accept any"));
    }
    EXPECT_THAT(refused(with_key("failures", "cause: ''")), HasSubstr("'cause' is empty"));
    EXPECT_THAT(refused("critical:\n"),
                HasSubstr("policy.yaml:1: 'critical' is empty; write [] for none, or leave the key out"));
    EXPECT_THAT(refused("\nhold_on:\n"), HasSubstr("policy.yaml:2: 'hold_on' is empty"));
    EXPECT_THAT(refused("may_accept:\n"), HasSubstr("'may_accept' is empty"));
    EXPECT_THAT(refused("thresholds:\n  failure_points:\n"), HasSubstr("'failure_points' is empty"));
    EXPECT_TRUE(parsed("accept:\nignore:\n").accept.empty()) << "nothing is accepted, as it reads";
}

TEST(PolicyFile, a_ratio_has_an_upper_bound_and_goes_with_no_cause) {
    const auto latency = [](const std::string& more) {
        return "accept:\n  - {dependency: a, subject: latency, reason: r, until: 2027-01-31, " + more + "}\n";
    };
    EXPECT_DOUBLE_EQ(parsed(latency("ratio: 1000000")).accept.at(0).ratio.value(), 1e6);
    EXPECT_THAT(refused(latency("ratio: 1000001")), HasSubstr("at 1000000 at most"));
    EXPECT_THAT(refused(latency("ratio: 2, cause: latency.network")),
                HasSubstr("'ratio' and 'cause' do not go together"));
}

TEST(PolicyFile, what_would_match_nothing_is_refused) {
    const auto accepted = [](const std::string& what) {
        return refused("accept:\n  - dependency: a\n    reason: meant\n    until: 2027-01-31\n    " + what);
    };
    EXPECT_THAT(accepted("subject: failures\n    cause: tcp.*\n"),
                HasSubstr("policy.yaml:6: 'cause' is one cause, such as tcp.timeout, and no pattern"));
    EXPECT_THAT(accepted("subject: latency:retransmissions\n    ratio: 2\n"),
                HasSubstr("policy.yaml:6: 'ratio' belongs to a phase's latency"));
}

}  // namespace
}  // namespace plumb::judge::test

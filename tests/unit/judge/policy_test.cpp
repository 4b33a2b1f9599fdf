#include "controller/judge/policy/policy_rules.hpp"
#include "tests/unit/judge/fleet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::judge::test {
namespace {

using ::testing::HasSubstr;

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
    const Report accepted = compare(before, slower(1.8), policy);
    EXPECT_EQ(accepted.verdict, Verdict::promote);
    ASSERT_EQ(accepted.coverage.at("accepted").as_array().size(), 1U) << "what it covers is told";
    EXPECT_EQ(accepted.coverage.at("accepted").at(0).at("subject"), "latency:connect");
    EXPECT_EQ(accepted.coverage.at("accepted").at(0).at("reason"), "smaller");
    const Report same = compare(before, slower(1), policy);
    EXPECT_TRUE(same.coverage.at("accepted").as_array().empty()) << "nothing there that it covers";
    EXPECT_EQ(verdict(1.8 * 1.5), Verdict::hold) << "half as much again beyond it is a shift";
    policy.accept[0].until = noon();
    const Report expired = compare(before, slower(1.8), policy);
    EXPECT_EQ(expired.verdict, Verdict::hold);
    EXPECT_TRUE(expired.findings[0].evidence.contains("acceptance_expired"));
}

TEST(Policy, a_pair_that_it_takes_away_says_so_when_it_is_explained) {
    const auto why = [](const Fleet& before, const Fleet& after, const Policy& policy,
                        const std::string& subject) {
        Look look(noon());
        look.explain = true;
        std::string words;
        for (const Comparison& each : judge(before.cohort(), after.cohort(), policy, look).comparisons) {
            if (each.subject == subject) words += each.why;
        }
        return words;
    };
    Fleet failing = production();
    failing.change([](Window& window, int, int) { fail_all(window, "database", "connect", "tcp.timeout"); });
    Policy policy;
    policy.ignore = {{"database", "failures"}};
    EXPECT_THAT(why(staging(), failing, policy, "failures:connect"), HasSubstr("The policy ignores it."));
    policy.ignore.clear();
    policy.accept = {
        {"database", "failures", std::nullopt, {}, {}, "meant", "", noon() + std::chrono::hours(1)}};
    EXPECT_THAT(why(staging(), failing, policy, "failures:connect"), HasSubstr("The policy accepts it."));
    Spec usual;
    usual.phases = {{"resolve", 1.0}, {"connect", 20.0}, {"query", 5.0}};
    policy.accept = {{"database", "latency", 2.0, {}, {}, "meant", "", noon() + std::chrono::hours(1)}};
    EXPECT_THAT(
        why(Fleet("staging").tasks(8).windows(8).with(usual), slower(1.8), policy, "latency:connect:p50"),
        HasSubstr("slower, within the accepted ratio of 2"));
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

// Every run fails to connect: of thirty, so many with the second cause.
Report two_causes(std::uint64_t second, const Policy& policy) {
    Fleet after = production();
    after.change([second](Window& window, int, int) {
        fail_all(window, "database", "connect", "tcp.timeout");
        auto& failures = dependency(window, "database").failures;
        failures = {{"connect", "tcp.timeout", 30 - second}, {"connect", "tcp.refused", second}};
    });
    return compare(staging(), after, policy);
}

Acceptance of_cause(const std::string& cause, const std::string& subject = "failures") {
    Acceptance out;
    out.dependency = "database";
    out.subject = subject;
    out.reason = "known";
    out.cause = cause;
    return out;
}

TEST(Policy, a_cause_that_was_accepted_does_not_hide_another_of_a_tenth_or_more) {
    Policy policy;
    policy.accept = {of_cause("tcp.timeout")};
    EXPECT_EQ(two_causes(0, policy).verdict, Verdict::promote);
    EXPECT_EQ(two_causes(2, policy).verdict, Verdict::promote);
    EXPECT_EQ(two_causes(3, policy).verdict, Verdict::hold);
    EXPECT_EQ(two_causes(14, policy).verdict, Verdict::hold);
    policy.accept.push_back(of_cause("tcp.refused"));
    const Report both = two_causes(14, policy);
    EXPECT_EQ(both.verdict, Verdict::promote);
    EXPECT_EQ(both.coverage.at("accepted").as_array().size(), 2U);
    policy.accept[0].until = noon();
    EXPECT_TRUE(two_causes(14, policy).findings.at(0).evidence.contains("acceptance_expired"));
    policy.accept = {of_cause("")};
    EXPECT_EQ(two_causes(14, policy).verdict, Verdict::promote) << "of whatever cause";
}

TEST(Policy, failures_of_one_phase_are_accepted_or_ignored_by_the_words_of_explain) {
    Policy policy;
    policy.accept = {of_cause("tcp.timeout", "failures:connect")};
    EXPECT_EQ(two_causes(0, policy).verdict, Verdict::promote);
    policy.accept = {of_cause("tcp.timeout", "failures:query")};
    EXPECT_EQ(two_causes(0, policy).verdict, Verdict::hold);
    policy.accept.clear();
    policy.ignore = {{"database", "failures:connect"}};
    EXPECT_EQ(two_causes(0, policy).verdict, Verdict::promote);
    policy.ignore = {{"database", "failures:query"}};
    EXPECT_EQ(two_causes(0, policy).verdict, Verdict::hold);
}

}  // namespace
}  // namespace plumb::judge::test

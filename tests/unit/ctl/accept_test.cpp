#include "controller/ctl/accept.hpp"

#include "base/duration.hpp"
#include "controller/judge/policy/policy_yaml.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::ctl {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

judge::Finding finding(const std::string& subject) {
    judge::Finding result;
    result.dependency = "database";
    result.subject = subject;
    result.cause = "x.y";
    if (!subject.starts_with("fact:")) return result;
    result.evidence["values"] = {{"baseline", {"7.0"}}, {"candidate", {"7.0", "6\"2: ["}}};
    return result;
}

AcceptOptions options() {
    return {false, "smaller \"instances\": #1", "db team", *parse_time("2027-01-31T12:00:00Z")};
}

TEST(Accept, what_is_printed_is_a_policy) {
    judge::Report report;
    report.findings = {finding("fact:redis.version"), finding("latency:connect:p90")};
    report.findings[1].evidence["ratio"] = {{"value", 1.5}, {"low", 1.2}};
    const auto text = accept_yaml(report, options());
    const auto policy = judge::parse_policy(text, "printed");
    ASSERT_TRUE(policy) << policy.error().message << "\n" << text;
    ASSERT_EQ(policy->accept.size(), 2u);
    EXPECT_THAT(policy->accept[0].baseline, ElementsAre("7.0"));
    EXPECT_THAT(policy->accept[0].candidate, ElementsAre("7.0", "6\"2: ["));
    EXPECT_EQ(policy->accept[0].reason, "smaller \"instances\": #1");
    EXPECT_EQ(policy->accept[1].subject, "latency:connect");
    EXPECT_DOUBLE_EQ(policy->accept[1].ratio.value_or(0), 1.5);
    EXPECT_THAT(text, HasSubstr("until: 2027-01-31"));
}

TEST(Accept, failures_are_left_out_and_said_unless_all_are_wanted) {
    judge::Report report;
    report.findings = {finding("failures")};
    auto chosen = options();
    EXPECT_THAT(accept_yaml(report, chosen), HasSubstr("# left out: database failures"));
    EXPECT_THAT(accept_yaml(report, chosen), Not(HasSubstr("accept:\n")));
    chosen.all = true;
    EXPECT_THAT(accept_yaml(report, chosen), HasSubstr("subject: \"failures\""));
}

judge::Finding shift(const std::string& subject, double ratio) {
    auto result = finding(subject);
    result.evidence["ratio"] = {{"value", ratio}};
    return result;
}

TEST(Accept, a_phase_is_accepted_once_as_wide_as_its_widest_quantile) {
    judge::Report report;
    report.findings = {shift("latency:connect:p50", 1.501)};
    report.findings[0].folded = {shift("latency:connect:p99", 2.004), shift("latency:handshake:p50", 1.2)};
    const auto policy = judge::parse_policy(accept_yaml(report, options()), "printed");
    ASSERT_TRUE(policy) << policy.error().message;
    ASSERT_EQ(policy->accept.size(), 2u);
    EXPECT_EQ(policy->accept[0].subject, "latency:connect");
    EXPECT_DOUBLE_EQ(policy->accept[0].ratio.value_or(0), 2.01) << "rounded up: the shift itself is within";
    EXPECT_EQ(policy->accept[1].subject, "latency:handshake");
}

TEST(Accept, what_a_finding_explains_is_accepted_with_it_and_not_without_it) {
    judge::Report report;
    report.findings = {finding("failures")};
    report.findings[0].folded = {finding("fact:redis.version")};
    auto chosen = options();
    EXPECT_THAT(accept_yaml(report, chosen), Not(HasSubstr("redis.version")));
    chosen.all = true;
    EXPECT_THAT(accept_yaml(report, chosen), HasSubstr("redis.version"));
}

TEST(Accept, words_that_cannot_be_written_down_as_they_are_are_left_out) {
    judge::Report report;
    report.findings = {finding("fact:a"), finding("fact:b"), finding("fact:c")};
    report.findings[0].evidence["values"] = {{"baseline", {"x"}}, {"candidate", {"y\n# injected: true"}}};
    report.findings[1].evidence["values"] = {{"baseline", {"x"}}, {"candidate", {"\xff"}}};
    report.findings[2].evidence.erase("values");
    const auto text = accept_yaml(report, options());
    EXPECT_THAT(text, Not(HasSubstr("injected")));
    EXPECT_EQ(std::count(text.begin(), text.end(), '#'), 4) << text;
    EXPECT_TRUE(judge::parse_policy(text, "printed"));
}

TEST(Accept, a_reason_is_a_line_of_plain_text) {
    auto chosen = options();
    EXPECT_TRUE(check_words(chosen));
    chosen.reason = " ";
    EXPECT_FALSE(check_words(chosen));
    chosen.reason = "one\ntwo";
    EXPECT_FALSE(check_words(chosen));
    chosen = options();
    chosen.owner = "\x1b[2J";
    EXPECT_FALSE(check_words(chosen));
    chosen.owner = "";
    EXPECT_TRUE(check_words(chosen));
}

TEST(Accept, how_far_the_environments_differ_is_proposed_and_not_decided) {
    judge::Report report;
    report.findings = {shift("latency:connect:p50", 1.5)};
    report.coverage["measured"] = {{"environment_spread", {{"measured", 1.0523}, {"policy", 1.03}}},
                                   {"task_correlation", {{"measured", 0.9}, {"policy", 0.01}}},
                                   {"timer_noise_ms", 0.2}};
    std::string text = accept_yaml(report, options());
    ASSERT_EQ(judge::parse_policy(text, "printed")->thresholds.environment_spread, 1.03);
    for (auto at = text.find("# thresholds:"); at != std::string::npos; at = text.find("\n# ", at))
        text.erase(text.find("# ", at), 2);
    const auto policy = judge::parse_policy(text, "uncommented");
    ASSERT_TRUE(policy) << policy.error().message << "\n" << text;
    EXPECT_DOUBLE_EQ(policy->thresholds.environment_spread, 1.06) << "rounded up";
    EXPECT_DOUBLE_EQ(policy->thresholds.task_correlation, 0.2) << "and no more than a policy may say";
    report.coverage["measured"] = {{"environment_spread", {{"measured", 1.02}, {"policy", 1.03}}}};
    EXPECT_THAT(accept_yaml(report, options()), Not(HasSubstr("environment_spread")));
}

}  // namespace
}  // namespace plumb::ctl

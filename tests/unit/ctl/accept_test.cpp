#include "controller/ctl/accept.hpp"

#include "base/duration.hpp"
#include "controller/judge/policy_yaml.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::ctl {
namespace {

using testing::HasSubstr;
using testing::Not;

judge::Finding finding(const std::string& subject) {
    judge::Finding result;
    result.dependency = "database";
    result.subject = subject;
    result.cause = "x.y";
    result.baseline = "7.0";
    result.candidate = "6\"2: [";
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
    EXPECT_EQ(policy->accept[0].candidate, "6\"2: [");
    EXPECT_EQ(policy->accept[0].reason, "smaller \"instances\": #1");
    EXPECT_EQ(policy->accept[1].subject, "latency:connect");
    EXPECT_NEAR(policy->accept[1].ratio.value_or(0), 1.65, 0.01);
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

}  // namespace
}  // namespace plumb::ctl

// What `accept` prints makes the same comparison quiet, and no other.
#include "base/duration.hpp"
#include "controller/ctl/accept.hpp"
#include "controller/judge/policy/policy_yaml.hpp"
#include "tests/unit/judge/fleet.hpp"

#include <cmath>
#include <random>
#include <string>
#include <vector>

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

TEST(AcceptRoundTrip, failures_of_two_causes_are_quiet_afterwards_and_a_third_is_not) {
    const auto causes = [](const std::string& second) {
        Fleet after = with("production", {});
        after.change([=](Window& window, int, int) {
            judge::test::fail_all(window, "database", "connect", "tcp.timeout");
            judge::test::dependency(window, "database").failures = {{"connect", "tcp.timeout", 16},
                                                                    {"connect", second, 14}};
        });
        return after;
    };
    const Fleet before = with("staging", {});
    EXPECT_EQ(left_after_accepting(before, causes("tcp.refused"), true), "");
    const auto policy = accepted(judge::test::compare(before, causes("tcp.refused")), true);
    EXPECT_NE(judge::test::told(judge::test::compare(before, causes("tcp.reset"), policy)), "");
}

TEST(AcceptRoundTrip, all_answers_about_one_gauge_are_quiet_afterwards) {
    Fleet after = with("production", {}).windows(40);
    after.change([](Window& window, int, int number) {
        judge::test::dependency(window, "database").gauges = {
            judge::test::gauge("postgres.connections", 56 + number, 100)};
    });
    const Fleet before = with("staging", {}).windows(40);
    ASSERT_FALSE(judge::test::compare(before, after).findings.at(0).folded.empty());
    EXPECT_EQ(left_after_accepting(before, after, true), "");
}

// Words as agents, servers and people may choose them.
class Words {
  public:
    explicit Words(std::uint64_t seed) : random_(seed) {}
    std::string one() {
        static const std::vector<std::string> parts{
            "a",    "connect", " ",  ":",    "*",  "\"", "\\", "'",      "#",  "- ", "{",  "}", "[",     ", ",
            "~",    "null",    "",   "\n",   "\t", "ü",  "!",  "\xff",   "&x", "%",  "\r", "=", "1e9",   "…",
            "\x7f", "\u202e",  "? ", "true", "|",  ">",  "@",  "2027-1", ".",  "//", "0",  "-", "\u2028"};
        std::string out;
        for (std::size_t i = below(5); i > 0; --i)
            out += parts[below(parts.size())];
        return out;
    }
    std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }
    double ratio() { return std::exp(std::uniform_real_distribution<double>(-2, 20)(random_)); }

  private:
    std::mt19937_64 random_;
};

judge::Finding any_finding(Words& words) {
    static const std::vector<std::string> kinds{"failures", "latency:", "fact:", "gauge:", "warmup"};
    const std::string kind = kinds[words.below(kinds.size())];
    judge::Finding out;
    out.dependency = words.one();
    out.subject = kind.ends_with(':') ? kind + words.one() : kind;
    out.cause = words.one();
    if (words.below(2) == 0) out.evidence["ratio"] = {{"value", words.ratio()}};
    if (words.below(2) == 0) out.evidence["causes"] = {{words.one(), 10}, {words.one(), 1 + words.below(20)}};
    if (words.below(4) != 0) {
        out.evidence["values"] = {{"baseline", {words.one(), words.one()}}, {"candidate", {words.one()}}};
    }
    return out;
}

TEST(AcceptRoundTrip, whatever_is_printed_is_a_policy_that_accepts_no_more_than_it_names) {
    std::size_t read = 0;
    for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
        Words words(seed);
        judge::Report report;
        report.findings = {any_finding(words), any_finding(words)};
        report.findings[0].folded = {any_finding(words)};
        for (const auto& each : accepted(report, true).accept) {
            ++read;
            EXPECT_EQ(each.dependency.find('*'), std::string::npos);
            EXPECT_EQ(each.subject.find('*'), std::string::npos);
            EXPECT_TRUE(each.ratio || !each.cause.empty() || !each.candidate.empty()) << each.subject;
        }
        ASSERT_FALSE(HasFailure()) << "seed " << seed;
    }
    EXPECT_GT(read, 500U);
}

}  // namespace
}  // namespace plumb::ctl

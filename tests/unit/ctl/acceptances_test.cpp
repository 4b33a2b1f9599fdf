#include "controller/ctl/diff/acceptances.hpp"

#include "controller/ctl/diff/compare.hpp"
#include "controller/ctl/diff/render.hpp"
#include "controller/judge/policy/policy_yaml.hpp"
#include "tests/unit/ctl/saved_check.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

namespace plumb::ctl {
namespace {

using test::saved_check;
using test::SavedOutcome;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const judge::Time kNow = std::chrono::sys_days(std::chrono::year(2026) / 6 / 1);

SavedOutcome named(const char* dependency, const char* version = "TLSv1.3") {
    SavedOutcome made;
    made.dependency = dependency;
    made.facts = R"("tls.version":")" + std::string(version) + R"(")";
    return made;
}

// The candidate has a target more, and another version of TLS.
std::vector<judge::Finding> findings() {
    const auto a = read_check(saved_check({named("database")}), "a.json");
    const auto b = read_check(saved_check({named("database", "TLSv1.2"), named("extra")}), "b.json");
    return compare_checks(a.value(), b.value());
}

Accepted apply(const std::string& entries) {
    const auto policy = judge::parse_policy("accept:\n" + entries, "policy.yaml");
    if (!policy) throw std::runtime_error(policy.error().message);
    return apply_acceptances(*policy, kNow, findings());
}

const std::string kEnd = R"(, reason: "known", owner: "db", until: 2027-01-31})"
                         "\n";

TEST(Acceptances, a_target_of_one_side_is_accepted_as_it_was_printed) {
    const auto result = apply(
        R"(  - {dependency: extra, subject: "fact:dependency", baseline: "not checked", candidate: "checked")" +
        kEnd);
    EXPECT_THAT(result.accepted, SizeIs(1));
    ASSERT_THAT(result.findings, SizeIs(1));
    EXPECT_EQ(result.findings[0].subject, "fact:tls.version");
    EXPECT_THAT(result.unmatched, IsEmpty());
}

TEST(Acceptances, one_that_meets_nothing_is_named) {
    const auto result = apply(R"(  - {dependency: extra, subject: "fact:dependency", candidate: "chekced")" +
                              kEnd + R"(  - {dependency: cache, subject: "failures")" + kEnd +
                              R"(  - {dependency: database, subject: "latency:connect", ratio: 1.8)" + kEnd);
    EXPECT_THAT(result.accepted, IsEmpty());
    EXPECT_THAT(result.unmatched, ElementsAre("extra fact:dependency", "cache failures"))
        << "latency is never compared here, so what accepts it is no error";
}

TEST(Acceptances, one_out_of_date_is_told_where_it_would_have_accepted) {
    const auto result = apply(
        R"(  - {dependency: database, subject: "fact:tls.version", reason: "old proxy", owner: "net", until: 2026-01-31})"
        "\n");
    EXPECT_THAT(result.findings, SizeIs(2));
    EXPECT_THAT(result.expired, ElementsAre("2026-01-31: database fact:tls.version: old proxy (net)"));
    EXPECT_THAT(result.unmatched, IsEmpty());
    const auto renewed = apply(
        R"(  - {dependency: database, subject: "fact:tls.version", reason: "old proxy", owner: "net", until: 2026-01-31})"
        "\n"
        R"(  - {dependency: database, subject: "fact:tls.version")" +
        kEnd);
    EXPECT_THAT(renewed.expired, IsEmpty()) << "another one accepts it";
}

TEST(Acceptances, what_did_nothing_is_printed_in_every_format) {
    Difference difference;
    difference.sides = {"a.json", "b.json"};
    difference.findings = findings();
    difference.expired = {"2026-01-31: database failures: known"};
    difference.unmatched = {"cache failures", "extra fact:x"};
    const auto text = diff_text(difference, Terminal(false, 80));
    EXPECT_THAT(text, HasSubstr("\nexpired 2026-01-31: database failures: known\n"));
    EXPECT_THAT(text, HasSubstr("\naccepts nothing: cache failures, extra fact:x\n"));
    EXPECT_THAT(diff_markdown(difference), HasSubstr("accepts nothing: cache failures"));
    const auto json = boost::json::parse(diff_json(difference));
    EXPECT_THAT(json.at("expired").as_array(), SizeIs(1));
    EXPECT_THAT(json.at("unmatched").as_array(), SizeIs(2));
}

}  // namespace
}  // namespace plumb::ctl

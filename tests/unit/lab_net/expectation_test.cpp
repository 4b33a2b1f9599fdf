// What a scenario may expect: what would let a wrong answer pass is refused.
#include "tests/lab/net/scenario.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::lab {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Scenario parse(const std::string& text, std::string& complaints) {
    yaml::Complaints collected;
    collected.file = "s.yaml";
    auto scenario = parse_scenario("s", text, collected);
    complaints = collected.joined();
    return scenario;
}

std::string expecting(const std::string& words) {
    std::string complaints;
    parse("about: a\nexpect: {" + words + "}\n", complaints);
    return complaints;
}

constexpr const char* kWhole =
    "verdict: hold, category: drift, dependency: cache, layer: connect, cause: tcp.timeout";

TEST(lab_expectation, what_the_gate_cannot_say_is_not_expected_of_it) {
    EXPECT_THAT(expecting("verdict: hold, cause: tcp.timout"), HasSubstr("s.yaml:2: no cause 'tcp.timout'"));
    EXPECT_THAT(expecting("verdict: hold, layer: network"), HasSubstr("no layer 'network'"));
    EXPECT_THAT(expecting("verdict: hold, category: fault"), HasSubstr("no category 'fault'"));
    EXPECT_THAT(expecting("verdict: hold, severity: major"), HasSubstr("critical, warning"));
    EXPECT_THAT(expecting(std::string(kWhole) + ", also: [{layer: netwrok}]"),
                HasSubstr("no layer 'netwrok'"));
    EXPECT_THAT(expecting(std::string(kWhole) + ", after: 8"), HasSubstr("none is left"));
    EXPECT_THAT(expecting(kWhole), IsEmpty());
}

TEST(lab_expectation, a_hold_that_is_half_named_is_refused) {
    EXPECT_THAT(expecting("verdict: hold, severity: critical"),
                HasSubstr("missing: category, dependency, layer, cause"));
    EXPECT_THAT(expecting("verdict: hold, category: drift, dependency: cache, cause: tcp.timeout"),
                HasSubstr("missing: layer"));
    EXPECT_THAT(expecting("verdict: promote, severity: warning"), IsEmpty());
}

TEST(lab_expectation, a_further_finding_that_is_anything_is_refused) {
    EXPECT_THAT(expecting(std::string(kWhole) + ", also: [{}]"), HasSubstr("missing: dependency, cause"));
    EXPECT_THAT(expecting(std::string(kWhole) + ", also: [{dependency: search}]"),
                HasSubstr("missing: cause"));
    EXPECT_THAT(expecting(std::string(kWhole) + ", also: {dependency: search}"),
                HasSubstr("expected a list"));
    EXPECT_THAT(expecting(std::string(kWhole) + ", also: [{dependency: search, cause: http.server_error}]"),
                IsEmpty());
}

TEST(lab_expectation, a_dependency_is_one_that_the_tasks_probe) {
    EXPECT_THAT(expecting("verdict: promote, dependency: chache"), HasSubstr("did you mean 'cache'?"));
    EXPECT_THAT(expecting("verdict: promote, dependency: orders"),
                HasSubstr("they probe cache, database, payments, search"));
    EXPECT_THAT(expecting("verdict: promote, dependency: task"), IsEmpty());
    EXPECT_THAT(expecting("verdict: promote, dependency: [cache, chache]"),
                HasSubstr("did you mean 'cache'?"));
    EXPECT_THAT(expecting("verdict: promote, dependency: [cache]"), HasSubstr("two dependencies or more"));
    std::string complaints;
    parse(
        "about: a\nfaults:\n  - target: {dependency: mail, url: \"tcp://orders.internal:9000\"}\n"
        "expect: {verdict: promote, dependency: mail}\n",
        complaints);
    EXPECT_THAT(complaints, IsEmpty()) << "one that a fault adds";
}

TEST(lab_expectation, a_list_is_one_root_that_they_share) {
    std::string complaints;
    const auto scenario =
        parse("about: a\nexpect: {verdict: promote, dependency: [search, cache], cause: dns.timeout}\n",
              complaints);
    EXPECT_THAT(complaints, IsEmpty());
    EXPECT_THAT(scenario.expect.finding->dependencies, ElementsAre("cache", "search"));
    EXPECT_FALSE(scenario.expect.finding->texts.contains("dependency"));
}

TEST(lab_expectation, only_what_is_mended_can_have_held_meanwhile) {
    const std::string fault = "about: a\nfaults:\n  - drop: {to: cache}\n    at: 2\n";
    const std::string expect = "expect: {verdict: promote, meanwhile: hold}\n";
    std::string complaints;
    parse(fault + expect, complaints);
    EXPECT_THAT(complaints, HasSubstr("only where a fault has an 'until'"));
    EXPECT_TRUE(parse(fault + "    until: 5\n" + expect, complaints).expect.held_meanwhile);
    EXPECT_THAT(complaints, IsEmpty());
    EXPECT_THAT(expecting("verdict: promote, meanwhile: warn"), HasSubstr("meanwhile is one of hold"));
}

}  // namespace
}  // namespace plumb::lab

// How the laboratory reads its scenarios: what is wrong is told with its line before anything starts.
#include "tests/lab/net/scenario.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::lab {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kHold =
    "expect: {verdict: hold, category: drift, dependency: cache, layer: connect, cause: tcp.timeout}\n";

Scenario parse(const std::string& text, std::string* complaints = nullptr) {
    yaml::Complaints collected;
    collected.file = "s.yaml";
    auto scenario = parse_scenario("s", text, collected);
    if (complaints == nullptr) {
        EXPECT_TRUE(collected.empty()) << collected.joined();
    } else {
        *complaints = collected.joined();
    }
    return scenario;
}

std::string complaints_of(const std::string& text) {
    std::string complaints;
    parse(text, &complaints);
    return complaints;
}

TEST(lab_scenario, what_is_left_out_is_the_usual_world) {
    const auto scenario = parse(std::string("about: a\nfaults:\n  - drop: {to: cache}\n") + kHold);
    EXPECT_EQ(scenario.targets.size(), 4U);
    EXPECT_THAT(scenario.fleet.zones, ElementsAre("a", "b"));
    EXPECT_EQ(scenario.windows, 8);
    ASSERT_EQ(scenario.faults.size(), 1U);
    EXPECT_THAT(scenario.faults[0].sides, ElementsAre("production"));
    EXPECT_EQ(scenario.faults[0].at, 0);
    EXPECT_EQ(scenario.expect.finding->scope, Labels{}) << "a scope that is not named is everything";
}

TEST(lab_scenario, setup_is_on_both_sides_and_faults_on_production) {
    const auto scenario = parse(
        "about: a\nsetup:\n  - redis: {settings: [maxclients 9]}\nfaults:\n  - stop: {server: cache}\n"
        "    side: staging\n    at: 3\n    until: 5\nexpect: {verdict: promote}\n");
    EXPECT_THAT(scenario.setup.at(0).sides, ElementsAre("production", "staging"));
    EXPECT_THAT(scenario.faults.at(0).sides, ElementsAre("staging"));
    EXPECT_EQ(scenario.faults.at(0).until, 5);
    EXPECT_EQ(scenario.last_change(), 5);
    EXPECT_EQ(scenario.windows, 6) << "all of a decoy's are watched";
}

TEST(lab_scenario, only_the_servers_that_it_needs_are_started) {
    const auto scenario = parse("about: a\ndependencies: [pooler]\nexpect: {verdict: promote}\n");
    EXPECT_THAT(scenario.kinds(),
                ElementsAre(ServerKind::dnsmasq, ServerKind::postgres, ServerKind::pgbouncer));
}

TEST(lab_scenario, a_url_that_tasks_are_told_starts_its_server) {
    const auto scenario =
        parse(std::string("about: a\ndependencies: [cache]\nfaults:\n  - target: {dependency: cache, url: "
                          "\"http://assets.internal/\"}\n") +
              kHold);
    EXPECT_THAT(scenario.kinds(), ElementsAre(ServerKind::dnsmasq, ServerKind::redis, ServerKind::nginx));
}

TEST(lab_scenario, changes_of_the_setup_count_as_well) {
    const auto scenario =
        parse(std::string("about: a\nsetup:\n  - http: {of: search, status: 500}\n    until: 3\n"
                          "  - drop: {to: cache}\n    at: 7\nfaults:\n"
                          "  - stop: {server: cache}\n    at: 5\n") +
              kHold);
    EXPECT_EQ(scenario.last_change(), 7);
    EXPECT_EQ(scenario.first_change(), 3) << "until then both sides are alike";
    const auto unlike =
        parse(std::string("about: a\nsetup:\n  - http: {of: search, status: 500}\n    side: staging\n"
                          "faults:\n  - stop: {server: cache}\n    at: 5\n") +
              kHold);
    EXPECT_EQ(unlike.first_change(), 0);
    EXPECT_EQ(unlike.last_change(), 5);
}

TEST(lab_scenario, what_it_does_not_know_is_told_with_its_line) {
    EXPECT_THAT(complaints_of(std::string("about: a\nwindow: 3\n") + kHold), HasSubstr("s.yaml:2"));
    EXPECT_THAT(complaints_of(std::string("about: a\nfaults:\n  - dropp: {to: cache}\n") + kHold),
                HasSubstr("s.yaml:3: unknown key 'dropp'; did you mean 'drop'?"));
    EXPECT_THAT(complaints_of(std::string("about: a\nfaults:\n  - drop: {too: cache}\n") + kHold),
                HasSubstr("s.yaml:3: unknown key 'too'"));
    EXPECT_THAT(complaints_of(std::string("about: a\nfaults:\n  - drop: {to: cash}\n") + kHold),
                HasSubstr("no server 'cash'"));
    EXPECT_THAT(complaints_of("about: a\nexpect: {verdict: hold, dependancy: cache}\n"),
                HasSubstr("did you mean 'dependency'?"));
    EXPECT_THAT(complaints_of("about: a\ndependencies: [mail]\nexpect: {verdict: promote}\n"),
                HasSubstr("no server 'mail'"));
}

TEST(lab_scenario, an_entry_is_one_injection_with_its_options) {
    EXPECT_THAT(
        complaints_of(std::string("about: a\nfaults:\n  - drop: {to: cache}\n    stop: {server: cache}\n") +
                      kHold),
        HasSubstr("one injector an entry"));
    EXPECT_THAT(complaints_of(std::string("about: a\nfaults:\n  - at: 3\n") + kHold),
                HasSubstr("expected an injector"));
    EXPECT_THAT(complaints_of(std::string("about: a\nfaults:\n  - drop:\n") + kHold),
                HasSubstr("has options"));
}

TEST(lab_scenario, what_cannot_happen_later_or_end_earlier_is_refused) {
    EXPECT_THAT(
        complaints_of(std::string("about: a\nfaults:\n  - drop: {to: cache}\n    at: 5\n    until: 4\n") +
                      kHold),
        HasSubstr("until comes after at"));
    EXPECT_THAT(
        complaints_of(std::string("about: a\nfaults:\n  - target: {dependency: cache}\n    at: 2\n") + kHold),
        HasSubstr("has no 'at'"));
}

TEST(lab_scenario, what_cannot_be_undone_has_no_end) {
    for (const char* lasting :
         {"target: {dependency: cache}", "environment: {set: {A: b}}", "labels: {set: {zone: b}}",
          "cpu: {percent: 9}", "join: {each: 1}", "redeploy: {revision: 42}", "restart: {from: {zone: a}}",
          "vanish: {from: {zone: a}}", "memory: {use: 90}", "descriptors: {use: 9}", "oom: {}",
          "app: {port: 81}", "pool: {to: cache}", "leak: {to: cache}",
          "file: {path: /etc/os-release, text: a}", "kernel: {name: net.core.somaxconn, value: 9}"}) {
        EXPECT_THAT(
            complaints_of(std::string("about: a\nfaults:\n  - ") + lasting + "\n    until: 4\n" + kHold),
            HasSubstr("s.yaml:4: " + std::string(lasting).substr(0, std::string(lasting).find(':')) +
                      " cannot be undone"));
    }
    parse(std::string("about: a\nfaults:\n  - http: {of: search, status: 500}\n    until: 4\n") + kHold);
}

TEST(lab_scenario, a_scope_alone_is_an_expectation) {
    const auto scenario = parse("about: a\nexpect: {verdict: promote, scope: {zone: b}}\n");
    ASSERT_TRUE(scenario.expect.finding);
    EXPECT_EQ(scenario.expect.finding->scope, (Labels{{"zone", "b"}}));
}

TEST(lab_scenario, a_policy_that_the_gate_refuses_is_refused_before_anything_starts) {
    EXPECT_THAT(complaints_of(std::string("about: a\npolicy: |\n  hold_no: [latency]\n") + kHold),
                testing::AllOf(HasSubstr("s.yaml:2: "), HasSubstr("unknown key 'hold_no'")));
}

TEST(lab_scenario, zones_are_distinct) {
    EXPECT_THAT(complaints_of(std::string("about: a\nfleet: {zones: [a, a]}\n") + kHold),
                HasSubstr("distinct"));
}

TEST(lab_scenario, it_says_what_happens_and_what_must_be_answered) {
    EXPECT_THAT(complaints_of("expect: {verdict: promote}\n"), HasSubstr("about says"));
    EXPECT_THAT(complaints_of("about: a\n"), HasSubstr("expect says"));
    EXPECT_THAT(complaints_of("about: a\nexpect: {verdict: hold}\n"), HasSubstr("a hold names"));
    EXPECT_THAT(complaints_of("about: a\nexpect: {verdict: maybe}\n"),
                HasSubstr("promote, hold, insufficient"));
}

}  // namespace
}  // namespace plumb::lab

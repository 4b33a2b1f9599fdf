// How the laboratory reads its scenarios: what is wrong is told with its line before anything starts.
#include "tests/lab/net/catalogue.hpp"
#include "tests/support/temp_dir.hpp"

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::lab {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

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

TEST(lab_scenario, it_says_what_happens_and_what_must_be_answered) {
    EXPECT_THAT(complaints_of("expect: {verdict: promote}\n"), HasSubstr("about says"));
    EXPECT_THAT(complaints_of("about: a\n"), HasSubstr("expect says"));
    EXPECT_THAT(complaints_of("about: a\nexpect: {verdict: hold}\n"), HasSubstr("a hold names"));
    EXPECT_THAT(complaints_of("about: a\nexpect: {verdict: maybe}\n"),
                HasSubstr("promote, hold, insufficient"));
}

TEST(lab_catalogue, every_scenario_of_ours_can_be_read) {
    const char* source = std::getenv("PLUMB_SOURCE_DIR");
    ASSERT_NE(source, nullptr);
    const auto catalogue = read_catalogue(std::string(source) + "/tests/lab/net/scenarios");
    EXPECT_THAT(catalogue.complaints, IsEmpty());
    EXPECT_GE(catalogue.scenarios.size(), 40U);
    const auto quick = choose(catalogue, {}, true);
    ASSERT_TRUE(quick);
    EXPECT_GE(quick->size(), 3U);
    EXPECT_FALSE(choose(catalogue, {"no-such"}, false));
}

TEST(lab_catalogue, an_empty_folder_is_no_catalogue) {
    const test::TempDir folder;
    EXPECT_THAT(read_catalogue(folder.path().string()).complaints, ElementsAre(HasSubstr("no scenario")));
    EXPECT_THAT(read_catalogue(folder.file("missing")).complaints, ElementsAre(HasSubstr("no scenario")));
}

}  // namespace
}  // namespace plumb::lab

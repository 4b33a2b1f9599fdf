// Options of injectors that contradict each other, or would do nothing, are refused; what several injections
// say of one thing adds up.
#include "tests/lab/net/scenario.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::lab {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Scenario read(const std::vector<std::string>& entries, std::string& complaints) {
    std::string text = "about: a\ndependencies: [search, payments]\nfaults:\n";
    for (const auto& entry : entries)
        text += "  - " + entry + "\n";
    yaml::Complaints collected;
    collected.file = "s.yaml";
    auto scenario = parse_scenario("s", text + "expect: {verdict: promote}\n", collected);
    complaints = collected.joined();
    return scenario;
}

std::string complaints_of(const std::string& entry) {
    std::string complaints;
    read({entry}, complaints);
    return complaints;
}

SitePlan site_after(const std::string& site, const std::vector<std::string>& entries) {
    std::string complaints;
    const auto scenario = read(entries, complaints);
    EXPECT_THAT(complaints, IsEmpty());
    auto plan = plain_plan("production", scenario.fleet, scenario.targets);
    for (const auto& one : scenario.faults)
        one.effect.plan(plan);
    return plan.sites.at(site);
}

TEST(lab_dns, an_answer_and_an_address_contradict_each_other) {
    EXPECT_THAT(complaints_of("dns: {name: search, answer: nxdomain, aliases: 2}"),
                HasSubstr("either an answer"));
    EXPECT_THAT(complaints_of("dns: {name: search, answer: silent, addresses: [10.2.0.20]}"),
                HasSubstr("either an answer"));
    EXPECT_THAT(complaints_of("dns: {name: search}"), HasSubstr("either an answer"));
    EXPECT_THAT(complaints_of("dns: {name: search, aliases: 2, addresses: [10.2.0.20]}"), IsEmpty());
}

TEST(lab_dns, an_address_is_one) {
    for (const char* bad : {"not-an-address", "10.2.0.300", "search.internal", "10.2.0"})
        EXPECT_THAT(complaints_of(std::string("dns: {name: search, addresses: [") + bad + "]}"),
                    HasSubstr("is no address"))
            << bad;
    EXPECT_THAT(complaints_of("dns: {name: search, addresses: [\"fd00::1\"]}"), IsEmpty());
}

TEST(lab_http, a_delay_is_one_that_a_task_can_wait_for) {
    for (const char* bad : {"2s", "5s", "0s", "100us"})
        EXPECT_THAT(complaints_of(std::string("http: {of: search, delay: ") + bad + "}"),
                    HasSubstr("from 1ms to less than 2s"))
            << bad;
    EXPECT_THAT(complaints_of("http: {of: search, delay: 1999ms}"), IsEmpty());
    EXPECT_THAT(complaints_of("http: {of: search, upstream: silent, delay: 5ms}"),
                HasSubstr("only of an answering upstream"));
}

TEST(lab_http, nginx_answers_itself_or_passes_on) {
    EXPECT_THAT(complaints_of("http: {of: search, status: 500, upstream: silent}"),
                HasSubstr("either a status"));
    EXPECT_THAT(complaints_of("http: {of: search, status: 500, limit: 1r/s}"), HasSubstr("either a status"));
    EXPECT_THAT(complaints_of("http: {of: search, status: 500, answer: \"return 404;\"}"),
                HasSubstr("status or answer"));
    EXPECT_THAT(complaints_of("http: {of: search}"), HasSubstr("http needs"));
}

TEST(lab_http, what_a_later_one_does_not_name_stays) {
    const auto slow =
        site_after("search", {"http: {of: search, delay: 500ms}", "http: {of: search, limit: 9r/s}"});
    EXPECT_EQ(slow.upstream, "answering");
    EXPECT_EQ(slow.upstream_delay, std::chrono::milliseconds(500));
    EXPECT_EQ(slow.limit, "9r/s");
    const auto broken =
        site_after("search", {"http: {of: search, upstream: silent}", "http: {of: search, status: 503}"});
    EXPECT_EQ(broken.upstream, "") << "or the status would never be seen";
    EXPECT_EQ(broken.answer, "return 503;");
}

TEST(lab_http, of_two_limits_the_later_counts) {
    EXPECT_EQ(
        site_after("search", {"http: {of: search, limit: 100r/s}", "http: {of: search, limit: 1r/s}"}).limit,
        "1r/s");
}

TEST(lab_tls, of_two_choices_of_versions_the_later_counts) {
    EXPECT_THAT(site_after("payments", {"tls: {of: payments, versions: [TLSv1.2]}",
                                        "tls: {of: payments, versions: [TLSv1.3]}"})
                    .versions,
                ElementsAre("TLSv1.3"));
}

TEST(lab_plan, a_task_stays_where_it_is_whatever_it_reports) {
    std::string complaints;
    const auto scenario = read({"labels: {set: {zone: 1a}}"}, complaints);
    EXPECT_THAT(complaints, IsEmpty());
    auto plan = plain_plan("production", scenario.fleet, scenario.targets);
    scenario.faults.at(0).effect.plan(plan);
    EXPECT_EQ(plan.tasks.at(0).labels.at("zone"), "1a");
    EXPECT_EQ(plan.tasks.at(0).zone, "a");
    EXPECT_THROW(make_task(plan, "a", 245, {}), std::runtime_error) << "no address is left";
}

}  // namespace
}  // namespace plumb::lab

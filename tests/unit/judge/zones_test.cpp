// Zones that differ by themselves: neither more tasks in a poor one nor a value that follows it is a fault.
#include "tests/unit/judge/fleet.hpp"

#include <gtest/gtest.h>

namespace plumb::judge::test {
namespace {

// Zone b fails in one run of ten on both sides alike; most of one side lies in it, and little of the other.
Fleet in_zones(Fleet fleet, int in_b, const std::function<void(Window&)>& there) {
    fleet.tasks(24).windows(10).change([=](Window& window, int task, int) {
        window.labels["zone"] = task < in_b ? "b" : "a";
        if (task < in_b) there(window);
    });
    return fleet;
}

TEST(Zones, more_tasks_in_a_poor_zone_are_no_fault) {
    const auto poor = [](Window& window) { fail(window, "database", "query", "peer.timeout", 3); };
    const Report report = compare(in_zones(staging(), 4, poor), in_zones(production(), 20, poor));
    EXPECT_EQ(told(report), "");
    EXPECT_EQ(report.verdict, Verdict::promote);
}

TEST(Zones, one_that_the_baseline_does_not_know_is_compared_with_all_of_it) {
    const auto poor = [](Window& window) { fail(window, "database", "query", "peer.timeout", 9); };
    Fleet after = in_zones(production(), 2, poor);
    after.change([&](Window& window, int task, int) {
        if (task < 2) return;
        window.labels["zone"] = "d";
        poor(window);
    });
    EXPECT_NE(compare(in_zones(staging(), 8, poor), after).verdict, Verdict::promote);
}

TEST(Zones, a_fault_beside_a_poor_zone_is_found) {
    const auto poor = [](Window& window) { fail(window, "database", "query", "peer.timeout", 3); };
    const auto worse = [](Window& window) { fail(window, "database", "query", "peer.timeout", 9); };
    const Report report = compare(in_zones(staging(), 4, poor), in_zones(production(), 20, worse));
    EXPECT_EQ(told(report), "database request peer.timeout failures critical\n");
}

TEST(Zones, a_fact_that_follows_the_zone_is_no_drift) {
    const auto other = [](Window& window) { set_fact(window, "database", "postgres.timezone", "CET"); };
    EXPECT_EQ(told(compare(in_zones(staging(), 4, other), in_zones(production(), 20, other))), "");
    EXPECT_EQ(told(compare(in_zones(staging(), 0, other), in_zones(production(), 20, other))),
              "database server fact.differs fact:postgres.timezone critical\n");
}

TEST(Zones, disturbed_runs_of_a_zone_are_not_the_candidates) {
    const auto late = [](Window& window) { dependency(window, "database").suspect = 10; };
    EXPECT_EQ(told(compare(in_zones(staging(), 4, late), in_zones(production(), 20, late))), "");
}

// Tasks of one environment in one zone, as a selector of a zone has them.
Fleet of_zone(const std::string& zone, double ms, const std::string& environment = "production") {
    Spec spec;
    spec.phases = {{"connect", 2.0}, {"query", ms}};
    Fleet fleet(environment + zone);
    fleet.seed(zone == "az1" ? 1 : 2).tasks(4).windows(5).with(spec);
    return fleet.change([=](Window& window, int, int) {
        window.labels["environment"] = environment;
        window.labels["zone"] = zone;
    });
}

TEST(Zones, one_against_another_on_purpose_may_hold_on_latency) {
    Policy strict;
    strict.hold_on.latency = true;
    const Report asked = compare(of_zone("az1", 5), of_zone("az2", 15), strict);
    EXPECT_EQ(asked.verdict, Verdict::hold);
    EXPECT_EQ(compare(of_zone("az1", 5), of_zone("az2", 5), strict).verdict, Verdict::promote);
    // Two environments that happen to lie in two zones: what is slower there may be the place.
    const Report happens = compare(of_zone("az1", 5, "staging"), of_zone("az2", 15), strict);
    EXPECT_EQ(happens.verdict, Verdict::promote);
    EXPECT_EQ(happens.findings.size(), 1U) << "it warns";
    const auto named = [](Cohort cohort, const char* selector) {
        cohort.name = selector;
        return cohort;
    };
    EXPECT_EQ(judge(named(of_zone("az1", 5, "staging").cohort(), "environment=staging,zone=az1"),
                    named(of_zone("az2", 15).cohort(), "environment=production,zone=az2"), strict, noon())
                  .verdict,
              Verdict::hold);
}

}  // namespace
}  // namespace plumb::judge::test

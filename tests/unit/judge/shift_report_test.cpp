// What a whole report says of a shift: whose share it is, and whether a queue stands behind it. And which
// tests are corrected together.
#include "tests/unit/judge/fleet.hpp"

#include <cmath>
#include <set>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::judge::test {
namespace {

using ::testing::HasSubstr;

Sketch all(double ms) {
    Sketch sketch;
    sketch.add(std::chrono::nanoseconds(std::llround(ms * 1e6)), 30);
    return sketch;
}

// Use swings from window to window, and `of` makes query and round trip of it.
Fleet swinging(const std::string& environment, double (*query_ms)(double used),
               double (*rtt_ms)(double used)) {
    Spec spec;
    spec.phases = {{"resolve", 1.0}, {"connect", 1.0}, {"query", 5.0}};
    Fleet fleet = Fleet(environment).tasks(4).windows(16).with(spec);
    fleet.change([=](Window& window, int task, int number) {
        const double used = 40 + 10 * (number % 5);
        WindowDependency& of = dependency(window, "database");
        of.gauges = {gauge("postgres.connections", used, 200)};
        of.rtt = all(rtt_ms(used));
        for (WindowPhase& phase : of.phases) {
            if (phase.name == "query") phase.clean = all(query_ms(used) * (1 + 0.01 * task));
        }
    });
    return fleet;
}

Fleet calm() {
    return swinging(
        "staging", [](double) { return 4.0; }, [](double) { return 0.5; });
}

double queued(double used) {
    return 1 + 800 / (100 - used);
}

TEST(ShiftReport, a_queue_at_the_server_is_told_as_saturation_with_its_gauge) {
    const Report report = compare(calm(), swinging("production", queued, [](double) { return 0.5; }));
    ASSERT_EQ(told(report), "database server latency.server latency:query:p90 warning\n");
    const Finding& finding = report.findings[0];
    EXPECT_EQ(finding.category, Category::saturation);
    EXPECT_THAT(finding.reason, HasSubstr("Its share grows with postgres.connections while"));
    const auto& queue = finding.evidence.at("queueing").as_object();
    EXPECT_EQ(queue.at("gauge").as_string(), "postgres.connections");
    EXPECT_EQ(queue.at("tasks").to_number<int>(), 4);
    EXPECT_GT(queue.at("busy_ms").to_number<double>(), queue.at("calm_ms").to_number<double>());
    EXPECT_EQ(queue.at("rtt_rise_ms").to_number<double>(), 0);
    EXPECT_TRUE(finding.evidence.contains("ratio")) << "beside what the shift itself says";
}

TEST(ShiftReport, a_path_that_is_longer_is_no_queue_though_use_swings_alike) {
    const Report report =
        compare(calm(), swinging(
                            "production", [](double used) { return 4 + queued(used); }, queued));
    ASSERT_EQ(told(report), "database request latency.network latency:query:p90 warning\n");
    EXPECT_EQ(report.findings[0].category, Category::drift);
    EXPECT_FALSE(report.findings[0].evidence.contains("queueing"));
}

// The server's part of the query stays at 4 ms and the path's rises, or the other way round.
const boost::json::object& evidence_of(const Report& report) {
    EXPECT_EQ(report.findings.size(), 1U) << told(report);
    return report.findings.at(0).evidence;
}

Fleet steady(const std::string& environment, double query_ms, double rtt_ms) {
    Spec spec;
    spec.phases = {{"resolve", 1.0}, {"query", query_ms}};
    spec.rtt_ms = rtt_ms;
    return Fleet(environment).tasks(8).windows(8).with(spec);
}

TEST(ShiftReport, shares_of_path_and_server_are_told_with_their_interval) {
    struct Case {
        double query_ms;
        double rtt_ms;
        double share;
    };
    // From 5 ms with a round trip of 2 ms, of which two fit into a query.
    for (const Case& each : {Case{15, 7, 1.0}, Case{15, 2, 0.0}, Case{25, 7, 0.5}}) {
        const Report report =
            compare(steady("staging", 5, 2), steady("production", each.query_ms, each.rtt_ms));
        const auto& evidence = evidence_of(report);
        const double share = evidence.at("network_share").as_double();
        const auto& interval = evidence.at("network_share_interval").as_array();
        EXPECT_NEAR(share, each.share, 0.12) << each.query_ms;
        EXPECT_NEAR(evidence.at("server_share").to_number<double>(), 1 - share, 0.002);
        EXPECT_LE(interval.at(0).to_number<double>(), share);
        EXPECT_GE(interval.at(1).to_number<double>(), share);
        EXPECT_LT(interval.at(1).to_number<double>() - interval.at(0).to_number<double>(), 0.35)
            << "eight tasks a side";
        EXPECT_NEAR(evidence.at("rtt_ms").at("candidate").to_number<double>(), each.rtt_ms,
                    0.1 * each.rtt_ms);
    }
}

// Forty dependencies beside `database`, as slow as told.
Fleet crowd(const std::string& environment, double database_ms, double others_ms) {
    Spec own;
    own.phases = {{"query", database_ms}};
    Fleet fleet = Fleet(environment).tasks(4).windows(5).with(own);
    for (int i = 0; i < 40; ++i) {
        Spec other;
        other.name = fmt::format("other-{:02}", i);
        other.phases = {{"query", others_ms}};
        fleet.with(other);
    }
    return fleet;
}

std::string severity_of(const Report& report, const std::string& dependency) {
    for (const Finding& each : report.findings) {
        if (each.dependency == dependency) return std::string(to_string(each.severity));
    }
    return "quiet";
}

TEST(ShiftReport, what_may_not_hold_neither_hides_nor_lifts_what_may) {
    Policy policy;
    policy.hold_on.latency = true;
    policy.critical = {"database"};
    const auto judged = [&](double database_ms, double others_ms) {
        return compare(crowd("staging", 5, 5), crowd("production", database_ms, others_ms), policy);
    };
    // Forty quiet ones would make the correction forty times as strict.
    const Report hidden = judged(7.2, 5);
    EXPECT_EQ(severity_of(hidden, "database"), "critical");
    // Forty slow ones would make it as lenient as if nothing were quiet.
    const Report lifted = judged(5.6, 20);
    EXPECT_EQ(severity_of(lifted, "database"), "quiet");
    EXPECT_EQ(severity_of(lifted, "other-00"), "warning");
    EXPECT_EQ(lifted.verdict, Verdict::promote);
}

TEST(ShiftReport, pairs_that_could_not_be_tested_are_explained_too) {
    const auto subjects = [](int tasks) {
        Look look(noon());
        look.explain = true;
        std::set<std::string> found;
        for (const Comparison& each :
             judge(staging().tasks(tasks).cohort(), production().tasks(tasks).cohort(), {}, look)
                 .comparisons) {
            EXPECT_NE(each.why, "");
            found.insert(each.subject);
        }
        return found;
    };
    const auto one = subjects(1);
    for (const char* subject : {"latency:connect", "latency:query", "latency:retransmissions"})
        EXPECT_TRUE(one.contains(subject)) << subject;
    const auto several = subjects(3);
    EXPECT_TRUE(several.contains("latency:query:p50"));
    EXPECT_TRUE(several.contains("latency:query:slow_mode")) << "looked at and found alike";
}

// Zone b is twice as far. `in_b` of eight tasks lie in it.
Fleet of_zones(const std::string& environment, int in_b, double factor) {
    Fleet fleet = Fleet(environment).tasks(8).windows(8).with({}).seed(environment == "staging" ? 1 : 2);
    fleet.change([=](Window& window, int task, int) {
        window.labels["zone"] = task < in_b ? "b" : "a";
        for (WindowPhase& phase : dependency(window, "database").phases) {
            Sketch farther;
            for (const auto& [bucket, count] : phase.clean.buckets()) {
                const double ns = Sketch::upper_bound(bucket) * factor * (task < in_b ? 2 : 1);
                farther.add(std::chrono::nanoseconds(std::llround(ns)), count);
            }
            phase.clean = farther;
        }
    });
    return fleet;
}

TEST(ShiftReport, what_the_zones_thrown_together_say_is_told_beside_where_it_differs) {
    const auto pooled = [](int in_b_before, int in_b_after) {
        const Report report =
            compare(of_zones("staging", in_b_before, 1), of_zones("production", in_b_after, 2));
        const auto& evidence = report.findings.at(0).evidence;
        EXPECT_NEAR(evidence.at("ratio").at("value").as_double(), 2, 0.3);
        const auto* ratio = evidence.if_contains("pooled_ratio");
        return ratio == nullptr ? 0 : ratio->as_double();
    };
    EXPECT_GT(pooled(2, 6), 2.4) << "more of the candidate is far";
    EXPECT_LT(pooled(6, 2), 1.7) << "and less of it";
    EXPECT_EQ(pooled(4, 4), 0) << "alike";
}

}  // namespace
}  // namespace plumb::judge::test

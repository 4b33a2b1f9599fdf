// A pipeline that cries wolf is switched off: gates between fleets drawn from one distribution must not hold,
// even when latency may. And garbage, whatever its counters say, must neither crash nor promote what fails.
#include "controller/judge/finding/finding_json.hpp"
#include "tests/unit/judge/fleet.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::judge::test {
namespace {

// One world that both sides are drawn from: zones of unequal speed, a base rate of failures that differs from
// task to task, servers behind a balancer with unequal settings, a load that swings.
struct World {
    std::uint64_t seed = 0;
    int windows = 5;
    double failure_rate = 0;
    double task_spread = 0;  // of the failure rate
    double far_zone = 1;     // factor of zone az2
    double mixed_fact = 0;   // share of tasks that see the other server
    double load = 0.5;
};

World draw(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    const auto uniform = [&](double low, double high) {
        return std::uniform_real_distribution<double>(low, high)(random);
    };
    World world;
    world.seed = seed;
    world.windows = static_cast<int>(uniform(3, 12));
    world.failure_rate = seed % 3 == 0 ? 0 : uniform(0, 0.05);
    world.task_spread = uniform(0, 1.5);
    world.far_zone = uniform(1, 3);
    world.mixed_fact = seed % 2 == 0 ? 0 : uniform(0.1, 0.9);
    world.load = uniform(0.2, 0.75);
    return world;
}

Fleet fleet_of(const World& world, const std::string& environment, int tasks) {
    Fleet fleet(environment);
    fleet.seed(world.seed).tasks(tasks).windows(world.windows);
    for (const char* name : {"database", "cache", "payments"}) {
        Spec spec;
        spec.name = name;
        spec.phases = {{"connect", 2.0}, {"query", 5.0}};
        spec.facts = {{"server", FactClass::must_match, "a"}, {"version", FactClass::ordered, "7.2"}};
        fleet.with(spec);
    }
    auto random = std::make_shared<std::mt19937_64>(world.seed * 31 + (environment == "staging" ? 1 : 2));
    auto rates = std::make_shared<std::vector<double>>();
    std::normal_distribution<double> spread(0, 1);
    for (int i = 0; i < tasks; ++i) {
        rates->push_back(std::min(0.5, world.failure_rate * std::exp(world.task_spread * spread(*random))));
    }
    fleet.change([=](Window& window, int task, int) {
        std::uniform_real_distribution<double> uniform(0, 1);
        for (WindowDependency& each : window.dependencies) {
            const std::string name = each.dependency;
            if (uniform(*random) < world.mixed_fact) set_fact(window, name, "server", "b");
            const double used = 1000 * std::min(0.78, world.load * (0.9 + 0.2 * uniform(*random)));
            each.gauges = {gauge("slots", used, 1000)};
            if (task % 3 == 2) {
                for (WindowPhase& phase : each.phases) {
                    Sketch slower;
                    for (const auto& [bucket, count] : phase.clean.buckets()) {
                        const double ns = Sketch::upper_bound(bucket) * world.far_zone;
                        slower.add(std::chrono::nanoseconds(std::llround(ns)), count);
                    }
                    phase.clean = slower;
                }
            }
            const auto failures = std::binomial_distribution<std::uint64_t>(
                each.runs, (*rates)[static_cast<std::size_t>(task)])(*random);
            if (failures > 0) fail(window, name, "query", "peer.timeout", failures);
        }
    });
    return fleet;
}

// The target is one false hold in a thousand gates; these worlds are harsher than most (every second one has
// servers behind a balancer whose settings differ by chance), so one in the five hundred is let pass.
TEST(SameFleets, five_hundred_gates_hold_once_at_most) {
    constexpr int kGates = 500;
    Policy strict;
    strict.hold_on.latency = true;
    int holds = 0;
    int unsure = 0;  // of two tasks one fails half of its runs, say
    int latency = 0;
    for (std::uint64_t seed = 1; seed <= kGates; ++seed) {
        const World world = draw(seed);
        const int before = 2 + static_cast<int>(seed % 5);
        const int after = 2 + static_cast<int>(seed % 7);
        const Report report =
            compare(fleet_of(world, "staging", before), fleet_of(world, "production", after), strict);
        unsure += report.verdict == Verdict::insufficient ? 1 : 0;
        holds += report.verdict == Verdict::hold ? 1 : 0;
        for (const Finding& each : report.findings)
            latency += each.subject.starts_with("latency") ? 1 : 0;
    }
    EXPECT_LE(holds, 1) << "of " << kGates;
    EXPECT_LE(unsure, 5) << "of " << kGates;
    EXPECT_EQ(latency, 0);
}

TEST(UnequalFleets, what_really_differs_is_found_among_the_same_noise) {
    int latency = 0;
    int failures = 0;
    constexpr int kGates = 40;
    for (std::uint64_t seed = 1; seed <= kGates; ++seed) {
        World world = draw(seed);
        world.windows = 8;
        world.failure_rate = 0.002;
        world.mixed_fact = 0;
        const Fleet before = fleet_of(world, "staging", 8);
        Fleet slow = fleet_of(world, "production", 8);
        slow.change([](Window& window, int, int) {
            for (WindowPhase& phase : dependency(window, "database").phases) {
                if (phase.name != "query") continue;
                Sketch doubled;
                for (const auto& [bucket, count] : phase.clean.buckets()) {
                    doubled.add(std::chrono::nanoseconds(std::llround(2 * Sketch::upper_bound(bucket))),
                                count);
                }
                phase.clean = doubled;
            }
        });
        latency += told(compare(before, slow)).find("latency:query") != std::string::npos ? 1 : 0;
        Fleet flaky = fleet_of(world, "production", 8);
        flaky.change([](Window& window, int, int) { fail(window, "cache", "query", "peer.reset", 5); });
        const Report report = compare(before, flaky);
        failures += told(report).find("cache request") != std::string::npos ? 1 : 0;
    }
    EXPECT_EQ(latency, kGates);
    EXPECT_GE(failures, kGates - 1);
}

// Windows whose every number is drawn from absurd values.
Window garbage(std::mt19937_64& random) {
    const auto pick = [&](std::initializer_list<std::uint64_t> values) {
        return *(values.begin() + std::uniform_int_distribution<std::size_t>(0, values.size() - 1)(random));
    };
    constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
    const auto count = [&] { return pick({0, 1, 7, 1000, kMost / 2, kMost}); };
    const auto amount = [&] {
        constexpr double kInfinite = std::numeric_limits<double>::infinity();
        const double values[] = {0, -1, 1e308, kInfinite, -kInfinite, std::nan(""), 50};
        return values[pick({0, 1, 2, 3, 4, 5, 6})];
    };
    Window window;
    window.agent = fmt::format("a{}", pick({1, 2, 3}));
    window.sequence = pick({0, 1, 2, 3, kMost});
    window.length = std::chrono::milliseconds(pick({0, 1, 30000}));
    window.task_age = std::chrono::seconds(pick({0, 5, 100000}));
    window.labels = {{"environment", pick({0, 1}) == 0 ? "x" : ""}, {"zone", ""}};
    for (const char* name : {"", "database", "cache"}) {
        WindowDependency each;
        each.dependency = name;
        each.kind = pick({0, 1}) == 0 ? "task" : "redis";
        each.runs = count();
        each.succeeded = count();
        each.phases.push_back({"connect", Layer::connect, count(), {}});
        each.phases.push_back({"", Layer::task, count(), {}});
        each.phases[0].clean.add(std::chrono::nanoseconds(-5), count());
        each.phases[0].clean.add(std::chrono::hours(1000), count());
        each.failures.push_back({"connect", "tcp.timeout", count()});
        each.failures.push_back({"nowhere", "", count()});
        each.facts.push_back({"f", FactClass::must_match, pick({0, 1}) == 0 ? "" : "b", count()});
        each.gauges.push_back({"g", amount(), amount(), amount(), amount(), true});
        each.addresses.push_back({"", count(), count()});
        window.dependencies.push_back(std::move(each));
    }
    return window;
}

void expect_finite(const boost::json::value& value) {
    if (const auto* object = value.if_object()) {
        for (const auto& pair : *object)
            expect_finite(pair.value());
    } else if (const auto* list = value.if_array()) {
        for (const auto& each : *list)
            expect_finite(each);
    } else if (const auto* number = value.if_double()) {
        EXPECT_TRUE(std::isfinite(*number));
    }
}

TEST(Garbage, is_judged_without_a_crash_and_without_a_number_that_is_none) {
    std::mt19937_64 random(11);
    for (int round = 0; round < 500; ++round) {
        CohortBuilder before("before");
        CohortBuilder after("after");
        for (int i = 0; i < 8; ++i) {
            before.add(garbage(random), noon() - std::chrono::seconds(i));
            after.add(garbage(random), noon() + std::chrono::seconds(i));
        }
        const Report report = judge(std::move(before).build(), std::move(after).build(), Policy{},
                                    noon() + std::chrono::seconds(9));
        for (const Finding& each : report.findings) {
            expect_finite(to_json(each));
            EXPECT_GE(each.confidence, 0);
            EXPECT_LE(each.confidence, 0.999);
        }
        expect_finite(report.coverage);
    }
}

TEST(Garbage, counters_that_overflow_do_not_hide_a_fault) {
    constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
    Fleet broken = production();
    broken.change([](Window& window, int, int) {
        WindowDependency& of = dependency(window, "database");
        of.runs = kMost;
        of.succeeded = 0;
        of.failures = {{"connect", "tcp.timeout", kMost}};
        for (WindowPhase& phase : of.phases)
            phase.reached = kMost;
    });
    EXPECT_EQ(compare(staging(), broken).verdict, Verdict::hold);
    Fleet more = production();
    more.change([](Window& window, int, int) {
        dependency(window, "database").failures = {{"connect", "x", kMost}};
    });
    EXPECT_NE(compare(staging(), more).verdict, Verdict::promote);
}

TEST(Garbage, a_window_from_the_far_future_makes_the_other_side_stale) {
    EXPECT_EQ(judge(staging().cohort(), production().ends(noon() + std::chrono::hours(9)).cohort(), {},
                    noon() + std::chrono::hours(9))
                  .verdict,
              Verdict::insufficient);
}

}  // namespace
}  // namespace plumb::judge::test

#include "model/accumulator.hpp"

#include "model/window_json.hpp"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

namespace plumb {
namespace {

using namespace std::chrono_literals;

Outcome success(std::string dependency = "database") {
    Outcome outcome;
    outcome.dependency = std::move(dependency);
    outcome.kind = "postgres";
    outcome.phases = {{phase::resolve, 300us}, {phase::connect, 1ms}, {phase::query, 2ms}};
    outcome.attempts = {{"10.0.1.7:5432", std::nullopt, 1ms}};
    outcome.fact("tls.version", FactClass::must_match, "TLSv1.3");
    outcome.gauge("postgres.connections", 87, 97, true);
    outcome.rtt = 400us;
    return outcome;
}

Outcome failure(Cause cause = Cause::tcp_timeout, std::string_view at = phase::connect) {
    Outcome outcome;
    outcome.dependency = "database";
    outcome.kind = "postgres";
    outcome.phases = {{phase::resolve, 300us}, {at, 2s}};
    outcome.failure = Failure{std::string(at), cause, "detail"};
    outcome.attempts = {{"10.0.1.7:5432", cause, 2s}};
    return outcome;
}

const WindowPhase& phase_of(const WindowDependency& dependency, std::string_view name) {
    const auto found = std::find_if(dependency.phases.begin(), dependency.phases.end(),
                                    [name](const WindowPhase& phase) { return phase.name == name; });
    if (found == dependency.phases.end()) throw std::runtime_error("no phase " + std::string(name));
    return *found;
}

WindowDependency window_of(const std::vector<Outcome>& outcomes) {
    WindowAccumulator accumulator;
    for (const Outcome& outcome : outcomes)
        accumulator.add(outcome);
    auto window = accumulator.take();
    if (window.size() != 1) throw std::runtime_error("not one dependency");
    return window[0];
}

std::string line_of(std::vector<WindowDependency> dependencies) {
    Window window;
    window.agent = "a";
    window.length = 30s;
    window.dependencies = std::move(dependencies);
    const auto checked = check_bounds(window);
    EXPECT_TRUE(checked) << checked.error().message;
    return to_json_line(window);
}

TEST(Accumulator, counts_runs_and_keeps_clean_durations) {
    const auto window = window_of({success(), success(), failure()});
    EXPECT_EQ(window.dependency, "database");
    EXPECT_EQ(window.kind, "postgres");
    EXPECT_EQ(window.runs, 3U);
    EXPECT_EQ(window.succeeded, 2U);
    EXPECT_EQ(window.rtt.count(), 2U);
    EXPECT_EQ(phase_of(window, "resolve").reached, 3U);
    EXPECT_EQ(phase_of(window, "resolve").layer, Layer::resolve);
    EXPECT_EQ(phase_of(window, "resolve").clean.count(), 2U) << "a failed run's durations are no latency";
    EXPECT_EQ(phase_of(window, "connect").reached, 3U);
    EXPECT_EQ(phase_of(window, "query").reached, 2U);
    EXPECT_EQ(phase_of(window, "query").layer, Layer::request);
    EXPECT_EQ(phase_of(window, "query").clean.sum_ns(), 4'000'000U);
    ASSERT_EQ(window.failures.size(), 1U);
    EXPECT_EQ(window.failures[0].phase, "connect");
    EXPECT_EQ(window.failures[0].cause, "tcp.timeout");
    EXPECT_EQ(window.failures[0].count, 1U);
}

TEST(Accumulator, phases_stand_in_the_order_of_the_run) {
    Outcome early = failure(Cause::dns_timeout, phase::resolve);
    early.phases = {{phase::resolve, 2s}};
    Outcome literal = success();  // an address needs no resolving
    literal.phases.erase(literal.phases.begin());
    for (const auto& outcomes :
         {std::vector{literal, early, success()}, std::vector{success(), literal, early}}) {
        const auto window = window_of(outcomes);
        ASSERT_EQ(window.phases.size(), 3U);
        EXPECT_EQ(window.phases[0].name, "resolve");
        EXPECT_EQ(window.phases[1].name, "connect");
        EXPECT_EQ(window.phases[2].name, "query");
    }
}

TEST(Accumulator, suspect_and_retransmitted_runs_count_but_are_no_latency) {
    Outcome suspect = success();
    suspect.suspect = true;
    Outcome lossy = success();
    lossy.retransmits = 2;
    const auto window = window_of({suspect, lossy, success()});
    EXPECT_EQ(window.runs, 3U);
    EXPECT_EQ(window.succeeded, 3U);
    EXPECT_EQ(window.suspect, 1U);
    EXPECT_EQ(window.retransmitted, 1U) << "a run, however often it sent again";
    EXPECT_EQ(phase_of(window, "connect").reached, 3U);
    EXPECT_EQ(phase_of(window, "connect").clean.count(), 1U);
}

TEST(Accumulator, a_cancelled_run_leaves_no_trace) {
    WindowAccumulator accumulator;
    accumulator.add(failure(Cause::local_cancelled));
    EXPECT_TRUE(accumulator.take().empty());
}

TEST(Accumulator, a_phase_that_fails_was_reached_even_if_no_time_was_taken) {
    Outcome outcome = failure(Cause::local_trust_store, phase::handshake);
    outcome.phases = {{phase::resolve, 300us}};
    const auto window = window_of({outcome});
    EXPECT_EQ(phase_of(window, "handshake").reached, 1U);
}

TEST(Accumulator, a_phase_that_stands_twice_is_one) {
    Outcome outcome = success();
    outcome.phases = {{phase::connect, 1ms}, {phase::query, 1ms}, {phase::connect, 2ms}};
    const auto window = window_of({outcome});
    EXPECT_EQ(phase_of(window, "connect").reached, 1U);
    EXPECT_EQ(phase_of(window, "connect").clean.sum_ns(), 3'000'000U);
}

TEST(Accumulator, every_address_tried_is_counted) {
    Outcome outcome = success();
    outcome.attempts = {{"10.0.1.8:5432", Cause::tcp_refused, 1ms}, {"10.0.1.7:5432", std::nullopt, 1ms}};
    const auto window = window_of({outcome, success()});
    ASSERT_EQ(window.addresses.size(), 2U);
    EXPECT_EQ(window.addresses[0].address, "10.0.1.7:5432");
    EXPECT_EQ(window.addresses[0].tried, 2U);
    EXPECT_EQ(window.addresses[0].failed, 0U);
    EXPECT_EQ(window.addresses[1].tried, 1U);
    EXPECT_EQ(window.addresses[1].failed, 1U);
}

TEST(Accumulator, facts_count_runs_for_each_value_and_failures_keep_theirs) {
    Outcome other = failure(Cause::tls_expired, phase::handshake);
    other.fact("tls.version", FactClass::must_match, "TLSv1.2");
    const auto window = window_of({success(), other, success()});
    ASSERT_EQ(window.facts.size(), 2U);
    EXPECT_EQ(window.facts[0].value, "TLSv1.2");
    EXPECT_EQ(window.facts[0].runs, 1U);
    EXPECT_EQ(window.facts[1].value, "TLSv1.3");
    EXPECT_EQ(window.facts[1].runs, 2U);
    EXPECT_EQ(window.facts[1].cls, FactClass::must_match);
}

TEST(Accumulator, gauges_keep_minimum_maximum_last_and_the_tightest_limit) {
    std::vector<Outcome> outcomes(3, success());
    outcomes[0].gauge("postgres.connections", 87, 97, true);
    outcomes[1].gauge("postgres.connections", -3, 90, true);
    outcomes[2].gauge("postgres.connections", 40, 97, false);
    const auto window = window_of(outcomes);
    ASSERT_EQ(window.gauges.size(), 1U);
    EXPECT_EQ(window.gauges[0].min, -3);
    EXPECT_EQ(window.gauges[0].max, 87);
    EXPECT_EQ(window.gauges[0].last, 40);
    EXPECT_EQ(window.gauges[0].limit, 90);
    EXPECT_TRUE(window.gauges[0].refuses_at_limit);
}

TEST(Accumulator, the_tasks_own_evidence_is_of_the_task_layer) {
    Outcome task;
    task.dependency = "task";
    task.kind = "task";
    task.phases = {{phase::inspect, 1ms}};
    EXPECT_EQ(window_of({task}).phases[0].layer, Layer::task);
}

TEST(Accumulator, declared_dependencies_stand_in_every_window) {
    WindowAccumulator accumulator;
    accumulator.declare("cache", "redis");
    accumulator.add(success());
    accumulator.skipped("cache", "redis", 3);
    auto first = accumulator.take();
    ASSERT_EQ(first.size(), 2U);
    EXPECT_EQ(first[0].dependency, "cache");
    EXPECT_EQ(first[0].runs, 0U);
    EXPECT_EQ(first[0].skipped, 3U);
    auto second = accumulator.take();
    ASSERT_EQ(second.size(), 1U);
    EXPECT_EQ(second[0].dependency, "cache");
    EXPECT_EQ(second[0].kind, "redis");
    EXPECT_EQ(second[0].skipped, 0U);
}

TEST(Accumulator, take_begins_the_next_window_empty) {
    WindowAccumulator accumulator;
    accumulator.declare("database", "postgres");
    accumulator.add(success());
    accumulator.take();
    accumulator.add(failure());
    const auto window = accumulator.take();
    ASSERT_EQ(window.size(), 1U);
    EXPECT_EQ(window[0].runs, 1U);
    EXPECT_EQ(window[0].succeeded, 0U);
    EXPECT_TRUE(window[0].facts.empty());
    EXPECT_EQ(window[0].rtt.count(), 0U);
}

// Outcomes that pass every bound, so that what is dropped is part of the comparison.
std::vector<Outcome> excessive_outcomes(std::mt19937_64& random) {
    static const std::vector<std::string> phases = [] {
        std::vector<std::string> names;
        for (int i = 0; i < 40; ++i)
            names.push_back("phase" + std::to_string(i));
        return names;
    }();
    std::vector<Outcome> outcomes;
    for (int i = 0; i < 600; ++i) {
        Outcome outcome = random() % 3 == 0 ? failure(static_cast<Cause>(random() % 60)) : success();
        if (outcome.failure && outcome.failure->cause == Cause::local_cancelled) continue;
        outcome.dependency = "dependency" + std::to_string(random() % 3);
        outcome.phases.push_back(
            {phases[random() % phases.size()], std::chrono::nanoseconds(random() % 1'000'000'000)});
        if (outcome.failure) outcome.failure->phase = phases[random() % phases.size()];
        outcome.attempts.push_back({"10.0.0." + std::to_string(random() % 90), std::nullopt, 1ms});
        for (int f = 0; f < 8; ++f) {
            outcome.fact("fact" + std::to_string(random() % 300), FactClass::ordered,
                         std::to_string(random() % 40));
        }
        outcome.gauges.clear();
        outcome.suspect = random() % 5 == 0;
        outcomes.push_back(std::move(outcome));
    }
    return outcomes;
}

TEST(Accumulator, the_same_outcomes_in_any_order_give_the_same_window_even_past_the_bounds) {
    std::mt19937_64 random(13);
    auto outcomes = excessive_outcomes(random);
    std::string expected;
    for (int round = 0; round < 8; ++round) {
        WindowAccumulator accumulator;
        for (const Outcome& outcome : outcomes)
            accumulator.add(outcome);
        const std::string line = line_of(accumulator.take());
        if (round == 0) expected = line;
        ASSERT_EQ(line, expected) << "round " << round;
        std::shuffle(outcomes.begin(), outcomes.end(), random);
    }
}

TEST(Accumulator, a_window_keeps_its_bounds_whatever_the_outcomes_hold) {
    WindowAccumulator accumulator;
    for (int i = 0; i < 3000; ++i) {
        Outcome outcome = success("dependency" + std::to_string(i % 400));
        outcome.attempts = {{std::string(5000, 'a') + std::to_string(i), std::nullopt, 1ms}};
        for (int f = 0; f < 10; ++f) {
            outcome.facts.push_back({"f" + std::to_string(i) + "." + std::to_string(f), FactClass::ordered,
                                     std::string(4000, 'v')});
            outcome.gauges.push_back({"g" + std::to_string(i) + "." + std::to_string(f), 1, 2, true});
        }
        accumulator.add(outcome);
    }
    const auto window = accumulator.take();
    EXPECT_EQ(window.size(), kMaxDependencies);
    const std::string line = line_of(window);  // check_bounds holds
    EXPECT_LT(line.size(), std::size_t{64} << 20U);
}

TEST(Accumulator, one_fact_that_changes_with_every_run_does_not_push_out_the_others) {
    WindowAccumulator accumulator;
    for (int i = 0; i < 2000; ++i) {
        Outcome outcome = success();
        outcome.fact("a.changing", FactClass::informational, std::to_string(i));
        accumulator.add(outcome);
    }
    const auto window = accumulator.take().at(0);
    EXPECT_EQ(window.facts.size(), kMaxFactValues + 1);
    EXPECT_EQ(window.facts.back().name, "tls.version");
    EXPECT_EQ(window.facts.back().runs, 2000U);
}

TEST(Accumulator, many_facts_with_many_values_each_keep_the_values_most_runs_saw) {
    WindowAccumulator accumulator;
    for (int i = 0; i < 40; ++i) {
        Outcome outcome;
        outcome.dependency = "d";
        outcome.kind = "k";
        for (int f = 0; f < 120; ++f) {
            outcome.fact("f" + std::to_string(f), FactClass::ordered,
                         i % 4 == 0 ? "rare" + std::to_string(i) : "usual");
        }
        accumulator.add(outcome);
    }
    const auto window = accumulator.take().at(0);
    EXPECT_LE(window.facts.size(), kMaxWindowFacts);
    const auto usual = std::count_if(window.facts.begin(), window.facts.end(), [](const WindowFact& fact) {
        return fact.value == "usual" && fact.runs == 30;
    });
    EXPECT_EQ(usual, 120);
}

}  // namespace
}  // namespace plumb

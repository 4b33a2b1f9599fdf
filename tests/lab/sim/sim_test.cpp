// The laboratory itself: its windows are real ones and show what was planted, the same seed gives the same
// bytes whatever the threads, and a short campaign finds every hard fault and holds nothing that does not
// differ.
#include "tests/lab/sim/generator.hpp"
#include "tests/lab/sim/print.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace plumb::lab {
namespace {

constexpr Fleet kFleet{4, 12};

Plan short_plan() {
    Plan plan;
    plan.aa_fleets = {kFleet, {2, 6}};
    plan.gates = 4;
    plan.rival_gates = 1;
    plan.dependencies = 25;
    plan.windows = 6;
    return plan;
}

Plan hard_faults() {
    Plan plan;
    plan.catalogue_fleets = {kFleet};
    plan.only = {"hard-"};
    plan.repeats = 1;
    plan.windows = 2;
    return plan;
}

void nobody(std::size_t, std::size_t) {}

// The middle of the tasks' medians of a phase, of one side.
double middle_ms(const World& world, bool candidate, const std::string& dependency,
                 const std::string& phase) {
    Generator generator(world);
    Sketch all;
    for (int window = 0; window < world.windows; ++window) {
        generator.play(window, [&](const Task& task, const Window& seen, judge::Time) {
            for (const WindowDependency& each : seen.dependencies) {
                for (const WindowPhase& one : each.phases) {
                    const bool wanted = each.dependency == dependency && one.name == phase;
                    if (wanted && task.candidate == candidate) all.merge(one.clean);
                }
            }
        });
    }
    return all.quantile(0.5) / 1e6;
}

TEST(Generator, makes_windows_that_a_controller_would_take) {
    for (const Scenario& scenario : catalogue()) {
        World world = calm_world(kFleet, 7);
        world.windows = 5;
        scenario.plant(world);
        Generator generator(world);
        std::size_t due = 0;  // each task reports from its first window to its last
        for (const Task& task : world.tasks)
            due += static_cast<std::size_t>(
                std::max(0, std::min(task.last, world.windows - 1) - task.first + 1));
        std::size_t windows = 0;
        for (int window = 0; window < world.windows; ++window) {
            generator.play(window, [&](const Task&, const Window& seen, judge::Time) {
                ++windows;
                const Result<void> sound = check_bounds(seen);
                ASSERT_TRUE(sound) << scenario.name << ": " << sound.error().message;
            });
        }
        EXPECT_EQ(windows, due) << scenario.name;
        EXPECT_GE(windows, 30U) << scenario.name;
    }
}

TEST(Generator, shows_a_slower_peer_by_its_factor_and_leaves_the_rest) {
    World calm = calm_world(kFleet, 3);
    calm.windows = 20;
    World slow = calm;
    Slowdown fault;
    fault.where.dependency = "search";
    fault.phase = "first_byte";
    fault.factor = 2;
    slow.slow.push_back(fault);
    const double before = middle_ms(calm, true, "search", "first_byte");
    EXPECT_NEAR(middle_ms(slow, true, "search", "first_byte") / before, 2, 0.15);
    EXPECT_DOUBLE_EQ(middle_ms(slow, true, "search", "connect"), middle_ms(calm, true, "search", "connect"));
    EXPECT_DOUBLE_EQ(middle_ms(slow, false, "search", "first_byte"),
                     middle_ms(calm, false, "search", "first_byte"));
}

TEST(Generator, fails_the_share_of_runs_that_was_planted_there_and_nowhere_else) {
    World world = calm_world(kFleet, 4);
    for (Dependency& each : world.dependencies)
        each.failure_rate = 0;
    Failing fault;
    fault.where.dependency = "mail";
    fault.where.labels = {{"zone", "az2"}};
    fault.phase = "connect";
    fault.cause = "tcp.timeout";
    fault.rate = 0.4;
    world.failing.push_back(fault);
    Generator generator(world);
    std::uint64_t there = 0;
    std::uint64_t runs = 0;
    for (int window = 0; window < world.windows; ++window) {
        generator.play(window, [&](const Task& task, const Window& seen, judge::Time) {
            const bool hit = task.candidate && task.labels.at("zone") == "az2";
            for (const WindowDependency& each : seen.dependencies) {
                const std::uint64_t failed = each.runs - each.succeeded;
                if (hit && each.dependency == "mail") {
                    there += failed;
                    runs += each.runs;
                } else {
                    EXPECT_EQ(failed, 0U) << each.dependency;
                }
            }
        });
    }
    EXPECT_NEAR(static_cast<double>(there) / static_cast<double>(runs), 0.4, 0.1);
}

TEST(Campaign, gives_the_same_bytes_for_the_same_seed_whatever_the_threads) {
    Plan plan = short_plan();
    plan.catalogue_fleets = {kFleet};
    plan.only = {"soft-15-search", "decoy-deploy"};
    plan.repeats = 2;
    plan.gates = 2;
    const std::string once = print(score(run(plan, nobody), plan), plan, Format::json);
    plan.threads = 3;
    EXPECT_EQ(print(score(run(plan, nobody), plan), plan, Format::json), once);
    plan.seed = 2;
    EXPECT_NE(print(score(run(plan, nobody), plan), plan, Format::json), once);
}

TEST(Campaign, holds_nothing_that_does_not_differ) {
    const Plan plan = short_plan();
    const Scores scores = score(run(plan, nobody), plan);
    ASSERT_EQ(scores.aa.size(), 2U);
    for (const AaScore& each : scores.aa) {
        EXPECT_EQ(each.holds.of, 4U);
        EXPECT_EQ(each.holds.hits, 0U) << print(scores, plan, Format::text);
    }
}

// Two tasks log in four times in a window, which is too few to say so.
TEST(Campaign, finds_every_hard_fault_after_one_window_or_two) {
    const Plan plan = hard_faults();
    const Results results = run(plan, nobody);
    EXPECT_GE(results.gates.size(), 40U);
    std::size_t late = 0;
    for (const Gate& gate : results.gates) {
        EXPECT_TRUE(gate.contest.ours.right && gate.contest.ours.first) << reproducer(gate, plan) << "\n"
                                                                        << gate.contest.ours.told;
        late += gate.contest.ours.windows > 1 ? 1U : 0U;
    }
    EXPECT_LE(20 * late, results.gates.size());
}

TEST(Campaign, holds_no_decoy_after_any_window) {
    Plan plan;
    plan.catalogue_fleets = {kFleet};
    plan.only = {"decoy-"};
    plan.repeats = 1;
    const Results results = run(plan, nobody);
    EXPECT_GE(results.gates.size(), 10U);
    for (const Gate& gate : results.gates) {
        const bool held = gate.contest.ours.ever_held && !gate.scenario->was_broken;
        EXPECT_TRUE(gate.contest.ours.right && !held) << reproducer(gate, plan) << "\n"
                                                      << gate.contest.ours.told;
    }
}

TEST(Campaign, chooses_a_scenario_by_its_whole_name_or_several_by_a_part) {
    Plan plan;
    plan.catalogue_fleets = {kFleet};
    plan.repeats = 1;
    plan.only = {"hard-"};
    const std::size_t all = planned(plan).gates.size();
    EXPECT_GE(all, 40U);
    for (const Scenario& each : catalogue()) {
        plan.only = {each.name};
        EXPECT_EQ(planned(plan).gates.size(), 1U) << each.name;
    }
}

TEST(Campaign, a_gate_is_shown_again_by_the_options_that_changed_its_world) {
    Plan plan;
    plan.seed = 7;
    const Gate gate{kFleet, 3, nullptr, {}};
    EXPECT_EQ(reproducer(gate, plan), "--aa-only --fleet 4x12 --seed 7 --gate 3");
    plan.windows = 6;
    plan.runs = 12;
    plan.log_ins = 0;
    plan.dependencies = 25;
    EXPECT_EQ(reproducer(gate, plan),
              "--aa-only --fleet 4x12 --seed 7 --gate 3 --windows 6 --runs 12 --log-ins 0 --dependencies 25");
}

TEST(Score, bounds_a_share_from_above_as_Clopper_and_Pearson_do) {
    EXPECT_NEAR(upper_bound({0, 3000}), 1 - std::pow(0.05, 1.0 / 3000), 1e-9);
    EXPECT_LT(upper_bound({0, 3000}), 0.001);
    EXPECT_GT(upper_bound({1, 3000}), 0.001);
    EXPECT_EQ(upper_bound({0, 0}), 1);
}

TEST(Score, what_was_never_found_is_no_short_time) {
    Windows windows;
    windows.add(2);
    EXPECT_EQ(in_words(windows), "median 2, 95th 2");
    windows.add(0);
    windows.add(3);
    EXPECT_EQ(in_words(windows), "median 3, 95th never");
}

TEST(Score, counts_what_was_not_found_as_missed) {
    Scores scores;
    scores.measures = {{"a", "", "", true}, {"b", "", "", std::nullopt}};
    EXPECT_FALSE(scores.missed());
    scores.measures.push_back({"c", "", "", false});
    EXPECT_TRUE(scores.missed());
}

// Two sides with `medians` and `failures` of ten runs, a window a task.
Observed observed(const std::vector<double>& before, const std::vector<double>& after,
                  std::uint64_t failures) {
    Observed out;
    for (const bool candidate : {false, true}) {
        for (const double ms : candidate ? after : before) {
            WindowDependency each;
            each.dependency = "database";
            WindowPhase phase{"query", Layer::request, 10, {}};
            phase.clean.add(std::chrono::nanoseconds(std::llround(ms * 1e6)), 10);
            each.phases.push_back(std::move(phase));
            if (candidate && failures > 0) each.failures.push_back({"query", "peer.timeout", failures});
            Window window;
            window.dependencies.push_back(std::move(each));
            out.add(candidate, window);
        }
    }
    return out;
}

TEST(Baselines, are_quiet_where_nothing_differs_and_hold_what_is_twice_as_slow) {
    const std::vector<double> usual{9, 10, 11, 10, 9.5, 10.5, 9.8, 10.2};
    std::vector<double> twice = usual;
    for (double& each : twice)
        each *= 2.2;
    for (const Call& call : baseline_calls(observed(usual, usual, 0)))
        EXPECT_FALSE(call.holds());
    const Observed slow = observed(usual, twice, 0);
    for (const Call& call : kayenta(slow, {1.0, 2.0})) {
        ASSERT_TRUE(call.holds());
        EXPECT_EQ(call.first->dependency, "database");
    }
    EXPECT_FALSE(kayenta(slow, {3.0}).front().holds());
    EXPECT_TRUE(fixed_thresholds(slow).holds());
    EXPECT_FALSE(pooled_fisher(slow).holds()) << "it sees failures only";
}

TEST(Baselines, hold_failures_of_one_side) {
    const std::vector<double> usual{9, 10, 11, 10, 9.5, 10.5, 9.8, 10.2};
    const Observed failing = observed(usual, usual, 3);
    EXPECT_TRUE(pooled_fisher(failing).holds());
    EXPECT_TRUE(fixed_thresholds(failing).holds());
    EXPECT_TRUE(kayenta(failing, {1.0}).front().holds());
}

}  // namespace
}  // namespace plumb::lab

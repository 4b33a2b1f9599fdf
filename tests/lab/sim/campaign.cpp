#include "tests/lab/sim/campaign.hpp"

#include "base/parallel.hpp"
#include "tests/lab/sim/random.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace plumb::lab {
namespace {

std::uint64_t gate_seed(const Plan& plan, const Gate& gate) {
    const std::string what = gate.scenario == nullptr ? "aa" : gate.scenario->name;
    return seed_of({plan.seed, seed_of(what), static_cast<std::uint64_t>(gate.fleet.baseline),
                    static_cast<std::uint64_t>(gate.fleet.candidate),
                    static_cast<std::uint64_t>(gate.number)});
}

// By a part of its name; the name of one is no part of another's.
bool chosen(const Scenario& scenario, const Plan& plan, const std::vector<Scenario>& all) {
    return plan.only.empty() || std::any_of(plan.only.begin(), plan.only.end(), [&](const std::string& part) {
               if (scenario.name == part) return true;
               const bool whole = std::any_of(all.begin(), all.end(),
                                              [&](const Scenario& each) { return each.name == part; });
               return !whole && scenario.name.find(part) != std::string::npos;
           });
}

void add_gates(const Plan& plan, const Fleet& fleet, const Scenario* scenario, int count,
               std::vector<Gate>& gates) {
    for (int number = 0; number < count; ++number) {
        if (!plan.repeat || *plan.repeat == number) gates.push_back({fleet, number, scenario, {}});
    }
}

World world_of(const Plan& plan, const Gate& gate) {
    const std::uint64_t seed = gate_seed(plan, gate);
    World world = gate.scenario == nullptr ? rough_world(gate.fleet, seed, plan.dependencies)
                                           : calm_world(gate.fleet, seed);
    world.windows = plan.windows;
    if (plan.runs > 0) world.runs = plan.runs;
    world.log_ins = plan.log_ins;
    if (gate.scenario != nullptr) gate.scenario->plant(world);
    return world;
}

void play(const Plan& plan, Gate& gate) {
    const World world = world_of(plan, gate);
    ContestOptions options;
    options.dump = plan.dump;
    options.every_window = gate.scenario != nullptr;
    options.rivals = gate.scenario != nullptr || gate.number < plan.rival_gates;
    Label calm;
    calm.verdict = judge::Verdict::promote;
    gate.contest = hold_contest(world, gate.scenario == nullptr ? calm : gate.scenario->label, options);
}

}  // namespace

Results planned(const Plan& plan) {
    Results results;
    results.scenarios = catalogue();
    for (const Fleet& fleet : plan.aa_fleets)
        add_gates(plan, fleet, nullptr, plan.gates, results.gates);
    for (const Fleet& fleet : plan.catalogue_fleets) {
        for (const Scenario& scenario : results.scenarios) {
            if (scenario.needs_tasks > fleet.candidate || !chosen(scenario, plan, results.scenarios))
                continue;
            add_gates(plan, fleet, &scenario, plan.repeats, results.gates);
        }
    }
    return results;
}

Results run(const Plan& plan, const Progress& progress) {
    Results results = planned(plan);
    in_parallel(
        results.gates.size(), plan.threads, [&](std::size_t i) { play(plan, results.gates[i]); },
        [&](std::size_t done) { progress(done, results.gates.size()); });
    return results;
}

std::string reproducer(const Gate& gate, const Plan& plan) {
    std::string out = gate.scenario == nullptr ? "--aa-only" : "--only " + gate.scenario->name;
    out += fmt::format(" --fleet {} --seed {} --gate {}", gate.fleet.name(), plan.seed, gate.number);
    // What changes the world, where it is not the usual.
    const Plan usual;
    if (plan.windows != usual.windows) out += fmt::format(" --windows {}", plan.windows);
    if (plan.runs != usual.runs) out += fmt::format(" --runs {}", plan.runs);
    if (plan.log_ins != usual.log_ins) out += fmt::format(" --log-ins {}", plan.log_ins);
    if (gate.scenario == nullptr && plan.dependencies != usual.dependencies)
        out += fmt::format(" --dependencies {}", plan.dependencies);
    return out;
}

}  // namespace plumb::lab

// Many gates: A/A between fleets that do not differ, and the catalogue of faults, each with its numbers.
#pragma once

#include "tests/lab/sim/contest.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace plumb::lab {

struct Plan {
    std::vector<Fleet> aa_fleets;
    std::vector<Fleet> catalogue_fleets;
    std::uint64_t seed = 1;
    int gates = 100;         // A/A, of each fleet
    int rival_gates = 20;    // of them, those that the baselines see, too
    int dependencies = 250;  // of an A/A gate, four phases each
    int repeats = 5;         // of each scenario, each with its own chance
    int windows = 10;
    std::uint64_t runs = 0;  // of a dependency in a window; 0: as the world draws it
    std::uint64_t log_ins =
        2;  // of them, those that log in where a dependency wants that, as agents do; 0: all
    std::vector<std::string> only;  // parts of scenario names; empty: all
    std::optional<int> repeat;      // only this gate or repeat
    unsigned threads = 1;
    std::filesystem::path dump;  // only sensible with one gate
};

struct Gate {  // what happened in one
    Fleet fleet;
    int number = 0;                      // of the A/A gates, or of the repeats
    const Scenario* scenario = nullptr;  // none: A/A
    Contest contest;
};

struct Results {
    std::vector<Scenario> scenarios;
    std::vector<Gate> gates;  // in the order of the plan, whatever the threads did
};

using Progress = std::function<void(std::size_t done, std::size_t of)>;

Results planned(const Plan& plan);  // gates that were not played
Results run(const Plan& plan, const Progress& progress);

// The options with which plumb-lab-sim plays this gate alone.
std::string reproducer(const Gate& gate, const Plan& plan);

}  // namespace plumb::lab

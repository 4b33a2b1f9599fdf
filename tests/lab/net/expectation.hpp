// What the gate must say of a scenario, as its file tells it under `expect`. What would let a wrong answer
// pass is refused when it is read: a hold that names only half of its finding, a dependency that nobody
// probes, a word that the gate cannot say.
#pragma once

#include "base/strict_yaml.hpp"
#include "model/labels.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace plumb::lab {

struct ExpectedFinding {
    std::map<std::string, std::string> texts;  // category, severity, dependency, layer, cause, subject
    std::optional<Labels> scope;
    // Instead of one dependency: it blames any of these, and its evidence names them all and no other.
    std::set<std::string> dependencies{};
};

struct Expectation {
    std::string verdict;
    std::optional<ExpectedFinding> finding;  // the first one
    std::vector<ExpectedFinding> also;       // further critical ones that may stand beside it
    bool warnings = false;                   // a decoy may be warned of
    bool held_meanwhile = false;             // the gate must have held before the last change
    int after = 0;                           // windows that are left out: the gate cannot know yet
    std::optional<std::size_t> findings;     // so many exactly, warnings with them
};

// `probed`: the dependencies of the scenario's tasks.
Expectation read_expectation(const yaml::Reader& from, const std::set<std::string>& probed);

}  // namespace plumb::lab

// A scenario: two environments that are equal, what is then done to one of them, and what the gate must say
// of it. The format is documented in docs/laboratory.md.
#pragma once

#include "base/strict_yaml.hpp"
#include "tests/lab/net/expectation.hpp"
#include "tests/lab/net/injectors.hpp"
#include "tests/lab/net/plan.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace plumb::lab {

struct Injection {
    std::string name;  // of the injector
    int line = 0;      // of the file
    Effect effect;
    std::set<std::string> sides{"production"};
    int at = 0;                // windows after the start; 0: there before the first agent
    std::optional<int> until;  // mended then
};

struct Scenario {
    std::string name;  // of the file, without its extension
    std::string about;
    bool quick = false;
    std::map<std::string, std::string> targets;  // by dependency
    FleetSpec fleet;
    std::string policy;  // text of a policy file, or nothing
    std::vector<Injection> setup;
    std::vector<Injection> faults;
    Expectation expect;
    int windows = 8;  // after the last change; the answer must have come by then

    std::set<ServerKind> kinds() const;  // of servers that it needs
    // Windows after the start. Until the first change the sides are equal; 0: they never were.
    int first_change() const;
    int last_change() const;
};

// Complaints stand in `complaints`; the scenario is whole only when there are none.
Scenario parse_scenario(const std::string& name, const std::string& text, yaml::Complaints& complaints);

}  // namespace plumb::lab

// All scenarios of a folder.
#pragma once

#include "tests/lab/net/scenario.hpp"

#include <string>
#include <vector>

namespace plumb::lab {

struct Catalogue {
    std::vector<Scenario> scenarios;  // in the order of their names
    std::vector<std::string> complaints;
};

// Reads every *.yaml and *.yml file there; a folder without one is a complaint, too.
Catalogue read_catalogue(const std::string& folder);

// Those of these names (all, with none), and of them the quick ones if asked. An unknown name is an Error.
plumb::Result<std::vector<const Scenario*>> choose(const Catalogue& catalogue,
                                                   const std::vector<std::string>& names, bool quick);

}  // namespace plumb::lab

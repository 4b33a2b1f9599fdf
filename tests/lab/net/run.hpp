// One scenario from its first server to the gate's answer.
#pragma once

#include "tests/lab/net/fleet.hpp"
#include "tests/lab/net/scenario.hpp"

#include <string>

namespace plumb::lab {

struct Result {
    bool passed = false;
    bool broken = false;  // the laboratory itself failed: nothing was learned of the gate
    int windows = 0;      // after the last change, until the answer was right
    double seconds = 0;
    std::string words;  // what was found, or what was wrong
};

// REQUIRES: the calling thread is in a network of its own (link::enter_own_network) and its process has no
// other thread. Logs, configurations and every answer of the gate go to `folder`. Broken infrastructure
// is a result, too: an exception in words.
Result run_scenario(const Scenario& scenario, const Programs& programs, const std::string& folder);

}  // namespace plumb::lab

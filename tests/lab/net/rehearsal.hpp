// Goes through a scenario's changes in their order without a server or a wire: what cannot be done, and what
// would be done to nobody, is told when the file is read. A fault that nobody can see would make a decoy of
// its scenario, and a quiet one passes.
#pragma once

#include "tests/lab/net/scenario.hpp"

namespace plumb::lab {

// REQUIRES: a scenario that was read without complaint.
void rehearse(const Scenario& scenario, yaml::Complaints& complaints);

}  // namespace plumb::lab

// Where a phase stands: its layer, and its place in a run. One table for all kinds, so that the judge orders
// phases without knowing the kinds.
#pragma once

#include "model/phase.hpp"

#include <cstddef>
#include <string_view>

namespace plumb {

// As layer_of_phase, but that all that the kind `task` does is layer `task`, and all that `dns` does
// `resolve`.
Layer layer_of_phase(std::string_view phase, std::string_view kind);

// The lower one comes first, of any two phases that one kind has. What the table does not know comes last.
std::size_t place_of_phase(std::string_view phase);

}  // namespace plumb

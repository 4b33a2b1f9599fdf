// The phases of a run as lines: how long each took, which failed, and which were not reached. Pure.
#pragma once

#include "agent/check/table/page.hpp"
#include "model/outcome.hpp"
#include "probes/probe.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace plumb::agent {

// The phases that come after the failed one when all goes well, by the kind's catalog. What only some targets
// or runs have is left out, and TLS where the URL's scheme goes without. `connect_only`: no request was to
// follow.
std::vector<std::string_view> phases_ahead(const Outcome& outcome, std::span<const Kind> kinds,
                                           bool connect_only);

// On one line, "resolve 310 µs · connect 403 µs".
void write_phases(Page& page, const Outcome& outcome);
// A line a phase, with a bar of its share in the total.
void write_layers(Page& page, const Outcome& outcome, const std::vector<std::string_view>& ahead);
// Several runs: percentiles of each phase and of the total over those that were ok, and a histogram of the
// totals.
void write_spreads(Page& page, const std::vector<const Outcome*>& runs);

}  // namespace plumb::agent

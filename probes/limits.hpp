// Limits of single phases, as options that every kind takes: `limit.connect=500ms` in the query of its URL,
// or in the fragment where the query belongs to the server (http).
#pragma once

#include "base/result.hpp"
#include "probes/probe.hpp"

#include <string>
#include <vector>

namespace plumb {

inline constexpr std::string_view kLimitPrefix = "limit.";

// Takes the limits out of the URL of a target of this kind and adds them to those it has. Refuses a phase
// that the kind has not, a duration that is none, and a phase limited twice; the error names the option.
Result<void> take_limits(const Kind& kind, Target& target);

}  // namespace plumb

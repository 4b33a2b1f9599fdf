// What a server says of itself → gauges. Pure.
#pragma once

#include "model/outcome.hpp"
#include "probes/memcached/answer.hpp"
#include "probes/rates.hpp"

namespace plumb::memcached {

// Rates come from what `rates` saw before of the same process: outcome.address, its pid and its
// start.
void describe(const Statistics& statistics, Rates& rates, Clock::time_point now, Outcome& outcome);

}  // namespace plumb::memcached

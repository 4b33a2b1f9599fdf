// What a server says of itself → facts and gauges of probes/redis/facts.hpp. Pure; every value is sanitized
// by the outcome.
#pragma once

#include "model/outcome.hpp"
#include "probes/rates.hpp"
#include "probes/redis/info.hpp"

namespace plumb::redis {

// INFO, with what CONFIG GET added to it. Rates come from what `rates` saw before of the same server: by its
// run_id, else by outcome.address.
void describe(const Info& info, Rates& rates, Clock::time_point now, Outcome& outcome);

// CLUSTER INFO.
void describe_cluster(const Info& cluster, Outcome& outcome);

// What is wrong when a cluster says that it serves nothing, in words; "" when it says it does.
std::string cluster_complaint(const Info& cluster);

}  // namespace plumb::redis

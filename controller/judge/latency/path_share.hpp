// How much of a shift is the path's and how much the server's. The kernel's own round trips (TCP_INFO) know
// neither our scheduling nor the server's work: what they rose by is the path's, the rest is the server's.
#pragma once

#include "controller/judge/latency/latency_shifts.hpp"

#include <optional>

namespace plumb::judge {

struct PathShare {
    double before_ns = 0;  // the round trip, mean over tasks
    double after_ns = 0;
    double share = 0;  // of the shift that is the path's, 0 … 1
    double low = 0;    // at the confidence of 95 %
    double high = 0;
};

// None without round trips on both sides, and for name resolution: the name server is reached by another
// connection than the dependency.
std::optional<PathShare> path_share(const LatencyTest& test, const View& view);

// latency.network, latency.server, or latency.unknown when neither can be said.
const char* cause_of_shift(const std::optional<PathShare>& share);

}  // namespace plumb::judge

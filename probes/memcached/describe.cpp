#include "probes/memcached/describe.hpp"

#include "probes/memcached/facts.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace plumb::memcached {

namespace {

// In a container every process has the same pid: its start tells a restart.
std::string process_of(const Statistics& statistics, std::string_view address) {
    const double started = statistics.number("time").value_or(0) - statistics.number("uptime").value_or(0);
    return fmt::format("{} {} {:.0f}", address, statistics.text("pid"), started);
}

}  // namespace

void describe(const Statistics& statistics, Rates& rates, Clock::time_point now, Outcome& outcome) {
    if (const auto open = statistics.number("curr_connections")) {
        // One of them is the probe's.
        outcome.gauge(kConnections, std::max(*open - 1, 0.0), statistics.number("max_connections"));
    }
    if (const auto bytes = statistics.number("bytes")) {
        outcome.gauge(kMemory, *bytes, statistics.number("limit_maxbytes"));
    }
    const std::string process = process_of(statistics, outcome.address);
    if (const auto evictions = statistics.number("evictions")) {
        if (const auto rate = rates.look(process, "evictions", *evictions, now))
            outcome.gauge(kEvictions, *rate);
    }
    // At its limit a server refuses, or, with no_maxconns_fast, stops to accept for a while.
    const auto refused = statistics.number("rejected_connections");
    const auto waits = statistics.number("listen_disabled_num");
    if (!refused && !waits) return;
    const double both = refused.value_or(0) + waits.value_or(0);
    if (const auto rate = rates.look(process, "rejections", both, now)) outcome.gauge(kRejections, *rate);
}

}  // namespace plumb::memcached

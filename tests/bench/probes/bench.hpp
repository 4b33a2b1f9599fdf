// The benches of the probes: each starts the real servers it needs, measures, and adds its figures.
#pragma once

#include "tests/bench/report.hpp"

#include <string>

namespace plumb::bench {

struct Options {
    bool shortened = false;  // few runs, a few seconds in all
    std::string agent;       // path of the plumb-agent whose footprint is measured
    bool agent_is_static = false;
};

// CPU for a run, beside blackbox_exporter's (scrape included) and bare system calls.
void measure_cost(const Options& options, Report& report);
// Memory of an agent with 50 targets every second, and how long `check` takes as a whole process.
void measure_footprint(const Options& options, Report& report);
// How late 1,000 black-holed runs are over, and whether memory stays. REQUIRES: link::enter_own_network().
void measure_deadlines(const Options& options, Report& report);
// Measured latency against what a packet capture saw. REQUIRES: link::enter_own_network().
void measure_wire(const Options& options, Report& report);

}  // namespace plumb::bench

// What `check` prints for a person: dependencies with their phases, causes and gauges. Pure: outcomes in,
// text out. The last line says the result in words, since ECS Exec loses exit codes.
#pragma once

#include "base/terminal.hpp"
#include "model/outcome.hpp"
#include "probes/probe.hpp"

#include <span>
#include <string>
#include <vector>

namespace plumb::agent {

struct TableOptions {
    Terminal terminal{false, 80};
    bool verbose = false;                                   // facts, every gauge, every address tried
    std::size_t expected = 0;                               // dependencies that were to be checked
    std::vector<std::string> dependencies_without_outcome;  // not reached before an interruption
    std::span<const Kind> kinds;  // whose catalogs tell the units of the gauges; what none names is a count
};

// Outcomes of one dependency stand together, in the order given. Ends with the result line and a newline.
std::string render_table(const std::vector<Outcome>& outcomes, const TableOptions& options);

// "Result: 1 of 3 dependencies failed: database (connect: tcp.timeout)."
std::string result_line(const std::vector<Outcome>& outcomes, const TableOptions& options);

}  // namespace plumb::agent

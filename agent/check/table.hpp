// What `check` prints for a person: the task's own trouble, then what failed, layer by layer, then what is
// well. Pure: outcomes in, text out. The last line says the result in words, since ECS Exec loses exit codes.
#pragma once

#include "base/terminal.hpp"
#include "model/outcome.hpp"
#include "probes/probe.hpp"
#include "probes/task/section.hpp"

#include <span>
#include <string>
#include <vector>

namespace plumb::agent {

struct TableOptions {
    Terminal terminal{false, 80};
    // Everything: facts, every gauge, every address tried, what was said on the wire, and no text cut.
    bool verbose = false;
    bool wrap_result = false;  // the result line, too, which otherwise is one line for whoever greps
    std::size_t expected = 0;  // dependencies that were to be checked
    std::size_t repeat = 1;    // runs of each
    bool interrupted = false;
    std::vector<std::string> dependencies_without_outcome;  // not reached before an interruption
    std::vector<Outcome> cut_short;         // runs that the interruption ended, as far as they had come
    std::vector<std::string> connect_only;  // dependencies of which no more is tried
    std::span<const Kind> kinds;       // whose catalogs tell phases and units; what none names is a count
    const task::Look* task = nullptr;  // the task's own evidence; null: it was not looked at
    std::string task_name;             // "orders", "ip-10-0-1-7"
};

// Outcomes of one dependency stand together; those with a failure first, else in the order given. Ends with
// the result line and a newline.
std::string render_table(const std::vector<Outcome>& outcomes, const TableOptions& options);

// "Result: 1 of 3 dependencies failed: database (connect: tcp.timeout). The task itself: 1 thing is wrong
// (memory)."
std::string result_line(const std::vector<Outcome>& outcomes, const TableOptions& options);

}  // namespace plumb::agent

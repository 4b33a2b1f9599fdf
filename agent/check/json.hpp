// What `check --format json` prints: one object, the contract that `plumbctl diff` and people's scripts read.
// Pure.
#pragma once

#include "model/outcome.hpp"
#include "probes/task/section.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace plumb::agent {

// Who the task is, and what it shows of itself.
struct TaskPart {
    std::vector<Fact> identity;  // hostname, and what its platform says of it
    task::Look look;
};

// A check that was interrupted says so: who reads the file would take it for whole.
struct Interruption {
    bool came = false;
    std::vector<std::string> not_checked;  // dependencies without any outcome
};

// Ends with a newline. Durations are whole microseconds; the phases of an outcome add up to its total_us.
std::string render_json(const std::vector<Outcome>& outcomes, const TaskPart& task, std::string_view version,
                        const Interruption& interruption = {});

}  // namespace plumb::agent

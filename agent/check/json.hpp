// What `check --format json` prints: one object, the contract that `plumbctl diff` and people's scripts read.
// Pure.
#pragma once

#include "model/outcome.hpp"

#include <map>
#include <string>
#include <vector>

namespace plumb::agent {

using TaskFacts = std::map<std::string, std::string>;  // hostname, and what ECS says of the task

// Ends with a newline. Durations are whole microseconds; the phases of an outcome add up to its total_us.
std::string render_json(const std::vector<Outcome>& outcomes, const TaskFacts& task,
                        std::string_view version);

}  // namespace plumb::agent

// From the configuration to the task probe: where this process's own variables come from, and what of the
// settings cannot be used.
#pragma once

#include "agent/config/task_config.hpp"
#include "probes/task/task_probe.hpp"

namespace plumb::agent {

task::TaskSettings task_settings(const TaskConfig& config);

// What only the probe can tell to be wrong.
void check_task_config(const TaskConfig& config, yaml::Complaints& complaints);

}  // namespace plumb::agent

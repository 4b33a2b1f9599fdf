// A task with a place of its own: plumb-lab-task gives it process ids, mounts and limits as a container's
// runtime does, and runs plumb-lab-app beside the agent.
#pragma once

#include "tests/lab/net/plan.hpp"
#include "tests/lab/net/task_group.hpp"
#include "tests/link/namespaces.hpp"

#include <string>
#include <vector>

namespace plumb::lab {

struct BoxPrograms {
    std::string task;
    std::string app;
};

GroupLimits limits_of(const TaskPlan& task);

// In the network namespace of the task: its own settings of the kernel. Throws when there is no such.
void set_kernel(const TaskPlan& task, const link::Namespace& place);

// The command that runs `agent` in the box. `environment` is all that both see; `number` is the environment's
// (EnvironmentPlan::number); files of the image are written into `folder`.
std::vector<std::string> boxed(const TaskPlan& task, int number, const BoxPrograms& programs,
                               const TaskGroup& group, const std::string& folder,
                               const std::vector<std::string>& environment,
                               const std::vector<std::string>& agent);

}  // namespace plumb::lab

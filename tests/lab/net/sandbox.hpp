// Each scenario is a process of its own: the first of a process namespace, in a network, an IPC namespace and
// with a /proc, a /dev/shm and a place for temporary files of its own. When it ends, however it ends, the
// kernel ends whatever it started, servers' children included, and all that goes with them. What outlives it
// is its folder and its CPU groups (cpu_groups_of): whoever started it removes these. Needs root.
#pragma once

#include "base/result.hpp"
#include "tests/lab/net/run.hpp"

#include <string>
#include <sys/types.h>

namespace plumb::lab {

// What the machine does not permit or lack for a laboratory, in words with the remedy.
plumb::Result<void> check_machine();

// Starts the scenario; its result will stand in `folder`. Returns the process to wait for. REQUIRES: no other
// thread in this process. The process dies with this one; killed itself, it leaves the first process of the
// namespace to whoever adopts it (PR_SET_CHILD_SUBREAPER), already killed.
pid_t start_scenario(const Scenario& scenario, const Programs& programs, const std::string& folder);
// After that process has ended with `status` (as of waitpid).
Result result_of(const std::string& folder, int status);

}  // namespace plumb::lab

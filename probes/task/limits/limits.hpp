// The limits of the task's own cgroup and of the processes that are seen, and how near they are: memory, CPU,
// processes, descriptors, ephemeral ports, disks; and whether the kernel has killed for memory.
#pragma once

#include "probes/probe.hpp"
#include "probes/task/places.hpp"
#include "probes/task/section.hpp"

#include <memory>

namespace plumb::task {

// Every look reads all but the descriptors, which Depth::connect leaves out (what was told of their limit
// stays), and the local ports, which only Depth::inspect counts while the sockets are few. CPU use and
// throttling begin with the second look. The check "memory" fails for 60 looks after a kill.
std::unique_ptr<Section> make_limits(Places places);

Catalog limits_catalog();

}  // namespace plumb::task

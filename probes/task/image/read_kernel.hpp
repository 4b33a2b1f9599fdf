// Reads what the kernel says of itself and of the process. With the root of another container,
// "/proc/PID/root", the process is that PID; else it is our own.
#pragma once

#include "probes/task/image/evidence.hpp"
#include "probes/task/places.hpp"

#include <string>
#include <vector>

namespace plumb::task::image {

KernelEvidence read_kernel(const Places& places);

// The host's name as the kernel has it; empty when it cannot be read.
std::vector<std::string> host_names(const Places& places);

}  // namespace plumb::task::image

// When a process began, on our monotonic clock (/proc/PID/stat, proc(5)). The first of its container, process
// 1, tells when the task began.
#pragma once

#include "probes/run.hpp"
#include "probes/task/places.hpp"

#include <optional>
#include <string>

namespace plumb::task {

// `process`: "1", "self". nullopt where the kernel does not tell.
std::optional<Clock::time_point> start_of_process(const Places& places, const std::string& process);

}  // namespace plumb::task

// When a process began, on our monotonic clock (/proc/PID/stat, proc(5)). The first of its container, process
// 1, tells when the task began.
#pragma once

#include "probes/run.hpp"
#include "probes/task/places.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace plumb::task {

// Clock ticks since boot from the text of /proc/PID/stat (field 22). The second field may hold anything.
std::optional<unsigned long long> start_ticks(std::string_view stat);

// `process`: "1", "self". nullopt where the kernel does not tell.
std::optional<Clock::time_point> start_of_process(const Places& places, const std::string& process);

}  // namespace plumb::task

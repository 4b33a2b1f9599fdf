// The processes that /proc shows (proc(5)). Reads no file that a process stuck in the kernel could hold up,
// as its command line and its environment can be.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace plumb::task {

// The first `most` that the kernel names, in rising order. Empty where /proc cannot be read.
std::vector<pid_t> list_processes(const std::string& proc, std::size_t most = 4096);

struct ProcessStat {
    bool program = true;  // neither a thread of the kernel nor one that has ended and waits for its parent
    unsigned long long start_ticks = 0;  // clock ticks since boot at its start
};

// The text of /proc/PID/stat, whose second field may hold anything.
std::optional<ProcessStat> parse_process_stat(std::string_view text);

// `process`: "1", "self".
std::optional<ProcessStat> read_process_stat(const std::string& proc, const std::string& process);

}  // namespace plumb::task

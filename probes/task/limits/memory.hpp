// The memory of the task and its limit (cgroup-v2.rst, "Memory"; cgroup-v1/memory.rst).
#pragma once

#include "probes/task/limits/groups.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace plumb::task::limits {

// In bytes, all of the group in which the lowest limit stands.
struct Memory {
    std::optional<std::uint64_t> used;   // page cache with it
    std::optional<std::uint64_t> cache;  // of that, page cache that is given back under pressure
    std::optional<std::uint64_t> peak;   // of `used`; absent before Linux 5.19 in version 2
    bool peak_seen = false;  // the kernel keeps none: it is the highest working set that looks saw
    std::optional<std::uint64_t> limit;
    std::optional<std::uint64_t> oom_kills;
    bool unified = false;
    bool own = false;  // the kills are the task's own since its start, nobody else's

    std::optional<std::uint64_t> working_set() const;  // used − cache
};

// nullopt where no group counts the task's memory.
std::optional<Memory> read_memory(const std::string& root, const std::vector<Membership>& memberships);

}  // namespace plumb::task::limits

// Where the cgroups of the task lie, of either version, and both at once (cgroups(7); cgroup-v2.rst;
// cgroup-v1/cgroups.rst).
//
// In a container the path in /proc/self/cgroup is often the host's, and the container's own group lies at the
// root of what is mounted: the nearest folder that exists is taken. Its parents, as far as they are mounted,
// count too: a limit may stand in any of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::task::limits {

// A line of /proc/self/cgroup. Version 2 names no controllers.
struct Membership {
    std::string controllers;  // "cpu,cpuacct"
    std::string path;         // "/ecs/task"
};
std::vector<Membership> parse_memberships(std::string_view proc_self_cgroup);

struct Group {
    std::string mount;
    std::vector<std::string> paths;  // below the mount; the task's own first, then its parents; never empty
    bool unified = false;            // version 2
    bool own = false;  // the first is the task's own: neither a parent of it nor the whole machine

    std::string file(std::size_t level, std::string_view name) const;
};

// A place of a controller: the folders that hold it have this file.
struct Wanted {
    std::string_view controller;  // "memory"
    std::string_view v1_file;     // "memory.usage_in_bytes"
    std::string_view v2_file;     // "memory.current"
};
// nullopt where no folder holds it.
std::optional<Group> find_group(const std::string& root, const std::vector<Membership>& memberships,
                                const Wanted& wanted);

// The lowest of the limits in `name` on all levels, and the level that has it; of equal ones the innermost.
struct Lowest {
    std::size_t level = 0;
    std::optional<std::uint64_t> limit;  // nullopt: none on any level
};
Lowest lowest_limit(const Group& group, std::string_view name);

}  // namespace plumb::task::limits

#include "probes/task/limits/memory.hpp"

#include "probes/task/limits/numbers.hpp"

#include <algorithm>

namespace plumb::task::limits {

namespace {

constexpr Wanted kMemoryGroup{"memory", "memory.usage_in_bytes", "memory.current"};

void read_v2(const Group& group, Memory& memory) {
    const auto lowest = lowest_limit(group, "memory.max");
    memory.limit = lowest.limit;
    memory.used = parse_number(read_small(group.file(lowest.level, "memory.current")));
    memory.cache = parse_field(read_small(group.file(lowest.level, "memory.stat")), "inactive_file");
    memory.peak = parse_number(read_small(group.file(lowest.level, "memory.peak")));
    memory.oom_kills = parse_field(read_small(group.file(lowest.level, "memory.events")), "oom_kill");
    memory.own = group.own && lowest.level == 0;
}

// Version 1 counts a kill only in the group that the killed process was in.
std::optional<std::uint64_t> sum_of_kills(const Group& group, std::size_t to_level) {
    std::optional<std::uint64_t> sum;
    for (std::size_t level = 0; level <= to_level; ++level) {
        const auto kills = parse_field(read_small(group.file(level, "memory.oom_control")), "oom_kill");
        if (kills) sum = sum.value_or(0) + *kills;
    }
    return sum;
}

void read_v1(const Group& group, Memory& memory) {
    auto lowest = lowest_limit(group, "memory.limit_in_bytes");
    const std::size_t outermost = group.paths.size() - 1;
    auto stat = read_small(group.file(outermost, "memory.stat"));
    // The limits of the parents that a container does not see: ECS has the task's there.
    if (const auto hidden = parse_field(stat, "hierarchical_memory_limit")) {
        const auto limit = parse_limit(std::to_string(*hidden));
        if (limit && (!lowest.limit || *limit < *lowest.limit)) lowest = {outermost, limit};
    }
    if (lowest.level != outermost) stat = read_small(group.file(lowest.level, "memory.stat"));
    memory.limit = lowest.limit;
    memory.used = parse_number(read_small(group.file(lowest.level, "memory.usage_in_bytes")));
    memory.cache = parse_field(stat, "total_inactive_file");
    memory.peak = parse_number(read_small(group.file(lowest.level, "memory.max_usage_in_bytes")));
    memory.oom_kills = sum_of_kills(group, lowest.level);
    memory.own = group.own && lowest.level == 0;
}

}  // namespace

std::optional<std::uint64_t> Memory::working_set() const {
    if (!used) return std::nullopt;
    return *used - std::min(*used, cache.value_or(0));
}

std::optional<Memory> read_memory(const std::string& root, const std::vector<Membership>& memberships) {
    const auto group = find_group(root, memberships, kMemoryGroup);
    if (!group) return std::nullopt;
    Memory memory;
    memory.unified = group->unified;
    if (group->unified)
        read_v2(*group, memory);
    else
        read_v1(*group, memory);
    return memory;
}

}  // namespace plumb::task::limits

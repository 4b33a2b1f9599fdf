#include "probes/task/limits/groups.hpp"

#include "base/text.hpp"
#include "probes/task/limits/numbers.hpp"

#include <algorithm>
#include <unistd.h>

namespace plumb::task::limits {

namespace {

constexpr std::size_t kMaxMemberships = 64;
constexpr std::size_t kMaxLevels = 32;

bool exists(const std::string& path) {
    return ::access(path.c_str(), F_OK) == 0;
}

// "/a/b" → "/a" → "".
std::string parent(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

std::string tidy(std::string path) {
    while (!path.empty() && path.back() == '/')
        path.pop_back();
    return path;
}

// Only the root of a hierarchy of version 1 has a release agent. That of version 2 lacks what is asked for.
bool is_machine(const Group& group) {
    return !group.unified && group.paths.front().empty() && exists(group.file(0, "release_agent"));
}

std::optional<Group> group_at(const std::string& mount, const std::string& path, std::string_view file,
                              bool unified) {
    Group group{mount, {}, unified, false};
    const std::string whole = tidy(path);
    std::string at = whole;
    for (std::size_t level = 0; level < kMaxLevels; ++level) {
        const bool holds = exists((mount + at).append("/").append(file));
        if (holds || !group.paths.empty()) group.paths.push_back(at);
        if (at.empty()) break;
        at = parent(at);
    }
    if (group.paths.empty()) return std::nullopt;
    const auto& innermost = group.paths.front();
    group.own = (innermost == whole || innermost.empty()) && !is_machine(group);
    return group;
}

bool names(const Membership& membership, std::string_view controller) {
    const auto all = split(membership.controllers, ',');
    return std::find(all.begin(), all.end(), controller) != all.end();
}

}  // namespace

std::vector<Membership> parse_memberships(std::string_view proc_self_cgroup) {
    std::vector<Membership> all;
    while (!proc_self_cgroup.empty() && all.size() < kMaxMemberships) {
        const auto line = proc_self_cgroup.substr(0, proc_self_cgroup.find('\n'));
        proc_self_cgroup.remove_prefix(std::min(line.size() + 1, proc_self_cgroup.size()));
        const auto first = line.find(':');
        if (first == std::string_view::npos) continue;
        const auto second = line.find(':', first + 1);
        if (second == std::string_view::npos) continue;
        const auto path = line.substr(second + 1);
        // Outside of what the cgroup namespace shows, or not a place below the mount at all.
        if (!path.starts_with('/') || path.find("..") != std::string_view::npos) continue;
        all.push_back({std::string(line.substr(first + 1, second - first - 1)), std::string(path)});
    }
    return all;
}

std::string Group::file(std::size_t level, std::string_view name) const {
    return (mount + paths[std::min(level, paths.size() - 1)]).append("/").append(name);
}

std::optional<Group> find_group(const std::string& root, const std::vector<Membership>& memberships,
                                const Wanted& wanted) {
    for (const auto& membership : memberships) {
        if (membership.controllers.empty() || !names(membership, wanted.controller)) continue;
        // Often mounted under the one name, whatever is mounted with it.
        for (const std::string& name : {membership.controllers, std::string(wanted.controller)}) {
            auto found = group_at(root + "/" + name, membership.path, wanted.v1_file, false);
            if (found) return found;
        }
    }
    for (const auto& membership : memberships) {
        if (!membership.controllers.empty()) continue;
        for (const char* const name : {"", "/unified"}) {
            auto found = group_at(root + name, membership.path, wanted.v2_file, true);
            if (found) return found;
        }
    }
    return std::nullopt;
}

Lowest lowest_limit(const Group& group, std::string_view name) {
    Lowest lowest;
    for (std::size_t level = 0; level < group.paths.size(); ++level) {
        const auto limit = parse_limit(read_small(group.file(level, name)));
        if (limit && (!lowest.limit || *limit < *lowest.limit)) lowest = {level, limit};
    }
    return lowest;
}

}  // namespace plumb::task::limits

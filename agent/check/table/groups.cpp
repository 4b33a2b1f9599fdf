#include "agent/check/table/groups.hpp"

#include <map>

namespace plumb::agent {

std::vector<Group> group(const std::vector<Outcome>& outcomes) {
    std::vector<Group> groups;
    std::map<std::string, std::size_t> where;
    for (const auto& outcome : outcomes) {
        const auto [found, fresh] = where.emplace(outcome.dependency, groups.size());
        if (fresh) groups.push_back({outcome.dependency, {}, 0, nullptr});
        auto& entry = groups[found->second];
        entry.runs.push_back(&outcome);
        entry.failed += outcome.ok() ? 0 : 1;
        if (!outcome.ok() || entry.shown == nullptr || entry.shown->ok()) entry.shown = &outcome;
    }
    return groups;
}

}  // namespace plumb::agent

#include "controller/judge/scope.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

namespace plumb::judge {
namespace {

constexpr std::array<const char*, 5> kPlaces{"zone", "subnet", "revision", "image", "host"};
constexpr std::size_t kShownValues = 4;

std::string value_of(const TaskEvidence& task, const std::string& label) {
    const auto found = task.labels.find(label);
    return found == task.labels.end() ? std::string() : found->second;
}

// The values of the affected tasks, if no other task has one of them and each affected task has one.
std::optional<std::set<std::string>> pure_values(const std::string& label,
                                                 const std::vector<const TaskEvidence*>& affected,
                                                 const std::vector<const TaskEvidence*>& others) {
    std::set<std::string> values;
    for (const TaskEvidence* task : affected)
        values.insert(value_of(*task, label));
    if (values.contains("")) return std::nullopt;
    for (const TaskEvidence* task : others) {
        if (values.contains(value_of(*task, label))) return std::nullopt;
    }
    return values;
}

std::string joined(const std::set<std::string>& values) {
    std::string out;
    std::size_t shown = 0;
    for (const std::string& value : values) {
        if (shown == kShownValues) return out + " and " + std::to_string(values.size() - shown) + " more";
        out += (shown++ == 0 ? "" : ",") + value;
    }
    return out;
}

std::string task_name(const TaskEvidence& task) {
    const std::string name = value_of(task, "task");
    return name.empty() ? task.agent : name;
}

}  // namespace

Scope explain(const std::vector<const TaskEvidence*>& affected,
              const std::vector<const TaskEvidence*>& others) {
    Scope scope;
    if (others.empty() || affected.empty()) return scope;
    std::optional<std::pair<std::string, std::set<std::string>>> several;
    for (const char* label : kPlaces) {
        auto values = pure_values(label, affected, others);
        if (!values) continue;
        if (values->size() > 1) {
            if (!several || values->size() < several->second.size())
                several.emplace(label, std::move(*values));
        } else if (scope.labels.empty()) {
            scope.labels.emplace(label, *values->begin());
        } else {
            scope.aliases.push_back(std::string(label) + "=" + *values->begin());
        }
    }
    if (!scope.labels.empty()) return scope;
    if (several && several->second.size() <= kShownValues) {
        scope.labels.emplace(several->first, joined(several->second));
        return scope;
    }
    std::set<std::string> names;
    for (const TaskEvidence* task : affected)
        names.insert(task_name(*task));
    scope.labels.emplace("task", joined(names));
    scope.by_place = false;
    return scope;
}

bool lies_in(const TaskEvidence& task, const Scope& scope) {
    return std::all_of(scope.labels.begin(), scope.labels.end(), [&](const auto& pair) {
        const std::string own = value_of(task, pair.first);
        const auto values = split(pair.second, ',');
        return own.empty() || std::find(values.begin(), values.end(), own) != values.end();
    });
}

}  // namespace plumb::judge

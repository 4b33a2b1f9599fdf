#include "agent/task_settings.hpp"

#include "agent/config/references.hpp"

#include <set>

extern char** environ;  // POSIX; no header declares it

namespace plumb::agent {
namespace {

std::vector<task::Variable> own_variables() {
    std::vector<task::Variable> out;
    std::set<std::string_view> seen;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const auto equals = text.find('=');
        if (equals == std::string_view::npos || equals == 0) continue;
        const auto name = text.substr(0, equals);
        if (seen.insert(name).second)
            out.push_back({std::string(name), Secret(std::string(text.substr(equals + 1)))});
    }
    return out;
}

}  // namespace

task::TaskSettings task_settings(const TaskConfig& config) {
    task::TaskSettings settings;
    settings.variable = process_environment();
    settings.own_variables = own_variables;
    settings.app = config.container;
    settings.variables = config.variables;
    settings.warmup = config.warmup;
    return settings;
}

void check_task_config(const TaskConfig& config, yaml::Complaints& complaints) {
    if (!config.warmup) return;
    if (const auto good = task::check_warmup_settings(*config.warmup); !good)
        complaints.add(config.warmup_line, "task.warmup: " + good.error().message);
}

}  // namespace plumb::agent

// The `task:` section of the configuration: what to tell of the task itself.
#pragma once

#include "base/strict_yaml.hpp"
#include "probes/task/variables/variables.hpp"
#include "probes/task/warmup/settings.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace plumb::agent {

struct TaskConfig {
    bool look = true;                                          // `task: false` looks at nothing
    int line = 0;                                              // of the section; 0: there is none
    std::string container;                                     // the app's, in ECS; "" finds it
    std::optional<std::chrono::nanoseconds> interval;          // of looks; absent: 5 s
    std::optional<std::chrono::nanoseconds> inspect_interval;  // of variables and image; absent: ten windows
    task::VariableSettings variables;
    std::optional<task::WarmupSettings> warmup;
    int warmup_line = 0;
};

// How the caller reads a scalar: its references followed; complaints name `what`; `in_url` as in
// expand_variables().
using ReadValue =
    std::function<std::optional<std::string>(const yaml::Reader& node, std::string_view what, bool in_url)>;

TaskConfig parse_task(const yaml::Reader& node, const ReadValue& value);

}  // namespace plumb::agent

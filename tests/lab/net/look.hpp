// The key `task` of a scenario: whether agents look at their own tasks, and with which settings.
#pragma once

#include "base/strict_yaml.hpp"

#include <string>

namespace plumb::lab {

// The `task:` section of the agents' configuration, as YAML in one line; "" when they do not look. Intervals
// that are not named fit windows of a second. Complains of what an agent would refuse.
std::string read_look(const yaml::Reader& scenario);

}  // namespace plumb::lab

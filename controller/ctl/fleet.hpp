// `plumbctl fleet`: who reports, how fresh, which versions.
#pragma once

#include "base/terminal.hpp"
#include "controller/ctl/client.hpp"

#include <string>
#include <vector>

namespace plumb::ctl {

std::string fleet_table(std::vector<FleetTask> tasks, const Terminal& terminal);
// {"tasks":[{"agent":…,"version":…,"labels":{…},"last_window_age_s":1.5,"windows":3,"last_sequence":3,
//   "said_goodbye":false}]}; the age is null before the first window
std::string fleet_json(const std::vector<FleetTask>& tasks);

}  // namespace plumb::ctl

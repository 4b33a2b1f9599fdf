// The documented JSON of gate, compare and judge:
// {"verdict":…,"findings":[{"category":…,"severity":…,"dependency":…,"layer":…,"cause":…,"subject":…,"baseline":…,
//   "candidate":…,"scope":{…},"confidence":…,"reason":…,"action":…,"evidence":{…}}],"coverage":{…}}
#pragma once

#include <string>

#include "controller/judge/finding.hpp"

namespace plumb::judge {

boost::json::object to_json(const Finding& finding);
std::string to_json(const Report& report);  // one document, pretty-printed, newline at the end

}  // namespace plumb::judge

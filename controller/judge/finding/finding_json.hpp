// The documented JSON of gate, compare and judge:
// {"verdict":…,"findings":[{"category":…,"severity":…,"dependency":…,"layer":…,"cause":…,"subject":…,
//   "baseline":…,"candidate":…,"scope":{…},"confidence":…,"reason":…,"action":…,"evidence":{…}}],"coverage":{…}}
// and, when it was asked to explain, "comparisons":[{"dependency":…,"subject":…,"found":…,"test":…,
//   "evidence":…,"interval":…,"threshold":…,"margin":…,"why":…}], without the keys that say nothing.
// Findings folded under another stand in its evidence as "folded", in the same form.
#pragma once

#include "controller/judge/finding/finding.hpp"

#include <string>

#include <boost/json/value.hpp>

namespace plumb::judge {

boost::json::object to_json(const Finding& finding);
boost::json::object to_json(const Comparison& comparison);
std::string to_json(const Report& report);  // one document, pretty-printed, newline at the end

// Any JSON value, indented by two; numbers in their shortest form. Objects and arrays without inner ones stay
// on one line. Control and bidirectional characters in strings are escaped as JSON escapes them.
std::string pretty(const boost::json::value& value);

}  // namespace plumb::judge

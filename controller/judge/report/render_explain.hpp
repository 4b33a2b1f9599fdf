// The pairs that were compared, for those who asked to explain: grouped by dependency, what was found and
// what was quiet. Empty for a report without them.
#pragma once

#include "base/terminal.hpp"
#include "controller/judge/finding/finding.hpp"

#include <string>
#include <vector>

namespace plumb::judge {

std::string explain_text(const Report& report, const Terminal& terminal);
std::string explain_markdown(const Report& report);
// One line a pair, for formats that have no room for more.
std::vector<std::string> explain_lines(const Report& report);

}  // namespace plumb::judge

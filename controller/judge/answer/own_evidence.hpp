// Which of the task's own findings another of them explains, by their subjects alone: a package, a variable
// and a limit have little to do with each other. Pure; `plumbctl diff` uses it, too.
#pragma once

#include <string_view>

namespace plumb::judge {

// REQUIRES: both are of the dependency `task` and of the same tasks.
bool own_fact_explains(std::string_view cause_subject, std::string_view effect_subject);

}  // namespace plumb::judge

// What differs in what two tasks show of themselves: variables, image, limits, and checks that failed.
#pragma once

#include "controller/ctl/diff/check_output.hpp"
#include "controller/judge/finding/finding.hpp"

#include <vector>

namespace plumb::ctl {

// Findings of the dependency `task`; what another of them explains is folded under it. Either side may have
// shown nothing of itself: then nothing differs.
std::vector<judge::Finding> compare_tasks(const SavedDependency& baseline, const SavedDependency& candidate);

}  // namespace plumb::ctl

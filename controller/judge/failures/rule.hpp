// The failure rule: each phase of each dependency, in the order of a run.
#pragma once

#include "controller/judge/evidence/view.hpp"
#include "controller/judge/finding/judgement.hpp"

#include <optional>

namespace plumb::judge {

void judge_failures(const View& view, Judgement& judgement);

// The intraclass correlation of failures within a task, 0 … 1, over all phases of the baseline that hardly
// fail. None when there are too few failures to tell.
std::optional<double> task_correlation(const View& view);

}  // namespace plumb::judge

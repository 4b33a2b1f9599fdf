// The failure rule: each phase of each dependency, in the order of a run.
#pragma once

#include "controller/judge/evidence/view.hpp"
#include "controller/judge/finding/judgement.hpp"

namespace plumb::judge {

void judge_failures(const View& view, Judgement& judgement);

}  // namespace plumb::judge

// A task that is short of CPU measures itself: everything it waits for looks slow, and some of it times out.
// That is the task's exhaustion, never drift or saturation of a dependency.
#pragma once

#include "controller/judge/evidence/view.hpp"
#include "controller/judge/finding/judgement.hpp"

#include <vector>

namespace plumb::judge {

// After the rules, before the policy: adds a warning `task.starved` when far more of the candidate's runs
// than of the baseline's were made while the task was throttled or late (suspect runs).
void judge_starvation(const View& view, Judgement& judgement);

// Before the policy: what starving tasks show of the dependencies goes under that finding. The policy then
// makes it weigh as much as the heaviest of it; of one that is accepted or ignored the latency goes with it,
// and time-outs come up by themselves.
// - latency that is not the network's (the kernel's round trip does not know the task's scheduling), when at
//   least half of the dependencies show it: clean runs of one dependency alone are not slow for want of CPU;
// - time-outs, unless nearly every run of a few dependencies only times out.
std::vector<Finding> fold_starved(std::vector<Finding> findings, const View& view);

}  // namespace plumb::judge

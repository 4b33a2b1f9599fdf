// The gauge rule: room now, room soon, and room while a deployment runs.
#pragma once

#include "controller/judge/evidence/view.hpp"
#include "controller/judge/finding/judgement.hpp"

namespace plumb::judge {

void judge_gauges(const View& view, Judgement& judgement);

}  // namespace plumb::judge

// The fact rule: what the sides see of a dependency, by class and share.
#pragma once

#include "controller/judge/evidence/view.hpp"
#include "controller/judge/finding/judgement.hpp"

namespace plumb::judge {

void judge_facts(const View& view, Judgement& judgement);

}  // namespace plumb::judge

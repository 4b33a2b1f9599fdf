// The rules about tasks themselves: each reads the view of both cohorts and adds its findings, and what it
// could not judge. Starvation has a header of its own, since folding asks it, too.
#pragma once

#include "controller/judge/evidence/view.hpp"
#include "controller/judge/finding/judgement.hpp"

namespace plumb::judge {

// What is missing, stale or on one side only.
void judge_coverage(const View& view, Judgement& judgement);
// What agents in containers of their own cannot see of the app.
void judge_unseen(const View& view, Judgement& judgement);
// Who reports, of whom there should be.
void judge_survivors(const View& view, Judgement& judgement);
// Tasks that went: killed, or replaced in a loop.
void judge_vanished(const View& view, Judgement& judgement);

}  // namespace plumb::judge

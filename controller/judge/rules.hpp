// The rules of the judge: each reads the view of both cohorts and adds its findings, and what it could not
// judge. They are independent of each other; policy, folding and verdict come after them.
#pragma once

#include "controller/judge/judgement.hpp"
#include "controller/judge/view.hpp"

namespace plumb::judge {

void judge_coverage(const View& view, Judgement& judgement);   // what is missing, stale or on one side only
void judge_survivors(const View& view, Judgement& judgement);  // who reports, of whom there should be
void judge_vanished(const View& view,
                    Judgement& judgement);  // tasks that went: killed, or replaced in a loop
void judge_failures(const View& view, Judgement& judgement);
void judge_facts(const View& view, Judgement& judgement);
void judge_gauges(const View& view, Judgement& judgement);
void judge_latency(const View& view, Judgement& judgement);
void judge_retransmissions(const View& view, Judgement& judgement);

}  // namespace plumb::judge

// The latency rules: shifts of quantiles, tails and slow modes, and round trips that lose segments.
#pragma once

#include "controller/judge/evidence/view.hpp"
#include "controller/judge/finding/judgement.hpp"

namespace plumb::judge {

void judge_latency(const View& view, Judgement& judgement);
void judge_retransmissions(const View& view, Judgement& judgement);

}  // namespace plumb::judge

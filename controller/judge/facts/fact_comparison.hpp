// Facts for those who ask to explain: what was compared, how far it stood from the margin, and why it was
// found or was quiet.
#pragma once

#include "controller/judge/facts/fact_surplus.hpp"
#include "controller/judge/finding/judgement.hpp"

namespace plumb::judge {

// `finding`: what the rule said; null when it was quiet.
Comparison comparison_of(const View& view, const DependencyView& dependency, const FactView& fact,
                         const SurplusMargins& margins, const Finding* finding);

// A fact that is never judged, when it differs all the same; and one that nobody of a side could have seen.
void explain_informational(const DependencyView& dependency, const FactView& fact, Judgement& judgement);
void explain_unseen(const DependencyView& dependency, const FactView& fact, Judgement& judgement);

}  // namespace plumb::judge

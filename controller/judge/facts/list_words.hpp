// Two lists that differ, in a finding's words and evidence.
#pragma once

#include "controller/judge/finding/finding.hpp"
#include "model/fact_list.hpp"

namespace plumb::judge {

// Names the first items that only one side has behind that side's value, and more of them in the evidence.
// Nothing when there are none.
void tell_list_difference(const ListDifference& difference, Finding& finding);

}  // namespace plumb::judge

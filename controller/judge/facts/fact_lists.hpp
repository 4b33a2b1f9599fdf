// A fact that digests a list (installed packages, trusted authorities) tells only that the lists differ; its
// pages tell in what.
#pragma once

#include "controller/judge/evidence/view.hpp"
#include "controller/judge/facts/fact_shares.hpp"
#include "controller/judge/finding/finding.hpp"

#include <string>

namespace plumb::judge {

// Compares the lists behind the candidate's `value` and the baseline's most common one, and names the first
// items that only one of them has, in the finding's words and in its evidence. Does nothing where a side has
// no pages.
void tell_lists(const DependencyView& dependency, const FactView& fact, const std::string& value,
                Finding& finding);

}  // namespace plumb::judge

// A fact that digests a list (installed packages, trusted authorities) tells only that the lists differ; its
// pages tell in what.
#pragma once

#include "controller/judge/evidence/view.hpp"
#include "controller/judge/facts/fact_shares.hpp"
#include "controller/judge/facts/other_variables.hpp"
#include "controller/judge/finding/finding.hpp"

#include <string>
#include <vector>

namespace plumb::judge {

// The pages of one task's latest list, in their order: older ones may be left over from a longer list.
std::vector<std::string> pages_of(const DependencyEvidence& evidence, const std::string& fact);

// What a task says of the variables that it does not tell one by one; empty where it tells them all.
TaskVariables untold_variables(const DependencyEvidence& evidence);

// For the fact kOtherVariables: what differs behind the candidate's `value` and the baseline's most common
// one.
OthersDifference others_difference(const DependencyView& dependency, const FactView& fact,
                                   const std::string& value);

// Compares the lists behind the candidate's `value` and the baseline's most common one, and names the first
// items that only one of them has, in the finding's words and in its evidence. Does nothing where a side has
// no pages.
void tell_lists(const DependencyView& dependency, const FactView& fact, const std::string& value,
                Finding& finding);

}  // namespace plumb::judge

// Two lists that differ, in a finding's words and evidence.
#pragma once

#include "controller/judge/finding/finding.hpp"
#include "model/fact_list.hpp"

#include <span>
#include <string>

namespace plumb::judge {

// Of the pages of both sides: names the first items that only one side has behind that side's value, and more
// of them in the evidence; where a list ends before anything differs, says so. Nothing where a side has no
// pages.
void tell_lists_of_pages(std::span<const std::string> baseline, std::span<const std::string> candidate,
                         Finding& finding);

// The same of a difference that is known. Nothing when there is none and no list was cut.
void tell_list_difference(const ListDifference& difference, Finding& finding);

}  // namespace plumb::judge

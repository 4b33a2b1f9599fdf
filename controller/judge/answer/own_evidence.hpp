// Which of the task's own findings another of them explains, by their subjects alone: a package, a variable
// and a limit have little to do with each other. And what the task told beside a check that failed. Pure;
// `plumbctl diff` uses it, too.
#pragma once

#include "controller/judge/evidence/view.hpp"
#include "controller/judge/finding/finding.hpp"

#include <string_view>
#include <vector>

namespace plumb::judge {

// REQUIRES: both are of the dependency `task` and of the same tasks.
bool own_fact_explains(std::string_view cause_subject, std::string_view effect_subject);

// A check that fails is counted in runs; which port or which peer it is about stands in a fact beside it. Of
// the failing tasks of each such finding's scope the newest one's is added to the candidate's words:
// "6 of 6 runs failed: 8080 refuses, 9090 answers 200".
void quote_own_facts(const View& view, std::vector<Finding>& findings);

}  // namespace plumb::judge

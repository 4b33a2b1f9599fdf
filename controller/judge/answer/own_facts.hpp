// What the task told beside a check of its own that failed, quoted in the finding. Pure.
#pragma once

#include "controller/judge/evidence/view.hpp"
#include "controller/judge/finding/finding.hpp"

#include <vector>

namespace plumb::judge {

// A check that fails is counted in runs; which port or which peer it is about stands in a fact beside it. Of
// the failing tasks of each such finding's scope the newest one's is added to the candidate's words:
// "6 of 6 runs failed: 8080 refuses, 9090 answers 200".
void quote_own_facts(const View& view, std::vector<Finding>& findings);

}  // namespace plumb::judge

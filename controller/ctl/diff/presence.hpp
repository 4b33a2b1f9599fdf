// What one side of a comparison cannot tell: a target that it does not have, a check that was interrupted, a
// look at the task that was not over in time. Pure.
#pragma once

#include "controller/ctl/diff/check_output.hpp"
#include "controller/judge/finding/finding.hpp"

#include <optional>
#include <string>

namespace plumb::ctl {

// A dependency that only one of the two has. Only when the candidate lacks it, and its check came to an end,
// does it stop anybody.
judge::Finding absent(const std::string& dependency, const CheckOutput& baseline,
                      const CheckOutput& candidate);

// That a look at a task was cut short, so that what is not there says nothing: a warning instead of the
// differences of its facts. Nothing when both were whole, or when a file tells nothing of its task.
std::optional<judge::Finding> incomplete_task(const CheckOutput& baseline, const CheckOutput& candidate);

}  // namespace plumb::ctl

// `plumbctl accept`: the present findings as entries of a policy file, printed for a person to review. An
// acceptance is a decision: it has a reason, an owner and an end.
#pragma once

#include "base/result.hpp"
#include "controller/judge/finding/finding.hpp"

#include <chrono>
#include <string>

namespace plumb::ctl {

struct AcceptOptions {
    bool all = false;  // also failures and scarce gauges, which are rarely right to accept
    std::string reason;
    std::string owner;
    std::chrono::system_clock::time_point until;
};

// Whether reason and owner may stand in a policy file.
Result<void> check_words(const AcceptOptions& options);

// YAML to paste into a policy; what was left out, and why, stands in comments.
std::string accept_yaml(const judge::Report& report, const AcceptOptions& options);

}  // namespace plumb::ctl

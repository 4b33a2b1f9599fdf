// What differs between two saved checks. Pure. Addresses, ports, times and latencies never differ; a failure
// that both share is no difference.
#pragma once

#include "controller/ctl/diff/check_output.hpp"
#include "controller/judge/finding/finding.hpp"

#include <vector>

namespace plumb::ctl {

// The first side is called baseline, the second candidate. By dependency.
std::vector<judge::Finding> compare_checks(const CheckOutput& baseline, const CheckOutput& candidate);

}  // namespace plumb::ctl

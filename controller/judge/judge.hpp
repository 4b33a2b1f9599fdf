// The judge: two cohorts and a policy in, findings and a verdict out. A pure function: no clock, no I/O, the
// same input gives the same report. It knows phases, failures, facts and gauges; it knows no protocol. Its
// rules and margins are told in docs/judge.md.
//
// The way through: view (which tasks count) → rules, each on its own (coverage, failures, facts, gauges,
// latency) → policy (ignored, accepted, lowered to a warning) → folding under the root → verdict and
// coverage.
//
// The verdict: any critical finding → hold; else missing, stale or erring evidence → insufficient; else
// promote. Failed probes are evidence; absent ones are not.
#pragma once

#include "controller/judge/cohort.hpp"
#include "controller/judge/finding.hpp"
#include "controller/judge/policy.hpp"

namespace plumb::judge {

// `now` decides staleness and the expiry of acceptances.
Report judge(const Cohort& baseline, const Cohort& candidate, const Policy& policy, Time now);

}  // namespace plumb::judge

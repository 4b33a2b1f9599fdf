// The judge: two cohorts and a policy in, findings and a verdict out. A pure function: no clock, no I/O, the
// same input gives the same report. It knows phases, failures, facts and gauges; it knows no protocol. Its
// rules and margins are told in docs/judge.md.
//
// The way through: view (which tasks count) → rules, each on its own (coverage, tasks that went, failures,
// facts, gauges, latency, starvation) → what starving tasks show → policy (ignored, accepted, lowered to a
// warning) → folding under the root → verdict and coverage.
//
// The verdict: any critical finding → hold; else missing, stale or erring evidence → insufficient; else
// promote. Failed probes are evidence; absent ones are not.
#pragma once

#include "controller/judge/evidence/cohort.hpp"
#include "controller/judge/finding/finding.hpp"
#include "controller/judge/policy/policy.hpp"

namespace plumb::judge {

// How a comparison is looked at. A plain time stands for the one look that most comparisons take.
struct Look {
    Look(Time time)
        : now(time) {}  // NOLINT(google-explicit-constructor): a time is all that most callers have
    Time now;           // decides staleness and the expiry of acceptances
    // Of the false alarms that a comparison may raise, the share that this look may spend (0 … 1]: who looks
    // again and again at growing evidence shares them out.
    double alarm_share = 1;
    bool explain = false;  // tell of every pair that was compared, also of the quiet ones
};

Report judge(const Cohort& baseline, const Cohort& candidate, const Policy& policy, const Look& look);

}  // namespace plumb::judge

// A share of runs that is no failure (disturbed, retransmitted), asked of all tasks of a side together: is it
// far higher on the candidate, and where?
#pragma once

#include "controller/judge/evidence/share_test.hpp"
#include "controller/judge/evidence/view.hpp"
#include "controller/judge/scope/scope.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace plumb::judge {

struct ShareBar {
    double points = 0;  // the share must be that much higher, 0 … 1
    double level = 0;   // of false alarms
    std::size_t minimum_tasks = 2;
};

struct TaskShares {
    ShareTest test;
    Scope scope;
    std::size_t inside = 0;  // tasks of the candidate in the scope
    std::size_t all = 0;
    bool found = false;
    bool one_odd_task = false;  // that no place explains
};

// `k` of `n` runs for each task. REQUIRES: a run on both sides.
TaskShares compare_shares(const std::vector<TaskReading>& before, const std::vector<TaskReading>& after,
                          const ShareBar& bar);

// Test, interval, threshold and margin of a comparison.
void tell_test(const TaskShares& shares, const ShareBar& bar, Comparison& comparison);

}  // namespace plumb::judge

// One latency test: a quantile of one phase, by the tasks of both sides. latency.cpp gathers them over all
// dependencies, since the tests lend each other strength and share one false discovery rate.
#pragma once

#include "controller/judge/view.hpp"
#include "model/sketch.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::judge {

struct Quantile {
    const char* name;
    double q;
    std::uint64_t clean_runs;  // fewer in a task's range: no data
};

struct TaskValue {  // one task
    double log_ns = 0;
    std::string_view zone;  // of the task's labels, which outlive it
};

struct Effect {
    double d = 0;                    // ln candidate − ln baseline, mean over the zones that both sides have
    double baseline = 0;             // ln ns, mean over the same zones
    double weight = 0;               // variance of d in units of a task's variance
    double variance = 0;             // of tasks within zone and side
    double df = 0;                   // behind that variance; 0: it was not measured
    std::size_t baseline_tasks = 0;  // compared: those of zones that one side lacks are left out
    std::size_t candidate_tasks = 0;
    bool stratified = false;  // by zone; false: pooled, the zones hardly overlap
};

// None when a side has no task.
std::optional<Effect> effect_of(const std::vector<TaskValue>& baseline,
                                const std::vector<TaskValue>& candidate);

struct Shift {
    double low = 0;  // of d, at the confidence of 95 %
    double high = 0;
    double p = 1;  // that |d| is no more than delta
};

// `usual`: the variance among tasks that comparable phases show.
Shift test_shift(const Effect& effect, double usual_variance, double delta, double accepted);

}  // namespace plumb::judge

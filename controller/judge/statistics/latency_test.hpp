// One latency test: a number of each task (a logarithm of a quantile, a share of slow runs …), compared
// between the sides zone by zone. latency.cpp gathers them over all dependencies, since the tests lend each
// other strength and share one false discovery rate. Pure arithmetic on moments, so a test costs nothing by
// the task.
#pragma once

#include "controller/judge/statistics/moderation.hpp"
#include "controller/judge/statistics/statistics.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace plumb::judge {

struct Moments {  // of one number over some units: tasks, or the hosts that several of them share
    double n = 0;
    double mean = 0;
    double squares = 0;     // Σ (value − mean)²
    std::size_t tasks = 0;  // behind the n units
    void add(double value, std::size_t of_tasks = 1);
    void merge(const Moments& other);
};

// By zone, in one numbering for both sides; a zone without tasks has n = 0.
using Cells = std::vector<Moments>;

Moments together(const Cells& cells);

struct Effect {
    double d = 0;                    // candidate − baseline, mean over the zones that both sides have
    double baseline = 0;             // mean over the same zones
    double weight = 0;               // variance of d in units of a task's variance
    Variance variance;               // of tasks within zone and side; df 0: it could not be measured
    double least_variance = 0;       // whatever that and the family say
    std::size_t baseline_tasks = 0;  // compared: those of zones that one side lacks are left out
    std::size_t candidate_tasks = 0;
    double baseline_units = 0;
    double candidate_units = 0;
    bool stratified = false;  // by zone; false: pooled, the zones hardly overlap
    double pooled = 0;        // the same difference with the zones thrown together (Simpson's paradox)
};

// None when a side has no task. Where the zones hardly overlap, all tasks are pooled.
std::optional<Effect> effect_of(const Cells& baseline, const Cells& candidate);
// The same for a part of a side, which one task of the other may face: never pooled, none without a zone in
// common.
std::optional<Effect> effect_in_common_zones(const Cells& baseline, const Cells& candidate);

struct Shift {
    double low = 0;  // of d, at the confidence of 95 %
    double high = 0;
    double error = 0;          // standard error of d
    double task_variance = 0;  // the part of its square that tasks make, without `spread`
    double df = 0;
    double p = 1;  // that |d − accepted| is no more than delta
};

// McCarthy and Smyth's test against a change that matters (TREAT, Bioinformatics 25, 2009). `spread`: the
// variance by which two environments differ for no reason.
Shift test_shift(const Effect& effect, const Prior& prior, double spread, double delta, double accepted);

}  // namespace plumb::judge

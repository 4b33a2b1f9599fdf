#include "controller/judge/statistics/latency_test.hpp"

#include <algorithm>
#include <cmath>

namespace plumb::judge {
namespace {

constexpr double kFewestUnits = 2;  // of a side, in zones that both have

struct Stratum {
    Moments baseline;
    Moments candidate;
    double size() const { return baseline.n + candidate.n; }
    bool both() const { return baseline.n > 0 && candidate.n > 0; }
    void merge(const Stratum& other) {
        baseline.merge(other.baseline);
        candidate.merge(other.candidate);
    }
};

struct Strata {
    std::vector<Stratum> list;
    bool apart = true;  // false: tasks of different zones were compared with each other
    Stratum all;        // whatever its zone
    std::size_t zones = 0;
    double common = 0;  // units of the smaller side in zones that both have
};

// The zones that both sides have; those with one task a side, which cannot tell how much tasks differ, stand
// together. A zone of one side only would compare places instead of environments (Simpson's paradox): its
// tasks are left out.
Strata strata_of(const Cells& baseline, const Cells& candidate) {
    Strata strata;
    Stratum pairs;
    Stratum kept;
    for (std::size_t i = 0; i < std::max(baseline.size(), candidate.size()); ++i) {
        const Stratum stratum{i < baseline.size() ? baseline[i] : Moments{},
                              i < candidate.size() ? candidate[i] : Moments{}};
        if (stratum.size() == 0) continue;
        ++strata.zones;
        strata.all.merge(stratum);
        if (!stratum.both()) continue;
        kept.merge(stratum);
        if (stratum.size() > 2) {
            strata.list.push_back(stratum);
        } else {
            pairs.merge(stratum);
        }
    }
    if (pairs.both()) strata.list.push_back(pairs);
    strata.common = std::min(kept.baseline.n, kept.candidate.n);
    return strata;
}

}  // namespace

void Moments::add(double value, std::size_t of_tasks) {
    tasks += of_tasks;
    n += 1;
    const double off = value - mean;
    mean += off / n;
    squares += off * (value - mean);
}

void Moments::merge(const Moments& other) {
    if (other.n == 0) return;
    tasks += other.tasks;
    const double both = n + other.n;
    const double off = other.mean - mean;
    squares += other.squares + off * off * n * other.n / both;
    mean += off * other.n / both;
    n = both;
}

Moments together(const Cells& cells) {
    Moments all;
    for (const Moments& each : cells)
        all.merge(each);
    return all;
}

namespace {

Effect effect_over(const Strata& strata, const Cells& baseline, const Cells& candidate) {
    Effect effect;
    effect.stratified = strata.apart;
    effect.pooled = together(candidate).mean - together(baseline).mean;
    const auto count = static_cast<double>(strata.list.size());
    double squares = 0;
    for (const Stratum& stratum : strata.list) {
        effect.baseline_tasks += stratum.baseline.tasks;
        effect.candidate_tasks += stratum.candidate.tasks;
        effect.baseline_units += stratum.baseline.n;
        effect.candidate_units += stratum.candidate.n;
        effect.baseline += stratum.baseline.mean / count;
        effect.d += (stratum.candidate.mean - stratum.baseline.mean) / count;
        effect.weight += (1 / stratum.candidate.n + 1 / stratum.baseline.n) / (count * count);
        squares += stratum.candidate.squares + stratum.baseline.squares;
        effect.variance.df += stratum.size() - 2;
    }
    if (effect.variance.df > 0) effect.variance.value = squares / effect.variance.df;
    return effect;
}

}  // namespace

std::optional<Effect> effect_of(const Cells& baseline, const Cells& candidate) {
    Strata strata = strata_of(baseline, candidate);
    if (strata.common < kFewestUnits) {
        strata.apart = strata.zones == 1;
        strata.list.clear();
        if (strata.all.both()) strata.list.push_back(strata.all);
    }
    if (strata.list.empty()) return std::nullopt;
    return effect_over(strata, baseline, candidate);
}

std::optional<Effect> effect_in_common_zones(const Cells& baseline, const Cells& candidate) {
    const Strata strata = strata_of(baseline, candidate);
    if (strata.list.empty()) return std::nullopt;
    return effect_over(strata, baseline, candidate);
}

Shift test_shift(const Effect& effect, const Prior& prior, double spread, double delta, double accepted) {
    Variance variance = moderated(effect.variance, prior);
    variance.value = std::max(variance.value, effect.least_variance);
    Shift shift;
    shift.df = variance.df;
    shift.task_variance = variance.value * effect.weight;
    shift.error = std::sqrt(shift.task_variance + spread);
    const double off = std::abs(effect.d - accepted);
    const double half = student_quantile(0.975, shift.df) * shift.error;
    shift.low = effect.d - half;
    shift.high = effect.d + half;
    shift.p = student_upper_tail((off - delta) / shift.error, shift.df) +
              student_upper_tail((off + delta) / shift.error, shift.df);
    return shift;
}

}  // namespace plumb::judge

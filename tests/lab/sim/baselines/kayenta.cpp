#include "tests/lab/sim/baselines/baseline.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace plumb::lab {
namespace {

constexpr double kTolerance = 0.25;
constexpr double kZ = 2.326347874;  // two-sided 98 %

double mean(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double ranked(std::vector<double>& values, double rank) {
    const double last = static_cast<double>(values.size()) - 1;
    const auto place = static_cast<std::ptrdiff_t>(std::clamp(rank, 0.0, last));
    std::nth_element(values.begin(), values.begin() + place, values.end());
    return values[static_cast<std::size_t>(place)];
}

// The interval's lower end and the estimate come from the ordered differences of all pairs of points (Hodges
// and Lehmann); the end's rank by the normal approximation of the Mann–Whitney statistic.
bool is_high(const std::vector<double>& control, const std::vector<double>& experiment) {
    std::vector<double> differences;
    differences.reserve(control.size() * experiment.size());
    for (const double before : control) {
        for (const double after : experiment)
            differences.push_back(after - before);
    }
    const auto n = static_cast<double>(control.size());
    const auto m = static_cast<double>(experiment.size());
    const double estimate = ranked(differences, n * m / 2);
    if (estimate <= 0) return false;
    const double low = ranked(differences, std::floor(n * m / 2 - kZ * std::sqrt(n * m * (n + m + 1) / 12)));
    return low > kTolerance * estimate;
}

// Infinite when only the experiment shows it at all.
double effect_of(const std::vector<double>& control, const std::vector<double>& experiment) {
    if (control.empty() || experiment.empty() || !is_high(control, experiment)) return 0;
    const double before = mean(control);
    const double after = mean(experiment);
    if (before <= 0) return after > 0 ? HUGE_VAL : 0;
    return after / before;
}

}  // namespace

std::vector<Call> kayenta(const Observed& observed, const std::vector<double>& effect_sizes) {
    std::vector<Call> calls(effect_sizes.size());
    double strongest = 0;
    for (const Pair& pair : observed.pairs()) {
        const double effect = std::max(effect_of(pair.baseline.medians, pair.candidate.medians),
                                       effect_of(pair.baseline.error_rates, pair.candidate.error_rates));
        if (effect <= 0) continue;
        for (std::size_t i = 0; i < calls.size(); ++i) {
            if (effect < effect_sizes[i]) continue;
            ++calls[i].flags;
            if (effect > strongest) calls[i].first = &pair;
        }
        strongest = std::max(strongest, effect);
    }
    return calls;
}

}  // namespace plumb::lab

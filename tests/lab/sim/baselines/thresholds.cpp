#include "tests/lab/sim/baselines/baseline.hpp"

#include <algorithm>

namespace plumb::lab {
namespace {

constexpr double kMedianRatio = 1.5;
constexpr double kTailRatio = 2;
constexpr double kErrorPoints = 0.01;

double error_rate(const PooledSide& side) {
    return side.reached == 0 ? 0 : static_cast<double>(side.failed) / static_cast<double>(side.reached);
}

double ratio(const Pair& pair, double q) {
    const double before = pair.baseline.clean.quantile(q);
    return before <= 0 ? 0 : pair.candidate.clean.quantile(q) / before;
}

// How far beyond its threshold the worst of the three lies; above one is too far.
double excess(const Pair& pair) {
    const double errors = (error_rate(pair.candidate) - error_rate(pair.baseline)) / kErrorPoints;
    return std::max({errors, ratio(pair, 0.5) / kMedianRatio, ratio(pair, 0.95) / kTailRatio});
}

}  // namespace

Call fixed_thresholds(const Observed& observed) {
    Call call;
    double strongest = 1;
    for (const Pair& pair : observed.pairs()) {
        const double beyond = excess(pair);
        if (beyond <= 1) continue;
        ++call.flags;
        if (beyond > strongest) {
            strongest = beyond;
            call.first = &pair;
        }
    }
    return call;
}

}  // namespace plumb::lab

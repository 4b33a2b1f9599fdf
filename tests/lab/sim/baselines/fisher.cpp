#include "controller/judge/statistics/statistics.hpp"
#include "tests/lab/sim/baselines/baseline.hpp"

#include <algorithm>

namespace plumb::lab {
namespace {

constexpr double kDiscovery = 0.05;

}  // namespace

Call pooled_fisher(const Observed& observed) {
    std::vector<double> p;
    for (const Pair& pair : observed.pairs()) {
        const PooledSide& before = pair.baseline;
        const PooledSide& after = pair.candidate;
        const bool empty = before.reached == 0 || after.reached == 0;
        p.push_back(
            empty ? 1 : judge::fisher_at_least(after.failed, after.reached, before.failed, before.reached));
    }
    const std::vector<double> adjusted = judge::adjusted(p);
    Call call;
    double strongest = 1;
    for (std::size_t i = 0; i < p.size(); ++i) {
        if (adjusted[i] > kDiscovery) continue;
        ++call.flags;
        if (call.first == nullptr || p[i] < strongest) {
            call.first = &observed.pairs()[i];
            strongest = p[i];
        }
    }
    return call;
}

}  // namespace plumb::lab

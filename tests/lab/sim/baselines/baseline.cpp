#include "tests/lab/sim/baselines/baseline.hpp"

#include <fmt/format.h>

namespace plumb::lab {
namespace {

const std::vector<double>& effect_sizes() {
    static const std::vector<double> sizes{1.0, 1.25, 1.5, 2.0};
    return sizes;
}

std::uint64_t failed_in(const WindowDependency& dependency, const std::string& phase) {
    std::uint64_t failed = 0;
    for (const WindowFailure& each : dependency.failures)
        failed += each.phase == phase ? each.count : 0;
    return failed;
}

}  // namespace

void Observed::add(bool candidate, const Window& window) {
    std::size_t next = 0;
    for (const WindowDependency& dependency : window.dependencies) {
        for (const WindowPhase& phase : dependency.phases) {
            if (next == pairs_.size())
                pairs_.push_back({dependency.dependency, phase.name, phase.layer, {}, {}});
            Pair& pair = pairs_[next++];
            PooledSide& side = candidate ? pair.candidate : pair.baseline;
            const std::uint64_t failed = failed_in(dependency, phase.name);
            side.reached += phase.reached;
            side.failed += failed;
            if (phase.reached > 0) {
                side.error_rates.push_back(static_cast<double>(failed) / static_cast<double>(phase.reached));
            }
            if (!phase.clean.empty()) side.medians.push_back(phase.clean.quantile(0.5));
            side.clean.merge(phase.clean);
        }
    }
}

std::vector<std::string> baseline_names() {
    std::vector<std::string> names;
    for (const double size : effect_sizes())
        names.push_back(fmt::format("Kayenta, effect {:.2f}", size));
    names.emplace_back("pooled Fisher");
    names.emplace_back("fixed thresholds");
    return names;
}

std::vector<Call> baseline_calls(const Observed& observed) {
    std::vector<Call> calls = kayenta(observed, effect_sizes());
    calls.push_back(pooled_fisher(observed));
    calls.push_back(fixed_thresholds(observed));
    return calls;
}

}  // namespace plumb::lab

// How far the failures of one task go together, as the baseline shows it over all phases: what a person who
// accepts it as the reference accepts with it. The candidate is not asked, lest a fault of a few tasks excuse
// itself.
#include "controller/judge/failures/rule.hpp"

#include <algorithm>

namespace plumb::judge {
namespace {

constexpr std::uint64_t kFewestFailures = 50;  // in all
constexpr double kMostFailing = 0.1;           // a phase that fails more often has a fault of its own

struct Excess {  // over what chance alone makes of the squares
    double squares = 0;
    double possible = 0;  // if all runs of a task ended alike
    std::uint64_t failed = 0;
};

void add(const std::vector<PhaseTask>& tasks, Excess& excess) {
    const Counts all = sum(tasks);
    const double share = all.share();
    if (share <= 0 || share > kMostFailing) return;
    double reaching = 0;
    for (const PhaseTask& each : tasks)
        reaching += each.phase->reached > 0 ? 1 : 0;
    if (reaching < 2) return;
    for (const PhaseTask& each : tasks) {
        const auto runs = static_cast<double>(each.phase->reached);
        if (runs <= 0) continue;
        const double residual = static_cast<double>(each.phase->failed) - share * runs;
        // Fitting the share takes one task's freedom.
        excess.squares += residual * residual * reaching / (reaching - 1) - runs * share * (1 - share);
        excess.possible += runs * (runs - 1) * share * (1 - share);
    }
    excess.failed += all.failed;
}

}  // namespace

std::optional<double> task_correlation(const View& view) {
    Excess excess;
    for (const DependencyView& dependency : view.dependencies) {
        for (const PhaseView& phase : dependency.phases)
            add(phase.baseline, excess);
    }
    if (excess.failed < kFewestFailures || excess.possible <= 0) return std::nullopt;
    return std::clamp(excess.squares / excess.possible, 0.0, 1.0);
}

}  // namespace plumb::judge

#include "controller/judge/facts/fact_surplus.hpp"

#include "controller/judge/statistics/statistics.hpp"

#include <algorithm>

namespace plumb::judge {
namespace {

bool is_usual(const FactSide& baseline, const std::string& value) {
    return baseline.usual.contains(value) || baseline.count(value) > 0;
}

// Many new values, each of them too rare to be told, are still no match of a baseline that agrees.
void gather_scattered(const FactSide& baseline, const FactSide& candidate, double points, Surplus& surplus) {
    std::size_t tasks = 0;
    std::string commonest;
    for (const auto& [value, having] : candidate.tasks) {
        if (is_usual(baseline, value)) continue;
        tasks += having.size();
        if (having.size() > candidate.count(commonest)) commonest = value;
    }
    const double share =
        candidate.total == 0 ? 0 : static_cast<double>(tasks) / static_cast<double>(candidate.total);
    if (surplus.value || baseline.usual.size() != 1 || share < points) return;
    surplus.value = commonest;
    surplus.nearest = commonest;
    surplus.points = share;
    surplus.chance.reset();
    surplus.scattered = true;
}

}  // namespace

Surplus surplus_of(const FactSide& baseline, const FactSide& candidate, const SurplusMargins& margins) {
    Surplus counted;
    Surplus nearest;
    for (const auto& [value, tasks] : candidate.tasks) {
        Surplus each;
        each.nearest = value;
        each.points = candidate.share(value) -
                      std::max(baseline.share(value), baseline.share_in_zones_of(candidate, value));
        const bool beyond = each.points >= margins.points;
        if (beyond && is_usual(baseline, value)) {
            each.chance =
                fisher_at_least(tasks.size(), candidate.total, baseline.count(value), baseline.total);
        }
        if (nearest.nearest.empty() || each.points > nearest.points) nearest = each;
        if (!beyond || each.points <= counted.points) continue;
        if (each.chance && *each.chance > margins.chance) continue;
        counted = each;
        counted.value = value;
    }
    Surplus surplus = counted.value ? std::move(counted) : std::move(nearest);
    gather_scattered(baseline, candidate, margins.points, surplus);
    return surplus;
}

}  // namespace plumb::judge

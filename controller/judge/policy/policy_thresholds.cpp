#include "controller/judge/policy/policy_thresholds.hpp"

#include <array>

namespace plumb::judge {
namespace {

constexpr std::array<ThresholdInfo, 15> kTable{{
    {"latency_ratio", &Thresholds::latency_ratio, 1.01, 100, Stricter::lower, &HoldOn::latency,
     "candidate/baseline that matters, as in 1.10"},
    {"latency_floor", &Thresholds::latency_floor, 1e4, 6e10, Stricter::lower, &HoldOn::latency,
     "a shift that matters, as in 1ms"},
    {"environment_spread", &Thresholds::environment_spread, 1, 1.25, Stricter::lower, &HoldOn::latency,
     "a ratio by which environments differ for no reason, as in 1.03"},
    {"task_correlation", &Thresholds::task_correlation, 0, 0.2, Stricter::lower, &HoldOn::failures,
     "how far the failures of one task go together: 0 not at all, 1 wholly"},
    {"failure_points", &Thresholds::failure_points, 0.0001, 0.5, Stricter::lower, &HoldOn::failures,
     "a share of runs: one percentage point is 0.01"},
    {"hard_fault_share", &Thresholds::hard_fault_share, 0.5, 1, Stricter::lower, &HoldOn::failures,
     "a share of runs: 90 % is 0.90"},
    {"hard_fault_other_side", &Thresholds::hard_fault_other_side, 0.0001, 0.5, Stricter::higher,
     &HoldOn::failures, "a share of runs: 1 % is 0.01"},
    // More runs find a fault later, fewer let less evidence carry a promote.
    {"hard_fault_runs", &Thresholds::hard_fault_runs, 1, 1000, Stricter::neither, &HoldOn::failures,
     "a number of runs"},
    {"fact_share_points", &Thresholds::fact_share_points, 0.001, 1, Stricter::lower, &HoldOn::facts,
     "a share of tasks: 20 points are 0.20"},
    {"headroom_hold", &Thresholds::headroom_hold, 0, 0.9, Stricter::higher, &HoldOn::gauges,
     "a share of the limit"},
    {"headroom_warn", &Thresholds::headroom_warn, 0, 0.95, Stricter::higher, &HoldOn::gauges,
     "a share of the limit"},
    {"projection_hold", &Thresholds::projection_hold, 0.1, 2, Stricter::lower, &HoldOn::gauges,
     "a share of the limit"},
    {"minimum_windows", &Thresholds::minimum_windows, 1, 1000, Stricter::lower, &HoldOn::failures,
     "a number of windows"},
    {"minimum_tasks", &Thresholds::minimum_tasks, 2, 1000, Stricter::lower, &HoldOn::failures,
     "a number of tasks a side"},
    // Later takes old evidence for new, earlier leaves out tasks that are only slow.
    {"stale_windows", &Thresholds::stale_windows, 2, 1000, Stricter::neither, &HoldOn::failures,
     "a number of windows"},
}};

template <class T>
bool is_looser(T value, T floor, Stricter stricter) {
    switch (stricter) {
        case Stricter::lower:
            return value > floor;
        case Stricter::higher:
            return value < floor;
        case Stricter::neither:
            break;
    }
    return value != floor;
}

}  // namespace

std::span<const ThresholdInfo> threshold_table() {
    return kTable;
}

std::vector<std::string_view> tighten(Policy& mine, const Policy& floor) {
    const Thresholds usual;
    std::vector<std::string_view> overruled;
    for (const ThresholdInfo& each : kTable) {
        std::visit(
            [&](auto field) {
                auto& value = mine.thresholds.*field;
                const auto bound = floor.thresholds.*field;
                const bool ours = mine.chosen.contains(each.name) || value != usual.*field;
                const bool theirs = floor.chosen.contains(each.name) || bound != usual.*field;
                if (!theirs && !(floor.hold_on.*each.kind)) return;
                if (ours && !is_looser(value, bound, each.stricter)) return;
                if (ours) overruled.push_back(each.name);
                value = bound;
            },
            each.field);
    }
    return overruled;
}

}  // namespace plumb::judge

#include "controller/judge/latency/shift_scope.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string_view>

namespace plumb::judge {
namespace {

const Sketch* clean_of(const Member& member, const std::string& phase) {
    for (const PhaseEvidence& each : member.evidence->phases) {
        if (each.name == phase) return &each.clean;
    }
    return nullptr;
}

// The number that the test compares, of one task.
std::optional<double> value_of(const Member& member, const LatencyTest& test, double allowed) {
    const Sketch* clean = clean_of(member, test.phase);
    if (clean == nullptr || clean->count() < clean_runs_for(test.measure)) return std::nullopt;
    switch (test.measure) {
        case Measure::p50:
            return std::log(std::max(1.0, clean->quantile(0.50)));
        case Measure::p90:
            return std::log(std::max(1.0, clean->quantile(0.90)));
        case Measure::p99:
            return std::log(std::max(1.0, clean->quantile(0.99)));
        case Measure::slow_share:
        case Measure::slow_reach:
            break;
    }
    return std::asin(std::sqrt(clean->share_above(test.slow_limit_ns * allowed)));
}

bool spares_the_rest(const std::vector<TaskReading>& readings, const Scope& scope, const LatencyTest& test) {
    Moments inside;
    Moments outside;
    for (const TaskReading& each : readings)
        (lies_in(*each.task, scope) ? inside : outside).add(each.k);
    const double accepted = is_quantile(test.measure) ? test.accepted : 0;
    return outside.mean - accepted <= std::max(test.delta, (inside.mean - accepted) / 3);
}

}  // namespace

Scope scope_of_shift(const LatencyTest& test, const View& view) {
    std::map<std::string_view, Moments> usual;
    Moments all;
    for (const Member& member : test.dependency->baseline) {
        const auto value = value_of(member, test, 1);
        if (!value) continue;
        usual[member.zone].add(*value);
        all.add(*value);
    }
    const double allowed = std::max(1.0, view.thresholds().latency_ratio) * std::exp(test.accepted);
    std::vector<TaskReading> readings;
    for (const Member& member : test.dependency->candidate) {
        const auto value = value_of(member, test, allowed);
        if (!value) continue;
        const auto zone = usual.find(member.zone);
        readings.push_back({member.task, 1, *value - (zone == usual.end() ? all.mean : zone->second.mean)});
    }
    Scope scope = explain_values(readings);
    // One slow task does not make a place, nor does it spare the others; and a place is not to blame for what
    // the tasks outside it show by a third as much.
    return scope.by_place && spares_the_rest(readings, scope, test) ? scope : Scope{};
}

}  // namespace plumb::judge

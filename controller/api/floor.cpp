#include "controller/api/floor.hpp"

#include <algorithm>
#include <string_view>

namespace plumb::api {
namespace {

bool holds(const judge::HoldOn& hold_on, std::string_view subject) {
    if (subject.starts_with("fact")) return hold_on.facts;
    if (subject.starts_with("gauge")) return hold_on.gauges;
    if (subject.starts_with("latency")) return hold_on.latency;
    if (subject.starts_with("failures")) return hold_on.failures;
    return true;  // "*" and whatever comes later: reaches everything
}

bool critical(const judge::Policy& floor, const std::string& dependency) {
    return std::any_of(floor.critical.begin(), floor.critical.end(), [&](const std::string& name) {
        return name == "*" || dependency == "*" || name == dependency;
    });
}

template <class T>
void at_most(T& value, const T& floor) {
    value = std::min(value, floor);
}

template <class T>
void at_least(T& value, const T& floor) {
    value = std::max(value, floor);
}

void tighten(judge::Thresholds& mine, const judge::Thresholds& floor) {
    at_most(mine.latency_ratio, floor.latency_ratio);
    at_most(mine.latency_floor, floor.latency_floor);
    at_most(mine.failure_points, floor.failure_points);
    at_most(mine.hard_fault_share, floor.hard_fault_share);
    at_least(mine.hard_fault_other_side, floor.hard_fault_other_side);
    at_most(mine.hard_fault_runs, floor.hard_fault_runs);
    at_most(mine.fact_share_points, floor.fact_share_points);
    at_least(mine.headroom_hold, floor.headroom_hold);
    at_least(mine.headroom_warn, floor.headroom_warn);
    at_most(mine.projection_hold, floor.projection_hold);
    at_least(mine.minimum_windows, floor.minimum_windows);
    at_least(mine.minimum_tasks, floor.minimum_tasks);
    at_most(mine.stale_windows, floor.stale_windows);
}

}  // namespace

judge::Policy with_floor(judge::Policy policy, const judge::Policy& floor) {
    std::erase_if(policy.ignore, [&](const judge::Ignore& ignore) {
        return holds(floor.hold_on, ignore.subject) && critical(floor, ignore.dependency);
    });
    policy.hold_on.failures |= floor.hold_on.failures;
    policy.hold_on.facts |= floor.hold_on.facts;
    policy.hold_on.gauges |= floor.hold_on.gauges;
    policy.hold_on.latency |= floor.hold_on.latency;
    policy.critical.insert(policy.critical.end(), floor.critical.begin(), floor.critical.end());
    policy.accept.insert(policy.accept.end(), floor.accept.begin(), floor.accept.end());
    policy.ignore.insert(policy.ignore.end(), floor.ignore.begin(), floor.ignore.end());
    for (const auto& [service, size] : floor.services)
        policy.services.try_emplace(service, size);
    // An app could call any fact informational: where the floor holds on facts, it alone gives them classes.
    if (floor.hold_on.facts) {
        policy.fact_classes = floor.fact_classes;
    } else {
        policy.fact_classes.insert(floor.fact_classes.begin(), floor.fact_classes.end());
    }
    tighten(policy.thresholds, floor.thresholds);
    return policy;
}

}  // namespace plumb::api

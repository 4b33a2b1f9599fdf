// One gauge that refuses at its limit (connection slots, clients, descriptors, memory), with the reading of
// every task that shows it, as the gauge rules read it. What makes room at its limit (a cache that evicts)
// may be full and is none of them.
#pragma once

#include "controller/judge/evidence/view.hpp"
#include "controller/judge/finding/judgement.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace plumb::judge {

struct Reading {
    const Member* member = nullptr;
    const GaugeEvidence* gauge = nullptr;
    double used = 0;   // reached in two of the newest three windows: one spike does not hold a release
    double limit = 0;  // above 0
    double headroom() const;
};

using Readings = std::vector<Reading>;

struct GaugeView {
    const DependencyView* dependency = nullptr;
    std::string_view name;
    Readings baseline;  // both in the order of the side's tasks
    Readings candidate;
    bool own() const { return dependency->kind == "task"; }
};

// Whether the amount counts who is connected: a part of its name is `connections` or `clients`.
bool counts_clients(std::string_view name);

// By name. The dependency outlives them.
std::vector<GaugeView> gauges_of(const DependencyView& dependency, unsigned stale_windows);

double middle_used(const Readings& readings);  // medians: tasks that look at one server see one amount
double middle_limit(const Readings& readings);
double middle_headroom(const Readings& readings);
std::string in_words(const Readings& readings);  // "87 of 100, 13 % free"; "not seen"

// Two tasks, or the only one that shows it.
bool enough(const Readings& some, const Readings& all);

// Of the candidate; `some`: the readings that it is about.
Finding gauge_finding(std::string_view cause, const GaugeView& gauge, const Readings& some);
Comparison gauge_comparison(const GaugeView& gauge, std::string test);

}  // namespace plumb::judge

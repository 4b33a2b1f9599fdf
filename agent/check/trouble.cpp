#include "agent/check/trouble.hpp"

#include <algorithm>

namespace plumb::agent {
namespace {

constexpr double kScarce = 0.2;
constexpr double kCritical = 0.1;
constexpr std::string_view kVariable = "env.";

bool is_memory(std::string_view gauge) {
    return gauge == "task.memory" || (gauge.starts_with("container.") && gauge.ends_with(".memory"));
}

}  // namespace

std::optional<Scarce> scarcity_of(const Gauge& gauge) {
    if (!gauge.refuses_at_limit || !gauge.limit || *gauge.limit <= 0) return std::nullopt;
    const double free = std::clamp((*gauge.limit - gauge.value) / *gauge.limit, 0.0, 1.0);
    if (free >= kScarce) return std::nullopt;
    return Scarce{&gauge, free, free < kCritical};
}

TaskTrouble trouble_of(const task::Look& look) {
    TaskTrouble trouble;
    for (const auto& check : look.checks) {
        if (check.failed) trouble.failed.push_back(&check);
    }
    for (const auto& fact : look.evidence.facts) {
        if (fact.cls == FactClass::required && fact.value == kMissing) trouble.missing.push_back(&fact);
    }
    for (const auto& gauge : look.evidence.gauges) {
        if (const auto scarce = scarcity_of(gauge)) trouble.scarce.push_back(*scarce);
    }
    std::stable_sort(trouble.scarce.begin(), trouble.scarce.end(),
                     [](const Scarce& a, const Scarce& b) { return a.free < b.free; });
    trouble.memory_tight = std::any_of(trouble.scarce.begin(), trouble.scarce.end(),
                                       [](const Scarce& each) { return is_memory(each.gauge->name); });
    return trouble;
}

std::string missing_words(const Fact& fact) {
    if (!fact.name.starts_with(kVariable)) return "required, and not there: " + fact.name;
    return "required variable " + fact.name.substr(kVariable.size()) + " is not set";
}

}  // namespace plumb::agent

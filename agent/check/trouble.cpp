#include "agent/check/trouble.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace plumb::agent {
namespace {

constexpr double kScarce = 0.2;
constexpr double kCritical = 0.1;
constexpr std::string_view kVariable = "env.";
constexpr std::string_view kSockets = "sockets.";
constexpr std::string_view kCloseWait = ".close_wait";
constexpr double kManyClosed = 3;  // a pool may hold two that it has not noticed

// Accepted connections are left out: a server may well be at work for clients that gave up.
std::optional<std::string> note_of(const Gauge& gauge, const TaskTrouble& trouble) {
    const std::string_view name(gauge.name);
    const bool closed = name.starts_with(kSockets) && name.ends_with(kCloseWait);
    if (!closed || gauge.value < kManyClosed || name == "sockets.inbound.close_wait") return std::nullopt;
    const auto check = name.substr(0, name.size() - kCloseWait.size());
    const bool told = std::any_of(trouble.failed.begin(), trouble.failed.end(),
                                  [check](const task::Check* each) { return each->name == check; });
    if (told) return std::nullopt;
    const auto peer = check == "sockets.other" ? "no known dependency" : check.substr(kSockets.size());
    return fmt::format(
        "{} connections to {} stand in CLOSE_WAIT: the peer has closed them and the app has not", gauge.value,
        peer);
}

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
        if (auto note = note_of(gauge, trouble)) trouble.notes.push_back(*std::move(note));
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

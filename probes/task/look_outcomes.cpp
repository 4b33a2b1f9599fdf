#include "probes/task/look_outcomes.hpp"

#include <utility>

namespace plumb::task {
namespace {

constexpr std::string_view kOfDependencies = "sockets.";
constexpr std::string_view kOthers = "sockets.others";
constexpr std::size_t kMostNames = 512;

Outcome blank() {
    Outcome outcome;
    outcome.dependency = kTask;
    outcome.kind = kTask;
    return outcome;
}

}  // namespace

std::string_view LookOutcomes::keep(std::string_view name) {
    const auto found = names_.find(name);
    if (found != names_.end()) return *found;
    if (names_.size() >= kMostNames) return kOthers;
    return *names_.emplace(name).first;
}

std::string_view LookOutcomes::phase_of(const Check& check) {
    if (!std::string_view(check.name).starts_with(kOfDependencies)) return keep(check.name);
    if (single_.contains(check.name)) return keep(check.name);
    const bool early = single_.size() < kMostSingle || check.name < *single_.rbegin();
    if (!early) return kOthers;
    single_.insert(check.name);
    if (single_.size() > kMostSingle) single_.erase(std::prev(single_.end()));
    return keep(check.name);
}

std::vector<Outcome> LookOutcomes::of(const Look& look) {
    std::vector<Outcome> out;
    auto evidence = blank();
    evidence.facts = look.evidence.facts;
    evidence.gauges = look.evidence.gauges;
    // Whoever compares knows by this phase that a fact which is not there was looked for.
    if (look.whole) evidence.phases.push_back({phase::inspect, {}});
    out.push_back(std::move(evidence));
    for (const auto& check : look.checks) {
        const auto phase = phase_of(check);
        if (phase == kOthers && !check.failed) continue;
        auto outcome = blank();
        outcome.phases.push_back({phase, {}});
        if (check.failed) outcome.failure = Failure{std::string(phase), check.cause, check.detail};
        out.push_back(std::move(outcome));
    }
    return out;
}

}  // namespace plumb::task

#include "model/accumulator.hpp"

#include <algorithm>
#include <cmath>

namespace plumb {

namespace {

// The entry that `same` picks, or a new one while there is room; null when the bound is reached.
template <class T, class Same>
T* find_or_add(std::vector<T>& entries, std::size_t limit, const Same& same) {
    const auto found = std::find_if(entries.begin(), entries.end(), same);
    if (found != entries.end()) return &*found;
    if (entries.size() >= limit) return nullptr;
    return &entries.emplace_back();
}

void add_phases(WindowDependency& window, const Outcome& outcome) {
    const bool clean = outcome.ok() && !outcome.suspect && outcome.retransmits == 0;
    for (const PhaseTiming& timing : outcome.phases) {
        auto* phase = find_or_add(window.phases, kMaxPhases,
                                  [&](const WindowPhase& entry) { return entry.name == timing.name; });
        if (phase == nullptr) continue;
        if (phase->name.empty()) {
            phase->name = timing.name;
            phase->layer = layer_of_phase(timing.name);
        }
        ++phase->reached;
        if (clean) phase->clean.add(timing.duration);
    }
}

void add_failure(WindowDependency& window, const Failure& failure) {
    const std::string_view code = to_string(failure.cause);
    auto* entry = find_or_add(window.failures, kMaxFailures, [&](const WindowFailure& known) {
        return known.phase == failure.phase && known.cause == code;
    });
    if (entry == nullptr) return;
    entry->phase = failure.phase;
    entry->cause = code;
    ++entry->count;
}

void add_addresses(WindowDependency& window, const Outcome& outcome) {
    for (const Attempt& attempt : outcome.attempts) {
        if (attempt.address.empty()) continue;
        auto* entry = find_or_add(window.addresses, kMaxAddresses, [&](const WindowAddress& known) {
            return known.address == attempt.address;
        });
        if (entry == nullptr) continue;
        entry->address = attempt.address;
        ++entry->tried;
        if (attempt.failed) ++entry->failed;
    }
}

void add_facts(WindowDependency& window, const Outcome& outcome) {
    for (const Fact& fact : outcome.facts) {
        auto* entry = find_or_add(window.facts, kMaxWindowFacts, [&](const WindowFact& known) {
            return known.name == fact.name && known.value == fact.value;
        });
        if (entry == nullptr) continue;
        entry->name = fact.name;
        entry->cls = fact.cls;
        entry->value = fact.value;
        ++entry->runs;
    }
}

void add_gauges(WindowDependency& window, const Outcome& outcome) {
    for (const Gauge& gauge : outcome.gauges) {
        if (!std::isfinite(gauge.value) || !std::isfinite(gauge.limit.value_or(0))) continue;
        auto* entry = find_or_add(window.gauges, kMaxGauges,
                                  [&](const WindowGauge& known) { return known.name == gauge.name; });
        if (entry == nullptr) continue;
        const bool fresh = entry->name.empty();
        entry->name = gauge.name;
        entry->min = fresh ? gauge.value : std::min(entry->min, gauge.value);
        entry->max = fresh ? gauge.value : std::max(entry->max, gauge.value);
        entry->last = gauge.value;
        entry->limit = gauge.limit;
        entry->refuses_at_limit = gauge.refuses_at_limit;
    }
}

// Phases stay in the order of the run; everything that comes in the order of chance is sorted.
void put_in_order(WindowDependency& window) {
    std::sort(window.addresses.begin(), window.addresses.end(),
              [](const auto& a, const auto& b) { return a.address < b.address; });
    std::sort(window.failures.begin(), window.failures.end(), [](const auto& a, const auto& b) {
        return a.phase != b.phase ? a.phase < b.phase : a.cause < b.cause;
    });
    std::sort(window.facts.begin(), window.facts.end(), [](const auto& a, const auto& b) {
        return a.name != b.name ? a.name < b.name : a.value < b.value;
    });
    std::sort(window.gauges.begin(), window.gauges.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
}

}  // namespace

WindowDependency& WindowAccumulator::entry(std::string_view dependency, std::string_view kind) {
    const auto found = dependencies_.find(dependency);
    if (found != dependencies_.end()) return found->second;
    WindowDependency fresh;
    fresh.dependency = dependency;
    fresh.kind = kind;
    return dependencies_.emplace(std::string(dependency), std::move(fresh)).first->second;
}

void WindowAccumulator::declare(std::string_view dependency, std::string_view kind) {
    if (dependencies_.size() < kMaxDependencies) entry(dependency, kind);
}

void WindowAccumulator::add(const Outcome& outcome) {
    if (outcome.failure && outcome.failure->cause == Cause::local_cancelled) return;
    if (dependencies_.size() >= kMaxDependencies && !dependencies_.contains(outcome.dependency)) return;
    WindowDependency& window = entry(outcome.dependency, outcome.kind);
    ++window.runs;
    if (outcome.ok()) ++window.succeeded;
    if (outcome.suspect) ++window.suspect;
    window.retransmitted += outcome.retransmits;
    if (outcome.rtt) window.rtt.add(*outcome.rtt);
    add_phases(window, outcome);
    if (outcome.failure) add_failure(window, *outcome.failure);
    add_addresses(window, outcome);
    add_facts(window, outcome);
    add_gauges(window, outcome);
}

void WindowAccumulator::skipped(std::string_view dependency, std::string_view kind, std::uint64_t times) {
    if (dependencies_.size() >= kMaxDependencies && !dependencies_.contains(dependency)) return;
    entry(dependency, kind).skipped += times;
}

std::vector<WindowDependency> WindowAccumulator::take() {
    std::vector<WindowDependency> taken;
    taken.reserve(dependencies_.size());
    for (auto& [name, window] : dependencies_) {
        put_in_order(window);
        WindowDependency empty;
        empty.dependency = window.dependency;
        empty.kind = window.kind;
        taken.push_back(std::exchange(window, std::move(empty)));
    }
    return taken;
}

}  // namespace plumb

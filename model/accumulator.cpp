#include "model/accumulator.hpp"

#include "base/text.hpp"
#include "model/run_order.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace plumb {
namespace {

// The place for `key` in a map that keeps its first `limit` keys, or null when `key` comes after all of
// those. A key that is pushed out can never come back, since only smaller keys take its place; so the counts
// of what stays are complete, in whatever order the keys arrived.
template <class Map>
typename Map::mapped_type* place(Map& map, typename Map::key_type key, std::size_t limit) {
    const auto found = map.lower_bound(key);
    if (found != map.end() && found->first == key) return &found->second;
    if (map.size() >= limit) {
        if (found == map.end()) return nullptr;
        map.erase(std::prev(map.end()));
    }
    return &map.try_emplace(std::move(key)).first->second;
}

std::string name_of(std::string_view text) {
    return sanitize(text, kMaxName);
}

bool is_cancelled(const Outcome& outcome) {
    return outcome.failure && outcome.failure->cause == Cause::local_cancelled;
}

bool is_clean(const Outcome& outcome) {
    return outcome.ok() && !outcome.suspect && outcome.retransmits == 0;
}

template <class Map>
auto list_values(Map& map) {
    std::vector<typename Map::mapped_type> out;
    out.reserve(map.size());
    for (auto& [name, value] : map)
        out.push_back(std::move(value));
    return out;
}

}  // namespace

WindowAccumulator::Entry* WindowAccumulator::entry(std::string_view dependency, std::string_view kind) {
    if (const auto found = dependencies_.find(dependency); found != dependencies_.end())
        return &found->second;
    std::string name = name_of(dependency);
    Entry* const out = place(dependencies_, name, kMaxDependencies);
    if (out != nullptr && out->counted.dependency.empty()) {
        out->counted.dependency = std::move(name);
        out->counted.kind = name_of(kind);
    }
    return out;
}

void WindowAccumulator::declare(std::string_view dependency, std::string_view kind) {
    if (Entry* const to = entry(dependency, kind)) to->declared = true;
}

void WindowAccumulator::skipped(std::string_view dependency, std::string_view kind, std::uint64_t times) {
    if (Entry* const to = entry(dependency, kind)) to->counted.skipped += times;
}

void WindowAccumulator::add(const Outcome& outcome) {
    if (is_cancelled(outcome)) return;
    Entry* const to = entry(outcome.dependency, outcome.kind);
    if (to == nullptr) return;
    WindowDependency& counted = to->counted;
    ++counted.runs;
    if (outcome.ok()) ++counted.succeeded;
    if (outcome.suspect) ++counted.suspect;
    if (outcome.retransmits > 0) ++counted.retransmitted;
    if (outcome.rtt) counted.rtt.add(*outcome.rtt);
    add_phases(*to, outcome);
    add_attempts(*to, outcome);
    add_facts(*to, outcome);
    add_gauges(*to, outcome);
}

void WindowAccumulator::add_phases(Entry& entry, const Outcome& outcome) {
    struct Entered {
        std::chrono::nanoseconds duration{};
        std::size_t position = 0;
    };
    ByName<Entered> entered;
    for (const PhaseTiming& timing : outcome.phases) {
        // A name that stands twice is one phase that the run entered once.
        Entered& phase = entered.try_emplace(name_of(timing.name), Entered{{}, entered.size()}).first->second;
        phase.duration += timing.duration;
    }
    if (outcome.failure) {
        const std::string phase = name_of(outcome.failure->phase);
        entered.try_emplace(phase, Entered{{}, entered.size()});  // what fails was entered
        const std::string cause(to_string(outcome.failure->cause));
        if (auto* const count = place(entry.failures, {phase, cause}, kMaxFailures)) ++*count;
    }
    const bool clean = is_clean(outcome);
    for (const auto& [name, seen] : entered) {
        SeenPhase* const phase = place(entry.phases, name, kMaxPhases);
        if (phase == nullptr) continue;
        WindowPhase& counted = phase->counted;
        if (counted.reached++ == 0) {
            counted.name = name;
            counted.layer = layer_of_phase(name, entry.counted.kind);
        }
        phase->position = std::max(phase->position, seen.position);
        // The task's own checks take no time: they have no latency to compare.
        const bool check = entry.counted.kind == "task" && seen.duration.count() == 0;
        if (clean && !check) counted.clean.add(seen.duration);
    }
}

void WindowAccumulator::add_attempts(Entry& entry, const Outcome& outcome) {
    for (const Attempt& attempt : outcome.attempts) {
        if (attempt.failed == Cause::local_cancelled) continue;
        std::string name = name_of(attempt.address);
        WindowAddress* const address = place(entry.addresses, name, kMaxAddresses);
        if (address == nullptr) continue;
        address->address = std::move(name);
        ++address->tried;
        if (attempt.failed) ++address->failed;
    }
}

void WindowAccumulator::add_facts(Entry& entry, const Outcome& outcome) {
    for (const Fact& fact : outcome.facts) {
        if (outcome.find_fact(fact.name) != &fact) continue;  // a run observes a fact once
        auto* const values = place(entry.facts, name_of(fact.name), kMaxWindowFacts);
        if (values == nullptr) continue;
        SeenFact* const seen = place(*values, sanitize(fact.value, kMaxFactValue), kMaxFactValues);
        if (seen == nullptr) continue;
        // The strictest class wins, should runs disagree.
        seen->cls = seen->runs == 0 ? fact.cls : std::min(seen->cls, fact.cls);
        ++seen->runs;
    }
}

void WindowAccumulator::add_gauges(Entry& entry, const Outcome& outcome) {
    for (const Gauge& seen : outcome.gauges) {
        if (!std::isfinite(seen.value)) continue;
        std::string name = name_of(seen.name);
        WindowGauge* const gauge = place(entry.gauges, name, kMaxGauges);
        if (gauge == nullptr) continue;
        const bool first = gauge->name.empty();
        gauge->min = first ? seen.value : std::min(gauge->min, seen.value);
        gauge->max = first ? seen.value : std::max(gauge->max, seen.value);
        gauge->last = seen.value;
        // The tightest limit of the window counts.
        if (seen.limit && std::isfinite(*seen.limit)) {
            gauge->limit = gauge->limit ? std::min(*gauge->limit, *seen.limit) : *seen.limit;
        }
        gauge->refuses_at_limit = gauge->refuses_at_limit || seen.refuses_at_limit;
        gauge->name = std::move(name);
    }
}

std::vector<WindowPhase> WindowAccumulator::list_phases(Entry& entry) {
    std::vector<SeenPhase> seen = list_values(entry.phases);
    std::stable_sort(seen.begin(), seen.end(),
                     [](const SeenPhase& a, const SeenPhase& b) { return a.position < b.position; });
    std::vector<WindowPhase> out;
    out.reserve(seen.size());
    for (SeenPhase& phase : seen)
        out.push_back(std::move(phase.counted));
    return out;
}

std::vector<WindowFact> WindowAccumulator::list_facts(const Entry& entry) {
    // As many values of each name as fit together; one always does, since there are no more names than room.
    std::size_t each = kMaxFactValues;
    const auto total = [&entry, &each] {
        std::size_t count = 0;
        for (const auto& [name, values] : entry.facts)
            count += std::min(values.size(), each);
        return count;
    };
    while (each > 1 && total() > kMaxWindowFacts)
        --each;

    std::vector<WindowFact> out;
    for (const auto& [name, values] : entry.facts) {
        const std::size_t start = out.size();
        for (const auto& [value, seen] : values)
            out.push_back({name, seen.cls, value, seen.runs});
        const auto first = out.begin() + static_cast<std::ptrdiff_t>(start);
        std::stable_sort(first, out.end(), [](const auto& a, const auto& b) { return a.runs > b.runs; });
        out.resize(start + std::min(each, values.size()));
        std::sort(out.begin() + static_cast<std::ptrdiff_t>(start), out.end(),
                  [](const auto& a, const auto& b) { return a.value < b.value; });
    }
    return out;
}

WindowDependency WindowAccumulator::finish(Entry& entry) {
    WindowDependency out = std::move(entry.counted);
    out.phases = list_phases(entry);
    out.addresses = list_values(entry.addresses);
    for (const auto& [key, count] : entry.failures)
        out.failures.push_back({key.first, key.second, count});
    out.facts = list_facts(entry);
    out.gauges = list_values(entry.gauges);
    return out;
}

std::vector<WindowDependency> WindowAccumulator::take() {
    std::vector<WindowDependency> out;
    ByName<Entry> next;
    for (auto& [name, entry] : dependencies_) {
        if (entry.declared) {
            Entry& fresh = next[name];
            fresh.declared = true;
            fresh.counted.dependency = entry.counted.dependency;
            fresh.counted.kind = entry.counted.kind;
        }
        out.push_back(finish(entry));
    }
    dependencies_ = std::move(next);
    return out;
}

}  // namespace plumb

// Adding one window to what is known of a dependency. Everything here commutes: where only the newest is
// kept, equal times are ordered by content.
#include "controller/judge/evidence/cohort.hpp"
#include "model/fact_list.hpp"
#include "model/run_order.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <tuple>

namespace plumb::judge {
namespace {

constexpr std::size_t kPhases = 4 * kMaxPhases;  // bounds over the range, past those of one window
constexpr std::size_t kFacts = 2 * kMaxWindowFacts;
constexpr std::size_t kPages = kMaxWindowFacts;
constexpr std::size_t kGauges = 2 * kMaxGauges;
constexpr std::size_t kAddresses = 4 * kMaxAddresses;
constexpr std::size_t kCauses = 64;

void add_to(std::uint64_t& sum, std::uint64_t more) {
    sum = more > std::numeric_limits<std::uint64_t>::max() - sum ? std::numeric_limits<std::uint64_t>::max()
                                                                 : sum + more;
}

// Inserts in order and keeps the newest `limit`; true when one had to go.
template <class T>
bool keep_newest(std::vector<T>& list, T item, std::size_t limit) {
    list.insert(std::upper_bound(list.begin(), list.end(), item), std::move(item));
    if (list.size() <= limit) return false;
    list.erase(list.begin());
    return true;
}

// Of more causes than are kept, the first by name; the others are counted as one.
void count_cause(const std::string& cause, std::uint64_t count,
                 std::map<std::string, std::uint64_t>& causes) {
    static const std::string kOthers = "unknown";
    add_to(causes[cause], count);
    if (causes.size() <= kCauses) return;
    auto last = std::prev(causes.end());
    if (last->first == kOthers) --last;
    const std::uint64_t dropped = last->second;
    causes.erase(last);
    add_to(causes[kOthers], dropped);
    if (causes.size() > kCauses) count_cause(kOthers, 0, causes);
}

std::pair<Layer, std::size_t> place_in_run(const PhaseEvidence& evidence) {
    return {evidence.layer, place_of_phase(evidence.name)};
}

PhaseEvidence* phase_entry(DependencyEvidence& to, const std::string& name, Layer layer) {
    const auto known = std::find_if(to.phases.begin(), to.phases.end(),
                                    [&](const PhaseEvidence& each) { return each.name == name; });
    PhaseEvidence fresh;
    fresh.name = name;
    fresh.layer = layer;
    if (known != to.phases.end()) {
        if (known->layer <= layer) return &*known;
        // Versions of the agent may differ in it: whichever comes first, the upper one counts.
        fresh = std::move(*known);
        fresh.layer = layer;
        to.phases.erase(known);
    }
    if (to.phases.size() >= kPhases) return nullptr;
    const auto before = [](const PhaseEvidence& a, const PhaseEvidence& b) {
        return std::pair(place_in_run(a), a.name) < std::pair(place_in_run(b), b.name);
    };
    const auto at = std::lower_bound(to.phases.begin(), to.phases.end(), fresh, before);
    return &*to.phases.insert(at, std::move(fresh));
}

template <class T>
T* named_entry(std::vector<T>& list, const std::string& name, std::size_t limit, std::string T::*member) {
    const auto at = std::lower_bound(list.begin(), list.end(), name,
                                     [member](const T& a, const std::string& b) { return a.*member < b; });
    if (at != list.end() && (*at).*member == name) return &*at;
    if (list.size() >= limit) return nullptr;
    T fresh;
    fresh.*member = name;
    return &*list.insert(at, std::move(fresh));
}

struct PhaseCounts {
    Layer layer = Layer::request;
    std::uint64_t reached = 0;
    std::uint64_t failed = 0;
    const Sketch* clean = nullptr;
    std::map<std::string, std::uint64_t> causes;
};

// Failures that no entry explains (a sender that dropped entries past its bound, or counters that do not add
// up) still count: a run that did not succeed is never taken for one that did.
constexpr const char* kUnexplained = "unexplained";

std::map<std::string, PhaseCounts> counts_of(const WindowDependency& from) {
    std::map<std::string, PhaseCounts> phases;
    for (const WindowPhase& each : from.phases) {
        PhaseCounts& counts = phases[each.name];
        counts.layer = each.layer;
        add_to(counts.reached, each.reached);
        counts.clean = &each.clean;
    }
    std::uint64_t explained = 0;
    for (const WindowFailure& failure : from.failures) {
        const auto [at, fresh] = phases.try_emplace(failure.phase);
        if (fresh) at->second.layer = layer_of_phase(failure.phase, from.kind);
        add_to(at->second.failed, failure.count);
        add_to(at->second.causes[failure.cause], failure.count);
        add_to(explained, failure.count);
    }
    const std::uint64_t failed = from.runs > from.succeeded ? from.runs - from.succeeded : 0;
    if (failed > explained) {
        PhaseCounts& counts = phases[kUnexplained];
        counts.reached = from.runs;
        counts.failed = failed - explained;
        counts.causes["unknown"] = counts.failed;
    }
    for (auto& [name, counts] : phases)
        counts.reached = std::max(counts.reached, counts.failed);
    return phases;
}

double median_ns(const Sketch& sketch) {
    return sketch.count() < kRecentRuns ? 0 : sketch.quantile(0.5);
}

// These three return false for want of room.
bool add_phases(const WindowDependency& from, Time end, DependencyEvidence& to) {
    bool room = true;
    for (auto& [name, counts] : counts_of(from)) {
        PhaseEvidence* entry = phase_entry(to, name, counts.layer);
        if (entry == nullptr) {
            room = false;
            continue;
        }
        add_to(entry->reached, counts.reached);
        add_to(entry->failed, counts.failed);
        if (counts.clean != nullptr) entry->clean.merge(*counts.clean);
        for (const auto& [cause, count] : counts.causes) {
            count_cause(cause, count, entry->causes);
        }
        if (counts.reached > 0) {
            const double middle = counts.clean == nullptr ? 0 : median_ns(*counts.clean);
            keep_newest(entry->recent, RecentWindow{end, counts.reached, counts.failed, middle},
                        kRecentWindows);
        }
    }
    return room;
}

bool add_fact(const WindowFact& from, Time end, DependencyEvidence& to) {
    FactEvidence* entry = named_entry(to.facts, from.name, kFacts, &FactEvidence::name);
    if (entry == nullptr) return false;
    auto& values = entry->values;
    const auto known = std::find_if(values.begin(), values.end(),
                                    [&](const FactValue& each) { return each.value == from.value; });
    FactValue value{end, from.runs, end, from.value};
    if (known != values.end()) {
        const Time since = std::min(end, known->since);
        std::tie(value.seen, value.runs) =
            std::max(std::pair(value.seen, value.runs), std::pair(known->seen, known->runs));
        value.since = since;
        values.erase(known);
    }
    entry->restless |= keep_newest(values, std::move(value), kFactValues);
    const bool stricter = end == entry->classified && from.cls < entry->cls;
    if (end > entry->classified || stricter) entry->cls = from.cls;
    entry->classified = std::max(entry->classified, end);
    return true;
}

void add_page(const WindowFact& from, Time end, DependencyEvidence& to) {
    PageEvidence* entry = named_entry(to.pages, from.name, kPages, &PageEvidence::name);
    if (entry == nullptr || std::tie(end, from.value) < std::tie(entry->seen, entry->text)) return;
    entry->seen = end;
    entry->text = from.value;
}

bool add_gauge(const WindowGauge& from, Time end, DependencyEvidence& to) {
    const bool sound = std::isfinite(from.min) && std::isfinite(from.max) && std::isfinite(from.last);
    if (!sound) return true;
    GaugeEvidence* entry = named_entry(to.gauges, from.name, kGauges, &GaugeEvidence::name);
    if (entry == nullptr) return false;
    GaugePoint point{end, from.min, from.max, from.last, from.limit, from.refuses_at_limit};
    if (point.limit && !std::isfinite(*point.limit)) point.limit.reset();
    keep_newest(entry->points, point, kGaugePoints);
    return true;
}

}  // namespace

bool add_state(const WindowDependency& from, Time end, DependencyEvidence& to) {
    to.name = from.dependency;
    to.kind = std::max(to.kind, from.kind);
    bool room = true;
    for (const WindowFact& fact : from.facts) {
        if (is_list_page(fact.name)) {
            add_page(fact, end, to);
        } else {
            room &= add_fact(fact, end, to);
        }
    }
    for (const WindowGauge& gauge : from.gauges)
        room &= add_gauge(gauge, end, to);
    return room;
}

bool add_runs(const WindowDependency& from, Time end, DependencyEvidence& to) {
    add_to(to.runs, from.runs);
    add_to(to.succeeded, std::min(from.succeeded, from.runs));
    add_to(to.suspect, from.suspect);
    add_to(to.skipped, from.skipped);
    add_to(to.retransmitted, from.retransmitted);
    if (from.runs > 0) keep_newest(to.recent, RecentRuns{end, from.runs, from.retransmitted}, kRecentWindows);
    to.rtt.merge(from.rtt);
    if (const double rtt = median_ns(from.rtt); rtt > 0)
        keep_newest(to.recent_rtt, RecentRtt{end, rtt}, kRecentWindows);
    const bool room = add_phases(from, end, to);
    for (const WindowAddress& each : from.addresses) {
        AddressEvidence* entry =
            named_entry(to.addresses, each.address, kAddresses, &AddressEvidence::address);
        if (entry == nullptr) continue;
        add_to(entry->tried, each.tried);
        add_to(entry->failed, std::min(each.failed, each.tried));
    }
    return room;
}

void fill_in(DependencyEvidence earlier, DependencyEvidence& to) {
    if (to.runs == 0) {
        std::swap(earlier.name, to.name);
        std::swap(earlier.kind, to.kind);
        std::swap(earlier.facts, to.facts);
        std::swap(earlier.gauges, to.gauges);
        std::swap(earlier.pages, to.pages);
        to = std::move(earlier);
        return;
    }
    for (PhaseEvidence& phase : earlier.phases) {
        if (phase.failed == phase.reached) continue;  // failures of then are no reference for now
        PhaseEvidence* entry = phase_entry(to, phase.name, phase.layer);
        if (entry != nullptr && entry->reached == 0) *entry = std::move(phase);
    }
}

std::size_t footprint(const DependencyEvidence& evidence) {
    std::size_t bytes = evidence.rtt.buckets().size() * sizeof(Sketch::Buckets::value_type) +
                        evidence.recent_rtt.size() * sizeof(RecentRtt) +
                        evidence.recent.size() * sizeof(RecentRuns);
    for (const PhaseEvidence& phase : evidence.phases) {
        bytes += sizeof phase + phase.clean.buckets().size() * sizeof(Sketch::Buckets::value_type) +
                 phase.recent.size() * sizeof(RecentWindow) + phase.causes.size() * kMaxName;
    }
    for (const FactEvidence& fact : evidence.facts) {
        bytes += sizeof fact;
        for (const FactValue& value : fact.values)
            bytes += sizeof value + value.value.size();
    }
    for (const PageEvidence& page : evidence.pages)
        bytes += sizeof page + page.text.size();
    for (const GaugeEvidence& gauge : evidence.gauges)
        bytes += sizeof gauge + gauge.points.size() * sizeof(GaugePoint);
    return bytes + evidence.addresses.size() * sizeof(AddressEvidence);
}

}  // namespace plumb::judge

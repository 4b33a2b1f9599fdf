#include "controller/ctl/diff/compare.hpp"

#include "controller/ctl/diff/compare_task.hpp"
#include "controller/ctl/diff/presence.hpp"
#include "controller/ctl/diff/rules.hpp"
#include "model/cause.hpp"
#include "model/run_order.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace plumb::ctl {
namespace {

using judge::Finding;
using judge::Severity;

const CauseInfo& info_of(const std::string& code) {
    return cause_info(parse_cause(code).value_or(Cause::unknown));
}

Finding finding(const std::string& dependency, const std::string& cause, std::string subject) {
    const auto& info = info_of(cause);
    Finding result;
    result.category = info.category;
    result.severity = Severity::critical;
    result.dependency = dependency;
    result.layer = info.layer;
    result.cause = cause;
    result.subject = std::move(subject);
    result.confidence = 1;
    result.reason = info.reason;
    result.action = info.action;
    return result;
}

std::string runs_in_words(const SavedDependency& side) {
    if (side.failed == 0) return side.runs == 1 ? "ok" : fmt::format("ok in all {} runs", side.runs);
    const std::string where = side.failure->phase.empty() ? "" : " in " + side.failure->phase;
    const std::string often =
        side.runs == 1 ? "fails" : fmt::format("{} of {} runs fail", side.failed, side.runs);
    const std::string detail = side.failure->detail.empty() ? "" : fmt::format(" ({})", side.failure->detail);
    return fmt::format("{}{}: {}{}", often, where, side.failure->cause, detail);
}

void add_latency(const SavedDependency& a, const SavedDependency& b, boost::json::object& evidence) {
    if (a.median_us <= 0 || b.median_us <= 0) return;
    evidence["baseline_median_us"] = a.median_us;
    evidence["candidate_median_us"] = b.median_us;
}

constexpr const char* kTask = "task";

enum class State { ok, shaky, failed };

State state_of(const SavedDependency& side) {
    if (!side.ok()) return State::failed;
    return side.shaky() ? State::shaky : State::ok;
}

bool same_failure(const SavedDependency& a, const SavedDependency& b) {
    if (!a.failure || !b.failure) return !a.failure && !b.failure;
    return a.failure->phase == b.failure->phase && a.failure->cause == b.failure->cause;
}

std::optional<Finding> compare_results(const std::string& name, const SavedDependency& a,
                                       const SavedDependency& b) {
    const State before = state_of(a);
    const State after = state_of(b);
    if (before == State::ok && after == State::ok) return std::nullopt;
    if (before == after && same_failure(a, b)) return std::nullopt;
    const bool candidate_is_worse = after >= before;
    const auto& worse = *(candidate_is_worse ? b.failure : a.failure);
    Finding result = finding(name, worse.cause, "failures");
    if (!worse.phase.empty()) result.layer = layer_of_phase(worse.phase, (candidate_is_worse ? b : a).kind);
    // A baseline that fails where the candidate works is a difference, but no reason to stop the candidate.
    result.severity = candidate_is_worse && after == State::failed ? Severity::critical : Severity::warning;
    result.baseline = runs_in_words(a);
    result.candidate = runs_in_words(b);
    add_latency(a, b, result.evidence);
    return result;
}

// A run that failed early saw fewer facts and gauges; what is missing then says nothing.
bool complete(const SavedDependency& side) {
    return state_of(side) == State::ok;
}

// What a policy may accept.
void tell_values(const std::string* a, const std::string* b, Finding& result) {
    boost::json::object values;
    values["baseline"] = a == nullptr ? boost::json::array() : boost::json::array{*a};
    values["candidate"] = b == nullptr ? boost::json::array() : boost::json::array{*b};
    result.evidence["values"] = std::move(values);
}

void compare_fact(const std::string& name, const std::string& fact, const SavedFact* a, const SavedFact* b,
                  std::vector<Finding>& out) {
    const auto told = a != nullptr && a->cls ? a->cls : (b != nullptr ? b->cls : std::nullopt);
    const FactClass cls = class_of(fact, told);
    if (cls == FactClass::informational || cls == FactClass::must_agree) return;
    const bool both = a != nullptr && b != nullptr;
    if (both && (a->value == b->value) != (cls == FactClass::must_differ)) return;
    if (!both && cls == FactClass::must_differ) return;
    // Only a name is looked up: that the other side dials a literal address is a matter of addresses.
    if (!both && fact.starts_with("dns.")) return;
    Finding result = finding(name, both ? "fact.differs" : "fact.missing", "fact:" + fact);
    result.layer = Layer::server;
    if (fact.starts_with("dns.")) result.layer = Layer::resolve;
    if (fact.starts_with("tls.")) result.layer = Layer::handshake;
    result.severity = cls == FactClass::ordered ? Severity::warning : Severity::critical;
    result.baseline = a == nullptr ? "not there" : a->value;
    result.candidate = b == nullptr ? "not there" : b->value;
    tell_values(a == nullptr ? nullptr : &a->value, b == nullptr ? nullptr : &b->value, result);
    if (cls == FactClass::must_differ) result.reason = "both environments reach the same one";
    out.push_back(std::move(result));
}

template <class Map>
auto find(const Map& map, const std::string& key) {
    const auto at = map.find(key);
    return at == map.end() ? nullptr : &at->second;
}

template <class Map>
std::set<std::string> names(const Map& a, const Map& b) {
    std::set<std::string> result;
    for (const auto& [name, _] : a)
        result.insert(name);
    for (const auto& [name, _] : b)
        result.insert(name);
    return result;
}

void compare_facts(const std::string& name, const SavedDependency& a, const SavedDependency& b,
                   std::vector<Finding>& out) {
    const bool missing_counts = complete(a) && complete(b);
    for (const auto& fact : names(a.facts, b.facts)) {
        const auto* in_a = find(a.facts, fact);
        const auto* in_b = find(b.facts, fact);
        if ((in_a == nullptr || in_b == nullptr) && !missing_counts) continue;
        compare_fact(name, fact, in_a, in_b, out);
    }
}

std::string in_words(const SavedGauge& gauge) {
    if (!gauge.limit) return fmt::format("{:.15g}, no limit", gauge.highest);
    return fmt::format("{:.15g} of {:.15g}", gauge.highest, *gauge.limit);
}

void compare_gauge(const std::string& name, const std::string& gauge, const SavedGauge& a,
                   const SavedGauge& b, std::vector<Finding>& out) {
    const auto low = [](const SavedGauge& side) {
        const auto headroom = side.headroom();
        return headroom && *headroom < kLowHeadroom;
    };
    // A value that wanders about the line is not scarcer on one side.
    const bool apart = std::abs(a.headroom().value_or(1) - b.headroom().value_or(1)) >= kHeadroomNoise;
    const bool scarce = low(a) != low(b) && apart;
    if (!scarce && a.limit == b.limit) return;
    Finding result = finding(name, scarce ? "gauge.headroom" : "fact.differs", "gauge:" + gauge);
    result.layer = Layer::server;
    result.severity = scarce && low(b) && refuses_at_limit(gauge, b.refuses_at_limit) ? Severity::critical
                                                                                      : Severity::warning;
    result.baseline = in_words(a);
    result.candidate = in_words(b);
    if (const auto headroom = a.headroom()) result.evidence["baseline_headroom"] = *headroom;
    if (const auto headroom = b.headroom()) result.evidence["candidate_headroom"] = *headroom;
    out.push_back(std::move(result));
}

// A run that failed sees other things than one that did not: what it tells otherwise is a consequence, told
// under the failure, and no graver than that.
void fold_under(Finding& failure, std::vector<Finding> facts) {
    for (auto& fact : facts) {
        if (failure.severity == Severity::warning) fact.severity = Severity::warning;
        failure.folded.push_back(std::move(fact));
    }
}

void compare_dependency(const std::string& name, const SavedDependency& a, const SavedDependency& b,
                        std::vector<Finding>& out) {
    if (a.kind != b.kind) {
        Finding result = finding(name, "fact.differs", "fact:kind");
        result.layer = Layer::task;
        result.baseline = a.kind;
        result.candidate = b.kind;
        tell_values(&a.kind, &b.kind, result);
        out.push_back(std::move(result));
        return;  // two kinds have little else in common
    }
    std::vector<Finding> facts;
    compare_facts(name, a, b, facts);
    auto failure = compare_results(name, a, b);
    const bool one_fails = state_of(a) == State::failed || state_of(b) == State::failed;
    if (failure && one_fails) fold_under(*failure, std::exchange(facts, {}));
    if (failure) out.push_back(*std::move(failure));
    std::move(facts.begin(), facts.end(), std::back_inserter(out));
    for (const auto& [gauge, in_a] : a.gauges) {
        if (const auto* in_b = find(b.gauges, gauge)) compare_gauge(name, gauge, in_a, *in_b, out);
    }
}

// What is known of a task even where a look was cut short: gauges, and the checks that both sides made.
SavedDependency without_facts(const SavedDependency& side, const SavedDependency& other) {
    SavedDependency result = side;
    result.facts.clear();
    std::erase_if(result.checks, [&](const auto& check) { return !other.checks.contains(check.first); });
    return result;
}

// What the tasks show of themselves.
std::vector<Finding> compare_own(const CheckOutput& baseline, const CheckOutput& candidate) {
    const auto* a = find(baseline.dependencies, kTask);
    const auto* b = find(candidate.dependencies, kTask);
    if (a == nullptr || b == nullptr) return {};
    auto incomplete = incomplete_task(baseline, candidate);
    // An agent of old tells nothing of its task.
    if (a->facts.empty() || b->facts.empty()) return {};
    if (!incomplete) return compare_tasks(*a, *b);
    auto out = compare_tasks(without_facts(*a, *b), without_facts(*b, *a));
    out.push_back(*std::move(incomplete));
    return out;
}

}  // namespace

std::vector<Finding> compare_checks(const CheckOutput& baseline, const CheckOutput& candidate) {
    std::vector<Finding> out;
    for (const auto& name : names(baseline.dependencies, candidate.dependencies)) {
        const auto* a = find(baseline.dependencies, name);
        const auto* b = find(candidate.dependencies, name);
        if (name == kTask) {
            auto own = compare_own(baseline, candidate);
            std::move(own.begin(), own.end(), std::back_inserter(out));
        } else if (a == nullptr || b == nullptr) {
            out.push_back(absent(name, baseline, candidate));
        } else {
            compare_dependency(name, *a, *b, out);
        }
    }
    return out;
}

}  // namespace plumb::ctl

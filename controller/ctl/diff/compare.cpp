#include "controller/ctl/diff/compare.hpp"

#include "controller/ctl/diff/compare_task.hpp"
#include "controller/ctl/diff/rules.hpp"
#include "model/cause.hpp"
#include "model/run_order.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>
#include <string>

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

void compare_results(const std::string& name, const SavedDependency& a, const SavedDependency& b,
                     std::vector<Finding>& out) {
    const State before = state_of(a);
    const State after = state_of(b);
    if (before == State::ok && after == State::ok) return;
    if (before == after && same_failure(a, b)) return;
    const bool candidate_is_worse = after >= before;
    const auto& worse = *(candidate_is_worse ? b.failure : a.failure);
    Finding result = finding(name, worse.cause, "failures");
    if (!worse.phase.empty()) result.layer = layer_of_phase(worse.phase, (candidate_is_worse ? b : a).kind);
    // A baseline that fails where the candidate works is a difference, but no reason to stop the candidate.
    result.severity = candidate_is_worse && after == State::failed ? Severity::critical : Severity::warning;
    result.baseline = runs_in_words(a);
    result.candidate = runs_in_words(b);
    add_latency(a, b, result.evidence);
    out.push_back(std::move(result));
}

// A run that failed early saw fewer facts and gauges; what is missing then says nothing.
bool complete(const SavedDependency& side) {
    return state_of(side) == State::ok;
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
    boost::json::object values;  // what a policy may accept
    values["baseline"] = a == nullptr ? boost::json::array() : boost::json::array{a->value};
    values["candidate"] = b == nullptr ? boost::json::array() : boost::json::array{b->value};
    result.evidence["values"] = std::move(values);
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

Finding absent(const std::string& name, bool in_baseline) {
    Finding result = finding(name, "fact.missing", "fact:dependency");
    result.layer = Layer::task;
    result.severity = in_baseline ? Severity::critical : Severity::warning;
    result.baseline = in_baseline ? "checked" : "not checked";
    result.candidate = in_baseline ? "not checked" : "checked";
    result.reason = fmt::format(
        "only one side has a target named '{}': a variable or secret is absent, or the checks "
        "were given different targets",
        name);
    result.action = "compare the task definitions' environment and secrets";
    return result;
}

void compare_dependency(const std::string& name, const SavedDependency& a, const SavedDependency& b,
                        std::vector<Finding>& out) {
    if (a.kind != b.kind) {
        Finding result = finding(name, "fact.differs", "fact:kind");
        result.layer = Layer::task;
        result.baseline = a.kind;
        result.candidate = b.kind;
        out.push_back(std::move(result));
        return;  // two kinds have little else in common
    }
    compare_results(name, a, b, out);
    compare_facts(name, a, b, out);
    for (const auto& [gauge, in_a] : a.gauges) {
        if (const auto* in_b = find(b.gauges, gauge)) compare_gauge(name, gauge, in_a, *in_b, out);
    }
}

}  // namespace

std::vector<Finding> compare_checks(const CheckOutput& baseline, const CheckOutput& candidate) {
    std::vector<Finding> out;
    for (const auto& name : names(baseline, candidate)) {
        const auto* a = find(baseline, name);
        const auto* b = find(candidate, name);
        if (name == kTask) {
            const SavedDependency none;
            auto own = compare_tasks(a == nullptr ? none : *a, b == nullptr ? none : *b);
            std::move(own.begin(), own.end(), std::back_inserter(out));
        } else if (a == nullptr || b == nullptr) {
            out.push_back(absent(name, a != nullptr));
        } else {
            compare_dependency(name, *a, *b, out);
        }
    }
    return out;
}

}  // namespace plumb::ctl

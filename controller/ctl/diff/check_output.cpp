#include "controller/ctl/diff/check_output.hpp"

#include "base/text.hpp"
#include "controller/ctl/diff/transcript.hpp"
#include "model/window.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

namespace plumb::ctl {
namespace {

namespace json = boost::json;

constexpr const char* kTask = "task";
constexpr std::size_t kMaxOutcomes = 100000;
constexpr std::size_t kMaxDifferent = 1024;  // dependencies

// What the runs of one dependency said, counted.
struct Tally {
    SavedDependency dependency;
    std::map<std::string, std::map<std::string, unsigned>> facts;
    std::map<std::pair<std::string, std::string>, SavedFailure> failures;
    std::vector<double> totals;
};

std::string text(const json::object& object, std::string_view key, std::size_t limit) {
    const auto* value = object.if_contains({key.data(), key.size()});
    if (value == nullptr || !value->is_string()) return {};
    const auto& found = value->get_string();
    return sanitize({found.data(), found.size()}, limit);
}

std::optional<double> number(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains({key.data(), key.size()});
    if (value == nullptr || !value->is_number()) return std::nullopt;
    const double read = value->to_number<double>();
    return std::isfinite(read) ? std::optional(read) : std::nullopt;
}

const json::object* object_at(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains({key.data(), key.size()});
    return value == nullptr ? nullptr : value->if_object();
}

void count_facts(const json::object& outcome, Tally& tally) {
    if (const auto* facts = object_at(outcome, "facts")) {
        for (const auto& [key, value] : *facts) {
            if (!value.is_string() || tally.facts.size() > kMaxWindowFacts) continue;
            const auto& found = value.get_string();
            const std::string name = sanitize({key.data(), key.size()}, kMaxName);
            ++tally.facts[name][sanitize({found.data(), found.size()}, kMaxFactValue)];
        }
    }
}

void read_gauges(const json::object& outcome, SavedDependency& dependency) {
    const auto* gauges = object_at(outcome, "gauges");
    if (gauges == nullptr) return;
    for (const auto& [key, value] : *gauges) {
        const auto* gauge = value.if_object();
        if (gauge == nullptr || dependency.gauges.size() > kMaxGauges) continue;
        const auto amount = number(*gauge, "value");
        if (!amount) continue;
        auto& saved = dependency.gauges[sanitize({key.data(), key.size()}, kMaxName)];
        saved.highest = saved.limit_known ? std::max(saved.highest, *amount) : *amount;
        saved.limit = number(*gauge, "limit");
        saved.limit_known = true;
    }
}

void count_failure(const json::object& outcome, Tally& tally) {
    ++tally.dependency.failed;
    SavedFailure failure;
    if (const auto* told = object_at(outcome, "failure")) {
        failure.phase = text(*told, "phase", kMaxName);
        failure.cause = text(*told, "cause", kMaxName);
        failure.detail = text(*told, "detail", kMaxDetail);
    }
    if (failure.cause.empty()) failure.cause = "unknown";
    if (tally.failures.size() > kMaxFailures) return;
    const std::pair key{failure.phase, failure.cause};
    ++tally.failures.try_emplace(key, std::move(failure)).first->second.runs;
}

Result<void> count(const json::value& value, std::map<std::string, Tally>& tallies) {
    const auto* outcome = value.if_object();
    if (outcome == nullptr) return Error{"an outcome is no object"};
    const std::string name = text(*outcome, "dependency", kMaxName);
    const auto* ok = outcome->if_contains("ok");
    if (name.empty() || ok == nullptr || !ok->is_bool())
        return Error{"an outcome has no `dependency` or no `ok`"};
    if (!tallies.contains(name) && tallies.size() >= kMaxDifferent)
        return Error{"more dependencies than a check has"};
    auto& tally = tallies[name];
    ++tally.dependency.runs;
    tally.dependency.kind = text(*outcome, "kind", kMaxName);
    count_facts(*outcome, tally);
    read_gauges(*outcome, tally.dependency);
    if (!ok->get_bool()) {
        count_failure(*outcome, tally);
    } else if (const auto total = number(*outcome, "total_us")) {
        tally.totals.push_back(*total);
    }
    return {};
}

SavedDependency settle(Tally& tally) {
    SavedDependency result = std::move(tally.dependency);
    for (const auto& [name, values] : tally.facts) {
        const auto most = std::max_element(values.begin(), values.end(),
                                           [](const auto& a, const auto& b) { return a.second < b.second; });
        result.facts[name].value = most->first;
    }
    for (auto& [_, failure] : tally.failures) {
        if (!result.failure || failure.runs > result.failure->runs) result.failure = std::move(failure);
    }
    if (!tally.totals.empty()) {
        const auto middle = tally.totals.begin() + static_cast<std::ptrdiff_t>(tally.totals.size() / 2);
        std::nth_element(tally.totals.begin(), middle, tally.totals.end());
        result.median_us = *middle;
    }
    return result;
}

// What the agent knew of the names it used.
void apply_catalog(const json::object& root, std::map<std::string, SavedDependency>& saved) {
    const auto* agent = object_at(root, "agent");
    const auto* catalog = agent == nullptr ? nullptr : object_at(*agent, "catalog");
    if (catalog == nullptr) return;
    const auto* facts = object_at(*catalog, "facts");
    const auto* gauges = object_at(*catalog, "gauges");
    for (auto& [_, dependency] : saved) {
        for (auto& [name, fact] : dependency.facts) {
            if (facts != nullptr) fact.cls = parse_fact_class(text(*facts, name, kMaxName));
        }
        for (auto& [name, gauge] : dependency.gauges) {
            const auto* entry = gauges == nullptr ? nullptr : object_at(*gauges, name);
            const auto* refuses = entry == nullptr ? nullptr : entry->if_contains("refuses_at_limit");
            if (refuses != nullptr && refuses->is_bool()) gauge.refuses_at_limit = refuses->get_bool();
        }
    }
}

// What the task shows of itself. Files of older agents say only who it is.
void read_task(const json::object& root, std::map<std::string, SavedDependency>& saved) {
    const auto* task = object_at(root, "task");
    if (task == nullptr || object_at(*task, "facts") == nullptr) return;
    Tally tally;
    tally.dependency.kind = kTask;
    tally.dependency.runs = 1;
    count_facts(*task, tally);
    read_gauges(*task, tally.dependency);
    const auto* checks = task->if_contains("checks");
    if (checks != nullptr && checks->is_array()) {
        for (const auto& each : checks->get_array()) {
            const auto* check = each.if_object();
            if (check == nullptr || tally.dependency.checks.size() > kMaxPhases) continue;
            const auto* ok = check->if_contains("ok");
            const bool failed = ok != nullptr && ok->is_bool() && !ok->get_bool();
            tally.dependency.checks[text(*check, "name", kMaxName)] = {
                failed, text(*check, "cause", kMaxName), text(*check, "detail", kMaxDetail)};
        }
    }
    saved[kTask] = settle(tally);
}

// What an interrupted check did not come to.
void read_interruption(const json::object& root, CheckOutput& saved) {
    const auto* interrupted = root.if_contains("interrupted");
    saved.interrupted = interrupted != nullptr && interrupted->is_bool() && interrupted->get_bool();
    const auto* names = root.if_contains("not_checked");
    if (names == nullptr || !names->is_array()) return;
    auto& not_checked = saved.not_checked.emplace();
    for (const auto& each : names->get_array()) {
        if (!each.is_string() || not_checked.size() >= kMaxDifferent) continue;
        const auto& name = each.get_string();
        not_checked.insert(sanitize({name.data(), name.size()}, kMaxName));
    }
}

}  // namespace

std::optional<double> SavedGauge::headroom() const {
    if (!limit || *limit <= 0) return std::nullopt;
    return std::clamp(1 - highest / *limit, 0.0, 1.0);
}

bool CheckOutput::ended_before(const std::string& dependency) const {
    if (dependencies.contains(dependency)) return false;
    return not_checked ? not_checked->contains(dependency) : interrupted;
}

Result<CheckOutput> read_check(std::string_view saved, const std::string& name) {
    auto found = find_check(saved);
    if (!found) return Error{fmt::format("{}: {}", name, found.error().message)};
    const auto& outcomes = found->at("outcomes").get_array();
    if (outcomes.size() > kMaxOutcomes) return Error{name + ": more outcomes than a check has"};
    std::map<std::string, Tally> tallies;
    for (const auto& outcome : outcomes) {
        if (auto ok = count(outcome, tallies); !ok)
            return Error{fmt::format("{}: {}", name, ok.error().message)};
    }
    CheckOutput result;
    result.name = name;
    for (auto& [dependency, tally] : tallies)
        result.dependencies.emplace(dependency, settle(tally));
    read_task(*found, result.dependencies);
    apply_catalog(*found, result.dependencies);
    read_interruption(*found, result);
    return result;
}

}  // namespace plumb::ctl

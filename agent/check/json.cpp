#include "agent/check/json.hpp"

#include <cmath>

#include <boost/json.hpp>

namespace plumb::agent {
namespace {

namespace json = boost::json;
using std::chrono::nanoseconds;

std::int64_t whole_us(nanoseconds value) {
    return std::chrono::floor<std::chrono::microseconds>(value).count();
}

json::string text(std::string_view value) {
    return json::string(value.data(), value.size());
}

json::value number(double value) {
    if (value == std::floor(value) && std::abs(value) < 9e15) return static_cast<std::int64_t>(value);
    return value;
}

// Boundaries are rounded, not durations: so the parts add up.
json::array phases_of(const Outcome& outcome) {
    json::array out;
    nanoseconds end{};
    std::int64_t before = 0;
    for (std::size_t i = 0; i < outcome.phases.size(); ++i) {
        end += outcome.phases[i].duration;
        const auto boundary = i + 1 == outcome.phases.size() ? whole_us(outcome.total) : whole_us(end);
        json::object phase;
        phase["name"] = text(outcome.phases[i].name);
        phase["us"] = std::max<std::int64_t>(boundary - before, 0);
        before = std::max(before, boundary);
        out.push_back(std::move(phase));
    }
    return out;
}

json::array attempts_of(const Outcome& outcome) {
    json::array out;
    for (const auto& attempt : outcome.attempts) {
        json::object entry;
        entry["address"] = text(attempt.address);
        entry["ok"] = !attempt.failed.has_value();
        if (attempt.failed) entry["cause"] = text(to_string(*attempt.failed));
        entry["us"] = whole_us(attempt.duration);
        out.push_back(std::move(entry));
    }
    return out;
}

json::object gauges_of(const Outcome& outcome) {
    json::object out;
    for (const auto& gauge : outcome.gauges) {
        if (!std::isfinite(gauge.value)) continue;
        json::object entry;
        entry["value"] = number(gauge.value);
        if (gauge.limit && std::isfinite(*gauge.limit)) entry["limit"] = number(*gauge.limit);
        out[gauge.name] = std::move(entry);
    }
    return out;
}

void add_failure(const Outcome& outcome, json::object& out) {
    if (!outcome.failure) return;
    json::object failure;
    failure["phase"] = text(outcome.failure->phase);
    failure["cause"] = text(to_string(outcome.failure->cause));
    failure["detail"] = text(outcome.failure->detail);
    out["failure"] = std::move(failure);
}

json::object outcome_object(const Outcome& outcome) {
    json::object out;
    out["dependency"] = text(outcome.dependency);
    out["kind"] = text(outcome.kind);
    out["target"] = text(outcome.target);
    out["address"] = text(outcome.address);
    out["ok"] = outcome.ok();
    out["total_us"] = whole_us(outcome.total);
    out["phases"] = phases_of(outcome);
    add_failure(outcome, out);
    json::object facts;
    for (const auto& fact : outcome.facts)
        facts[fact.name] = text(fact.value);
    out["facts"] = std::move(facts);
    out["gauges"] = gauges_of(outcome);
    if (!outcome.note.empty()) out["note"] = text(outcome.note);
    if (outcome.suspect) out["suspect"] = true;
    out["attempts"] = attempts_of(outcome);
    if (outcome.rtt) out["rtt_us"] = whole_us(*outcome.rtt);
    out["retransmits"] = outcome.retransmits;
    return out;
}

// What this agent knows of the names it used, so that who reads the file needs no list of its own: the
// classes of facts and which gauges refuse at their limit.
json::object catalog_of(const std::vector<Outcome>& outcomes, const Outcome& task) {
    json::object facts;
    json::object gauges;
    const auto add = [&](const Outcome& outcome) {
        for (const auto& fact : outcome.facts)
            facts[fact.name] = text(to_string(fact.cls));
        for (const auto& gauge : outcome.gauges)
            gauges[gauge.name] = json::object{{"refuses_at_limit", gauge.refuses_at_limit}};
    };
    for (const auto& outcome : outcomes)
        add(outcome);
    add(task);
    return json::object{{"facts", std::move(facts)}, {"gauges", std::move(gauges)}};
}

// Who it is stands at the top, as short names; what it shows beneath.
json::object task_object(const TaskPart& task) {
    json::object out;
    for (const auto& fact : task.identity)
        out[fact.name] = text(fact.value);
    json::object facts;
    for (const auto& fact : task.look.evidence.facts)
        facts[fact.name] = text(fact.value);
    out["facts"] = std::move(facts);
    out["gauges"] = gauges_of(task.look.evidence);
    json::array checks;
    for (const auto& check : task.look.checks) {
        json::object entry;
        entry["name"] = text(check.name);
        entry["ok"] = !check.failed;
        if (check.failed) entry["cause"] = text(to_string(check.cause));
        if (check.failed) entry["detail"] = text(check.detail);
        checks.push_back(std::move(entry));
    }
    out["checks"] = std::move(checks);
    return out;
}

}  // namespace

std::string render_json(const std::vector<Outcome>& outcomes, const TaskPart& task, std::string_view version,
                        const Interruption& interruption) {
    json::object root;
    root["agent"] =
        json::object{{"version", text(version)}, {"catalog", catalog_of(outcomes, task.look.evidence)}};
    root["task"] = task_object(task);
    if (interruption.came) {
        root["interrupted"] = true;
        json::array names;
        for (const auto& name : interruption.not_checked)
            names.push_back(json::value(text(name)));
        root["not_checked"] = std::move(names);
    }
    json::array list;
    for (const auto& outcome : outcomes)
        list.push_back(outcome_object(outcome));
    root["outcomes"] = std::move(list);
    return json::serialize(root) + "\n";
}

}  // namespace plumb::agent

#include "base/duration.hpp"
#include "model/window_json.hpp"

#include <cmath>

#include <boost/json.hpp>
#include <fmt/format.h>

namespace plumb {

namespace json = boost::json;

namespace {

// RFC 3339 with milliseconds where there are any: windows may be shorter than a second.
std::string time_text(std::chrono::system_clock::time_point time) {
    using namespace std::chrono;
    std::string text = format_time(time);
    const auto millis = duration_cast<milliseconds>(time - floor<seconds>(time)).count();
    if (millis != 0) text.insert(text.size() - 1, fmt::format(".{:03}", millis));
    return text;
}

json::object sketch_object(const Sketch& sketch) {
    json::array buckets;
    for (const auto& [index, count] : sketch.buckets())
        buckets.emplace_back(json::array{index, count});
    return {{"count", sketch.count()},
            {"sum_ns", sketch.sum_ns()},
            {"min_ns", sketch.min_ns()},
            {"max_ns", sketch.max_ns()},
            {"buckets", std::move(buckets)}};
}

// Whole amounts as people write them: 87 rather than 8.7E1.
json::value number(double amount) {
    constexpr double kExact = 9007199254740992.0;  // 2^53: beyond, not every whole number has a double
    if (amount == std::floor(amount) && std::abs(amount) <= kExact) return static_cast<std::int64_t>(amount);
    return amount;
}

json::object gauge_object(const WindowGauge& gauge) {
    json::object out{{"name", gauge.name},
                     {"min", number(gauge.min)},
                     {"max", number(gauge.max)},
                     {"last", number(gauge.last)}};
    if (gauge.limit) out["limit"] = number(*gauge.limit);
    out["refuses_at_limit"] = gauge.refuses_at_limit;
    return out;
}

json::object dependency_object(const WindowDependency& dependency) {
    json::object out{{"dependency", dependency.dependency},
                     {"kind", dependency.kind},
                     {"runs", dependency.runs},
                     {"succeeded", dependency.succeeded},
                     {"suspect", dependency.suspect},
                     {"skipped", dependency.skipped}};
    json::array phases;
    for (const WindowPhase& phase : dependency.phases) {
        phases.emplace_back(json::object{{"name", phase.name},
                                         {"layer", to_string(phase.layer)},
                                         {"reached", phase.reached},
                                         {"clean", sketch_object(phase.clean)}});
    }
    json::array addresses;
    for (const WindowAddress& entry : dependency.addresses) {
        addresses.emplace_back(
            json::object{{"address", entry.address}, {"tried", entry.tried}, {"failed", entry.failed}});
    }
    json::array failures;
    for (const WindowFailure& entry : dependency.failures) {
        failures.emplace_back(
            json::object{{"phase", entry.phase}, {"cause", entry.cause}, {"count", entry.count}});
    }
    json::array facts;
    for (const WindowFact& entry : dependency.facts) {
        facts.emplace_back(json::object{{"name", entry.name},
                                        {"class", to_string(entry.cls)},
                                        {"value", entry.value},
                                        {"runs", entry.runs}});
    }
    json::array gauges;
    for (const WindowGauge& entry : dependency.gauges)
        gauges.emplace_back(gauge_object(entry));
    out["phases"] = std::move(phases);
    out["rtt"] = sketch_object(dependency.rtt);
    out["retransmitted"] = dependency.retransmitted;
    out["addresses"] = std::move(addresses);
    out["failures"] = std::move(failures);
    out["facts"] = std::move(facts);
    out["gauges"] = std::move(gauges);
    return out;
}

}  // namespace

std::string to_json_line(const Window& window) {
    json::object out{
        {"agent", window.agent}, {"sequence", window.sequence}, {"start", time_text(window.start)}};
    out["seconds"] = number(static_cast<double>(window.length.count()) / 1000);
    out["task_age_s"] = window.task_age.count();
    out["draining"] = window.draining;
    json::object labels;
    for (const auto& [name, value] : window.labels)
        labels[name] = value;
    out["labels"] = std::move(labels);
    json::array dependencies;
    for (const WindowDependency& dependency : window.dependencies) {
        dependencies.emplace_back(dependency_object(dependency));
    }
    out["dependencies"] = std::move(dependencies);
    return json::serialize(out);
}

}  // namespace plumb

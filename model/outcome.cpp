#include "model/outcome.hpp"

#include "base/text.hpp"
#include "model/window.hpp"

#include <algorithm>
#include <cmath>

namespace plumb {
namespace {

template <class Named>
auto find_named(Named& items, std::string_view name) {
    return std::find_if(items.begin(), items.end(), [name](const auto& item) { return item.name == name; });
}

}  // namespace

void Outcome::fact(std::string_view name, FactClass cls, std::string_view value) {
    Fact made{sanitize(name, kMaxName), cls, sanitize(value, kMaxFactValue)};
    const auto found = find_named(facts, made.name);
    if (found != facts.end()) {
        *found = std::move(made);
    } else if (facts.size() < kMaxFacts) {
        facts.push_back(std::move(made));
    }
}

void Outcome::fact(const FactInfo& info, unsigned number, std::string_view value) {
    std::string name(info.name);
    const auto at = name.ends_with(".N") ? name.size() - 2 : name.find(".N.");
    if (at != std::string::npos) name.replace(at + 1, 1, std::to_string(number));
    fact(name, info.cls, value);
}

void Outcome::gauge(std::string_view name, double value, std::optional<double> limit, bool refuses_at_limit) {
    // A number that cannot be compared is no measurement.
    if (!std::isfinite(value)) return;
    if (limit && !std::isfinite(*limit)) limit.reset();
    Gauge made{sanitize(name, kMaxName), value, limit, refuses_at_limit};
    const auto found = find_named(gauges, made.name);
    if (found != gauges.end()) {
        *found = std::move(made);
    } else if (gauges.size() < kMaxGauges) {
        gauges.push_back(std::move(made));
    }
}

const Fact* Outcome::find_fact(std::string_view name) const {
    const auto found = find_named(facts, name);
    return found == facts.end() ? nullptr : &*found;
}

const Gauge* Outcome::find_gauge(std::string_view name) const {
    const auto found = find_named(gauges, name);
    return found == gauges.end() ? nullptr : &*found;
}

}  // namespace plumb

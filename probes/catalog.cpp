#include "base/text.hpp"
#include "probes/probe.hpp"

#include <algorithm>

namespace plumb {
namespace {

template <class Infos>
bool has_name(const Infos& infos, std::string_view name) {
    return std::any_of(infos.begin(), infos.end(), [name](const auto& info) { return info.name == name; });
}

template <class Infos>
void add_new(Infos& to, const Infos& more) {
    for (const auto& info : more) {
        if (!has_name(to, info.name)) to.push_back(info);
    }
}

bool is_number(std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

template <class Infos>
bool has_instance(const Infos& infos, std::string_view name) {
    return std::any_of(infos.begin(), infos.end(),
                       [name](const auto& info) { return is_instance(name, info.name); });
}

bool knows_cause(const Catalog& catalog, Cause cause) {
    return to_string(cause).starts_with("local.") ||
           std::find(catalog.causes.begin(), catalog.causes.end(), cause) != catalog.causes.end();
}

}  // namespace

bool is_instance(std::string_view name, std::string_view pattern) {
    std::size_t from = 0;
    for (const auto part : split(pattern, '.')) {
        const bool number = part == "N";
        if (!number && part != "NAME") {
            from += part.size() + 1;
            continue;
        }
        const auto head = pattern.substr(0, from);
        const auto tail = pattern.substr(from + part.size());
        if (name.size() <= head.size() + tail.size() || !name.starts_with(head) || !name.ends_with(tail))
            return false;
        const auto stands_for = name.substr(head.size(), name.size() - head.size() - tail.size());
        return !number || is_number(stands_for);
    }
    return name == pattern;
}

Catalog& Catalog::add(const Catalog& more) {
    add_new(phases, more.phases);
    add_new(facts, more.facts);
    add_new(gauges, more.gauges);
    for (const Cause cause : more.causes) {
        if (std::find(causes.begin(), causes.end(), cause) == causes.end()) causes.push_back(cause);
    }
    return *this;
}

std::vector<std::string> undeclared(const Catalog& catalog, const Outcome& outcome) {
    std::vector<std::string> strays;
    const auto stray = [&strays](std::string_view what, std::string_view name) {
        strays.push_back(std::string(what) + " " + std::string(name));
    };
    for (const auto& phase : outcome.phases) {
        if (!has_instance(catalog.phases, phase.name)) stray("phase", phase.name);
    }
    for (const auto& fact : outcome.facts) {
        if (!has_instance(catalog.facts, fact.name)) stray("fact", fact.name);
    }
    for (const auto& gauge : outcome.gauges) {
        if (!has_instance(catalog.gauges, gauge.name)) stray("gauge", gauge.name);
    }
    for (const auto& attempt : outcome.attempts) {
        if (attempt.failed && !knows_cause(catalog, *attempt.failed))
            stray("cause", to_string(*attempt.failed));
    }
    if (outcome.failure && !knows_cause(catalog, outcome.failure->cause)) {
        stray("cause", to_string(outcome.failure->cause));
    }
    return strays;
}

}  // namespace plumb

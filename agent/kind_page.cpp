#include "agent/kind_page.hpp"

#include "agent/wrap.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace plumb::agent {
namespace {

using Rows = std::vector<std::pair<std::string_view, std::string>>;

std::string words_of(const FactInfo& fact) {
    return fmt::format("{}: {}", to_string(fact.cls), fact.meaning);
}

std::string words_of(const GaugeInfo& gauge) {
    return fmt::format("{}{}: {}", gauge.unit, gauge.refuses_at_limit ? ", refuses at its limit" : "",
                       gauge.meaning);
}

std::string section(std::string_view title, const Rows& rows, const Terminal& terminal) {
    if (rows.empty()) return {};
    std::size_t indent = 0;
    for (const auto& [name, words] : rows)
        indent = std::max(indent, name.size() + 4);
    std::string out = fmt::format("\n{}\n", terminal.paint(Style::bold, title));
    for (const auto& [name, words] : rows) {
        out += hanging("  " + std::string(name), words, indent, static_cast<std::size_t>(terminal.width()));
    }
    return out;
}

std::string heading(const Kind& kind, const Terminal& terminal) {
    std::string schemes;
    for (auto scheme = kind.schemes.begin(); scheme != kind.schemes.end(); ++scheme) {
        if (scheme != kind.schemes.begin()) schemes += ", ";
        schemes += scheme->name;
        const auto next = std::next(scheme);
        const bool same_follows = next != kind.schemes.end() && next->default_port == scheme->default_port;
        if (scheme->default_port != 0 && !same_follows)
            schemes += fmt::format(" on port {}", scheme->default_port);
    }
    if (kind.schemes.empty()) schemes = "looked at by itself: no target";
    return fmt::format("{}  ({}{})\n", terminal.paint(Style::bold, kind.name), schemes,
                       kind.logs_in ? "; logs in" : "");
}

void add_kind(std::string& kinds, std::string_view name) {
    kinds += (kinds.empty() ? "" : ", ") + std::string(name);
}

// "tls.chain.2.key" is the fact "tls.chain.N.key".
std::string unnumbered(std::string_view name) {
    std::string out;
    for (const auto part : split(name, '.')) {
        const bool number = !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos;
        out += fmt::format("{}{}", out.empty() ? "" : ".", number ? "N" : part);
    }
    return out;
}

std::string observation(std::string_view name, std::string_view what, const std::string& words,
                        const std::string& kinds, const Terminal& terminal) {
    constexpr std::size_t kIndent = 10;
    const auto width = static_cast<std::size_t>(terminal.width());
    return fmt::format("{}  ({} of {})\n", terminal.paint(Style::bold, name), what, kinds) +
           hanging("  meaning", words, kIndent, width);
}

}  // namespace

std::string kind_page(const Kind& kind, const Terminal& terminal) {
    const auto& catalog = kind.catalog;
    Rows phases;
    for (const auto& phase : catalog.phases)
        phases.emplace_back(phase.name, phase.meaning);
    Rows causes;
    for (const Cause cause : catalog.causes)
        causes.emplace_back(to_string(cause), cause_info(cause).meaning);
    Rows facts;
    for (const auto& fact : catalog.facts)
        facts.emplace_back(fact.name, words_of(fact));
    Rows gauges;
    for (const auto& gauge : catalog.gauges)
        gauges.emplace_back(gauge.name, words_of(gauge));
    Rows options;
    for (const auto& option : kind.options)
        options.emplace_back(option.name, option.meaning);
    return heading(kind, terminal) + section("phases", phases, terminal) +
           section("causes", causes, terminal) + section("facts", facts, terminal) +
           section("gauges", gauges, terminal) + section("options", options, terminal);
}

std::string observation_page(std::string_view name, std::span<const Kind> kinds, const Terminal& terminal) {
    const FactInfo* fact = nullptr;
    const GaugeInfo* gauge = nullptr;
    std::string having;
    const std::string asked = unnumbered(name);
    for (const auto& kind : kinds) {
        const auto named = [&asked](const auto& info) {
            return equals_ignore_case(info.name, asked) || is_instance(asked, info.name);
        };
        const auto& [phases, causes, facts, gauges] = kind.catalog;
        const auto known_fact = std::find_if(facts.begin(), facts.end(), named);
        const auto known_gauge = std::find_if(gauges.begin(), gauges.end(), named);
        if (known_fact != facts.end()) fact = &*known_fact;
        if (known_gauge != gauges.end()) gauge = &*known_gauge;
        if (known_fact != facts.end() || known_gauge != gauges.end()) add_kind(having, kind.name);
    }
    if (fact != nullptr) return observation(fact->name, "fact", words_of(*fact), having, terminal);
    if (gauge != nullptr) return observation(gauge->name, "gauge", words_of(*gauge), having, terminal);
    return {};
}

}  // namespace plumb::agent

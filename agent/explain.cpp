#include "agent/explain.hpp"

#include "agent/kind_page.hpp"
#include "agent/run/pacing.hpp"
#include "agent/wrap.hpp"
#include "base/text.hpp"
#include "model/cause.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace plumb::agent {
namespace {

constexpr std::size_t kIndent = 10;

std::vector<std::string_view> words(std::string_view text) {
    auto parts = split(text, ' ');
    std::erase_if(parts, [](std::string_view part) { return part.empty(); });
    return parts;
}

bool answers_to(const CauseInfo& info, std::string_view word) {
    if (equals_ignore_case(info.code, word)) return true;
    const auto aliases = words(info.aliases);
    return std::any_of(aliases.begin(), aliases.end(),
                       [&](std::string_view alias) { return equals_ignore_case(alias, word); });
}

// By its name or by a scheme of its URLs: "redis", "rediss".
bool is_called(const Kind& kind, std::string_view word) {
    return equals_ignore_case(kind.name, word) ||
           std::any_of(kind.schemes.begin(), kind.schemes.end(),
                       [word](const Kind::Scheme& scheme) { return equals_ignore_case(scheme.name, word); });
}

std::string page(const CauseInfo& info, const Terminal& terminal) {
    const auto width = static_cast<std::size_t>(terminal.width());
    std::string out = fmt::format("{}  (layer {}, category {})\n", terminal.paint(Style::bold, info.code),
                                  to_string(info.layer), to_string(info.category));
    out += hanging("  meaning", info.meaning, kIndent, width);
    out += hanging("  reason", info.reason, kIndent, width);
    out += hanging("  next", info.action, kIndent, width);
    if (!info.aliases.empty()) out += hanging("  also", info.aliases, kIndent, width);
    return out;
}

// Facts of no kind: what the schedule says of itself. "" when the word names none.
std::string schedule_fact(std::string_view word, const Terminal& terminal) {
    for (const FactInfo& fact : {kBreakerFact, kPaceFact}) {
        if (!equals_ignore_case(fact.name, word)) continue;
        const auto width = static_cast<std::size_t>(terminal.width());
        return fmt::format("{}  (fact of plumb-agent run)\n", terminal.paint(Style::bold, fact.name)) +
               hanging("  meaning", fmt::format("{}: {}", to_string(fact.cls), fact.meaning), kIndent, width);
    }
    return {};
}

std::string group_of(const CauseInfo& info) {
    return std::string(info.code.substr(0, info.code.find('.')));
}

Error unknown_word(std::string_view word, std::span<const Kind> kinds) {
    std::vector<std::string> names{std::string(kBreakerFact.name), std::string(kPaceFact.name)};
    for (const auto& kind : kinds) {
        names.emplace_back(kind.name);
        for (const auto& fact : kind.catalog.facts)
            names.emplace_back(fact.name);
        for (const auto& gauge : kind.catalog.gauges)
            names.emplace_back(gauge.name);
    }
    for (const auto& info : all_causes()) {
        names.emplace_back(info.code);
        for (const auto alias : words(info.aliases))
            names.push_back(to_lower(alias));
    }
    const auto near = nearest(to_lower(word), names);
    std::string message = fmt::format("{} is no cause, kind of probe, fact or gauge", quote_words(word));
    message += near.empty() ? ";" : fmt::format("; did you mean '{}'?", near);
    message += " `plumb-agent explain` lists the causes and kinds";
    return Error{message};
}

}  // namespace

Result<std::string> explain(std::string_view word, std::span<const Kind> kinds, const Terminal& terminal) {
    for (const auto& kind : kinds) {
        if (is_called(kind, word)) return kind_page(kind, terminal);
    }
    std::string out;
    for (const auto& info : all_causes()) {
        if (!answers_to(info, word)) continue;
        if (!out.empty()) out += '\n';
        out += page(info, terminal);
    }
    // One word may be both: http.status is a cause and a fact.
    const auto observed = observation_page(word, kinds, terminal);
    if (!out.empty() && !observed.empty()) out += '\n';
    out += observed;
    if (out.empty()) out = schedule_fact(word, terminal);
    if (out.empty()) return unknown_word(word, kinds);
    return out;
}

std::string list_causes(std::span<const Kind> kinds, const Terminal& terminal) {
    const auto width = static_cast<std::size_t>(terminal.width());
    std::size_t indent = 0;
    for (const auto& info : all_causes())
        indent = std::max(indent, info.code.size() + 4);
    std::string out;
    std::string group;
    for (const auto& info : all_causes()) {
        if (group_of(info) != group) {
            if (!group.empty()) out += '\n';
            group = group_of(info);
            out += terminal.paint(Style::bold, group) + '\n';
        }
        out += hanging("  " + std::string(info.code), info.meaning, indent, width);
    }
    out += "\nWhat a kind of probe measures: plumb-agent explain";
    for (const auto& kind : kinds)
        out += fmt::format("{}{}", &kind == kinds.data() ? " " : " | ", kind.name);
    out += "\nOne in full, by its code or by what the driver printed: plumb-agent explain 28P01\n";
    return out;
}

}  // namespace plumb::agent

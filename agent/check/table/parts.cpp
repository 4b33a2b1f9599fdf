#include "agent/check/table/amounts.hpp"
#include "agent/check/table/blocks.hpp"
#include "agent/check/trouble.hpp"
#include "agent/wrap.hpp"
#include "model/fact_list.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace plumb::agent {
namespace {

constexpr std::size_t kBar = 20;
constexpr std::size_t kAmounts = 22;

}  // namespace

void write_cause(Page& page, Cause cause, std::string_view detail, CutCauses& cut) {
    const auto& info = cause_info(cause);
    bool whole = page.one_line("cause", fmt::format("{}: {}", info.code, info.meaning), Style::red);
    if (!detail.empty()) page.words("detail", detail);
    whole = page.one_line("reason", info.reason) && whole;
    whole = page.one_line("next", info.action) && whole;
    if (!whole && std::find(cut.begin(), cut.end(), cause) == cut.end()) cut.push_back(cause);
}

void write_gauge(Page& page, const Gauge& gauge, std::span<const Kind> kinds) {
    const auto unit = declared_unit(kinds, gauge.name);
    const auto name = std::string(kIndent, ' ') + gauge.name;
    if (!gauge.limit || *gauge.limit <= 0) {
        page.line(fmt::format("{} {}", pad(name, kNames - 1), amount(gauge.value, unit)));
        return;
    }
    const auto words = amounts(gauge.value, *gauge.limit, unit);
    if (page.width() < kNames + kBar + kAmounts) {  // no room for the bar
        page.line(fmt::format("{} {}", name, words));
        return;
    }
    const auto scarce = scarcity_of(gauge);
    const auto style = !scarce ? Style::plain : scarce->critical ? Style::red : Style::yellow;
    page.line(fmt::format("{} {} {}", pad(name, kNames - 1),
                          page.paint(style, level_bar(gauge.value / *gauge.limit, kBar)), words));
}

void write_facts(Page& page, const std::vector<Fact>& facts) {
    std::size_t pages = 0;
    for (const auto& fact : facts) {
        if (fact.name.find(kListPages) != std::string::npos) {
            ++pages;
            continue;
        }
        auto lines = hanging(std::string(kIndent, ' ') + fact.name, fact.value, kNames, page.width());
        lines.pop_back();
        page.line(lines);
    }
    if (pages > 0) page.line(fmt::format("    and {} pages of lists: see them with --format json", pages));
}

}  // namespace plumb::agent

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
    bool whole = page.thoughts("cause", fmt::format("{}: {}", info.code, info.meaning), 2, Style::red);
    if (!detail.empty()) page.words("detail", detail);
    whole = page.thoughts("reason", info.reason, 1) && whole;
    whole = page.thoughts("next", info.action, 1) && whole;
    if (!whole && std::find(cut.begin(), cut.end(), cause) == cut.end()) cut.push_back(cause);
}

namespace {

// A name that is longer than its column has a line of its own, and what follows begins where it always does.
std::string name_column(std::string_view name) {
    const auto begin = std::string(kIndent, ' ') + std::string(name);
    if (display_width(begin) < kNames) return pad(begin, kNames);
    return begin + '\n' + std::string(kNames, ' ');
}

// A name and its value without a column between: where there is no room for one.
void write_narrow(Page& page, std::string_view name, std::string_view value) {
    const auto label = std::string(kIndent, ' ') + std::string(name);
    const bool apart = display_width(label) + 1 + display_width(value) > page.width();
    if (apart) page.line(label);
    auto lines = hanging(apart ? "" : label + ' ', value, 2 * kIndent, page.width());
    lines.pop_back();
    page.line(lines);
}

}  // namespace

void write_gauge(Page& page, const Gauge& gauge, std::span<const Kind> kinds) {
    const auto unit = declared_unit(kinds, gauge.name);
    const bool limited = gauge.limit && *gauge.limit > 0;
    const auto words = limited ? amounts(gauge.value, *gauge.limit, unit) : amount(gauge.value, unit);
    if (page.width() < kNames + kBar + kAmounts) return write_narrow(page, gauge.name, words);
    if (!limited) return page.line(name_column(gauge.name) + words);
    const auto scarce = scarcity_of(gauge);
    const auto style = !scarce ? Style::plain : scarce->critical ? Style::red : Style::yellow;
    page.line(fmt::format("{}{} {}", name_column(gauge.name),
                          page.paint(style, level_bar(gauge.value / *gauge.limit, kBar)), words));
}

void write_facts(Page& page, const std::vector<Fact>& facts) {
    constexpr std::size_t kRoomForValues = 30;
    std::size_t pages = 0;
    for (const auto& fact : facts) {
        if (fact.name.find(kListPages) != std::string::npos) {
            ++pages;
        } else if (page.width() < kNames + kRoomForValues) {
            write_narrow(page, fact.name, fact.value);
        } else {
            auto lines = hanging(std::string(kIndent, ' ') + fact.name, fact.value, kNames, page.width());
            lines.pop_back();
            page.line(lines);
        }
    }
    if (pages > 0) page.line(fmt::format("    and {} pages of lists: see them with --format json", pages));
}

}  // namespace plumb::agent

#include "agent/check/table/amounts.hpp"
#include "agent/check/table/blocks.hpp"
#include "agent/check/trouble.hpp"
#include "agent/wrap.hpp"
#include "base/text.hpp"
#include "model/fact_list.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

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

namespace {

void write_fact(Page& page, std::string_view name, std::string_view value) {
    constexpr std::size_t kRoomForValues = 30;
    if (page.width() < kNames + kRoomForValues) return write_narrow(page, name, value);
    auto lines = hanging(std::string(kIndent, ' ') + std::string(name), value, kNames, page.width());
    lines.pop_back();
    page.line(lines);
}

// The items on the pages of one list; of those in the short form, which has no versions to read, the names.
std::vector<std::string> items_on(const std::vector<std::string>& pages) {
    std::vector<std::string> items;
    for (const auto& each : pages) {
        if (each.starts_with('~')) return names_on(pages).names;
        for (const auto item : split(each, ';')) {
            if (!item.empty() && item != "…") items.emplace_back(item);
        }
    }
    return items;
}

void write_list(Page& page, const std::string& name, const std::vector<std::string>& pages) {
    const std::string_view end = names_on(pages).cut ? ", …" : "";
    write_fact(page, name, fmt::format("{}{}", fmt::join(items_on(pages), ", "), end));
}

}  // namespace

void write_facts(Page& page, const std::vector<Fact>& facts) {
    std::vector<std::pair<std::string, std::vector<std::string>>> lists;
    for (const auto& fact : facts) {
        if (!is_list_page(fact.name)) {
            write_fact(page, fact.name, fact.value);
            continue;
        }
        auto name = fact.name.substr(0, fact.name.rfind('.'));
        if (lists.empty() || lists.back().first != name)
            lists.emplace_back(std::move(name), std::vector<std::string>());
        lists.back().second.push_back(fact.value);
    }
    for (const auto& [name, pages] : lists)
        write_list(page, name, pages);
}

}  // namespace plumb::agent

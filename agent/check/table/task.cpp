#include "agent/check/table/amounts.hpp"
#include "agent/check/table/blocks.hpp"
#include "agent/check/trouble.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace plumb::agent {
namespace {

constexpr std::string_view kOwn = "task.";
constexpr std::string_view kSizing = "task.memory_sizing";
constexpr std::size_t kMostMissing = 6;

std::string amount_words(const Gauge& gauge, std::span<const Kind> kinds) {
    std::string name = gauge.name.starts_with(kOwn) ? gauge.name.substr(kOwn.size()) : gauge.name;
    std::replace(name.begin(), name.end(), '_', ' ');
    return name + ' ' + amounts(gauge.value, *gauge.limit, declared_unit(kinds, gauge.name));
}

// The task's own slots, the fullest first.
std::vector<const Gauge*> slots_of(const Outcome& evidence) {
    std::vector<const Gauge*> slots;
    for (const auto& gauge : evidence.gauges) {
        if (gauge.name.starts_with(kOwn) && gauge.refuses_at_limit && gauge.limit && *gauge.limit > 0)
            slots.push_back(&gauge);
    }
    std::stable_sort(slots.begin(), slots.end(), [](const Gauge* a, const Gauge* b) {
        return a->value / *a->limit > b->value / *b->limit;
    });
    return slots;
}

// "✓ task  orders  memory 212 of 512 Mi · descriptors 41 of 1024 · no trouble", as much as one line holds.
void write_quiet(Page& page, const TableOptions& options) {
    constexpr std::string_view kEnd = " · no trouble";
    const auto slots = slots_of(options.task->evidence);
    if (slots.empty()) return;
    std::string begin = "task";
    if (!options.task_name.empty()) begin += "  " + options.task_name;
    std::string words;
    for (const auto* gauge : slots) {
        const auto next = (words.empty() ? "" : " · ") + amount_words(*gauge, options.kinds);
        const auto used = 2 + display_width(begin) + 2 + display_width(words) + display_width(kEnd);
        if (used + display_width(next) > page.width()) break;
        words += next;
    }
    if (words.empty()) return;
    page.line(page.paint(Style::green, "✓") + ' ' + page.paint(Style::bold, "task") + begin.substr(4) + "  " +
              words + page.paint(Style::dim, kEnd));
}

void write_missing(Page& page, const TaskTrouble& trouble) {
    const auto shown = page.whole() ? trouble.missing.size() : std::min(trouble.missing.size(), kMostMissing);
    for (std::size_t i = 0; i < shown; ++i)
        page.one_line("missing", missing_words(*trouble.missing[i]), Style::red);
    if (shown < trouble.missing.size())
        page.line(fmt::format("    and {} more: see them with --verbose", trouble.missing.size() - shown));
}

std::string result_of(const TaskTrouble& trouble) {
    const auto wrong = trouble.failed.size() + trouble.missing.size();
    if (wrong == 1) return "1 thing is wrong";
    if (wrong > 1) return fmt::format("{} things are wrong", wrong);
    return trouble.scarce.empty() ? "no trouble" : "near its limits";
}

void write_checks(Page& page, const std::vector<task::Check>& checks) {
    Page::Parts parts;
    for (const auto& check : checks)
        parts.emplace_back((parts.empty() ? "checks: " : "") + check.name + (check.failed ? " ✗" : " ok"),
                           check.failed ? Style::red : Style::plain);
    if (!parts.empty()) page.joined(parts);
}

}  // namespace

void write_task(Page& page, const TableOptions& options, CutCauses& cut) {
    if (options.task == nullptr) return;
    const auto& evidence = options.task->evidence;
    const auto trouble = trouble_of(*options.task);
    if (trouble.none() && !page.whole()) return write_quiet(page, options);
    const std::pair<std::string_view, Style> mark = trouble.broken() ? std::pair("✗", Style::red)
                                                    : trouble.none() ? std::pair("✓", Style::green)
                                                                     : std::pair("!", Style::yellow);
    page.heading(mark, "task", options.task_name, "", result_of(trouble),
                 trouble.none() ? Style::plain : mark.second);
    for (const auto* check : trouble.failed)
        write_cause(page, check->cause, check->detail, cut);
    write_missing(page, trouble);
    if (page.whole()) {
        for (const auto& gauge : evidence.gauges)
            write_gauge(page, gauge, options.kinds);
        write_checks(page, options.task->checks);
        return write_facts(page, evidence.facts);
    }
    for (const auto& scarce : trouble.scarce)
        write_gauge(page, *scarce.gauge, options.kinds);
    const auto* sizing = evidence.find_fact(kSizing);
    if (trouble.memory_tight && sizing != nullptr) page.words("sizing", sizing->value);
}

}  // namespace plumb::agent

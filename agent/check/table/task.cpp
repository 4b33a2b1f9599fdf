#include "agent/check/table/amounts.hpp"
#include "agent/check/table/blocks.hpp"
#include "agent/check/table/task_words.hpp"
#include "agent/check/trouble.hpp"
#include "agent/wrap.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace plumb::agent {
namespace {

constexpr std::string_view kOwn = "task.";
constexpr std::string_view kSizing = "task.memory_sizing";
constexpr std::size_t kMostMissing = 6;

std::string amount_words(const Gauge& gauge, std::span<const Kind> kinds) {
    return gauge_words(gauge) + ' ' + amounts(gauge.value, *gauge.limit, declared_unit(kinds, gauge.name));
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

std::string task_and_name(const TableOptions& options) {
    return options.task_name.empty() ? "task" : "task  " + options.task_name;
}

// "✓ task  orders  memory 212 of 512 Mi · descriptors 41 of 1024 · no trouble", as much as one line holds.
void write_quiet(Page& page, const TableOptions& options) {
    constexpr std::string_view kEnd = " · no trouble";
    const auto slots = slots_of(options.task->evidence);
    if (slots.empty()) return;
    const auto begin = task_and_name(options);
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

// The task of which nothing is known but that: no tick, however little was seen.
void write_unfinished(Page& page, const TableOptions& options) {
    page.painted(Style::yellow, hanging("! " + task_and_name(options) + "  ", unfinished_words(*options.task),
                                        kIndent, page.width()));
}

// Once for all, where it would stand beneath nearly every dependency.
void write_busy(Page& page, const TableOptions& options, const Busy& busy) {
    auto when = fmt::format("{} of {} runs", busy.busy, busy.runs);
    if (busy.busy == busy.runs) when = busy.runs == 1 ? "the run" : "all runs";
    page.painted(Style::yellow,
                 hanging("! " + task_and_name(options) + "  ",
                         fmt::format("was busy or throttled in {}; durations may be its own", when), kIndent,
                         page.width()));
}

void write_missing(Page& page, const TaskTrouble& trouble) {
    const auto shown = page.whole() ? trouble.missing.size() : std::min(trouble.missing.size(), kMostMissing);
    for (std::size_t i = 0; i < shown; ++i)
        page.one_line("missing", missing_words(*trouble.missing[i]), Style::red);
    if (shown < trouble.missing.size())
        page.line(fmt::format("    and {} more: see them with --verbose", trouble.missing.size() - shown));
}

void write_checks(Page& page, const std::vector<task::Check>& checks) {
    Page::Parts parts;
    for (const auto& check : checks)
        parts.emplace_back((parts.empty() ? "checks: " : "") + check.name + (check.failed ? " ✗" : " ok"),
                           check.failed ? Style::red : Style::plain);
    if (!parts.empty()) page.joined(parts);
}

}  // namespace

void write_task(Page& page, const TableOptions& options, const Busy& busy, CutCauses& cut) {
    if (busy.mostly()) write_busy(page, options, busy);
    if (options.task == nullptr) return;
    const auto trouble = trouble_of(*options.task);
    const bool known = !task::unfinished(*options.task);
    if (!known) write_unfinished(page, options);
    if (trouble.none()) {
        if (known && !busy.mostly()) write_quiet(page, options);
        return;
    }
    const std::pair<std::string_view, Style> mark =
        trouble.broken() ? std::pair("✗", Style::red) : std::pair("!", Style::yellow);
    page.heading(mark, "task", options.task_name, "", trouble_words(trouble), mark.second);
    for (const auto* check : trouble.failed)
        write_cause(page, check->cause, check->detail, cut);
    write_missing(page, trouble);
    for (const auto& scarce : trouble.scarce)
        write_gauge(page, *scarce.gauge, options.kinds);
    for (const auto& note : trouble.notes)
        page.words("note", note);
    const auto* sizing = options.task->evidence.find_fact(kSizing);
    if (trouble.memory_tight && sizing != nullptr) page.words("sizing", sizing->value);
}

void write_task_evidence(Page& page, const TableOptions& options) {
    if (options.task == nullptr) return;
    const auto& evidence = options.task->evidence;
    if (evidence.gauges.empty() && evidence.facts.empty() && options.task->checks.empty()) return;
    page.heading({"-", Style::dim}, "task", options.task_name, "", "what was seen of it", Style::dim);
    for (const auto& gauge : evidence.gauges)
        write_gauge(page, gauge, options.kinds);
    write_checks(page, options.task->checks);
    write_facts(page, evidence.facts);
}

}  // namespace plumb::agent

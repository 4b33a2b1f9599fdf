#include "agent/check/table.hpp"

#include "agent/check/table/blocks.hpp"
#include "agent/wrap.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace plumb::agent {
namespace {

void write_unfinished(Page& page, const TableOptions& options) {
    for (const auto& outcome : options.cut_short)
        write_cut_short(page, outcome);
    std::string list;
    for (const auto& name : options.dependencies_without_outcome) {
        const auto began = [&](const Outcome& outcome) { return outcome.dependency == name; };
        if (std::any_of(options.cut_short.begin(), options.cut_short.end(), began)) continue;
        list += (list.empty() ? "" : ", ") + name;
    }
    if (list.empty()) return;
    auto lines = hanging("- ", "not checked before the interruption: " + list, 2, page.width());
    lines.pop_back();
    page.line(lines);
}

void write_where_more_stands(Page& page, const CutCauses& cut) {
    if (cut.empty()) return;
    page.blank();
    std::string others;
    for (std::size_t i = 1; i < cut.size(); ++i)
        others += (others.empty() ? " (likewise " : ", ") + std::string(to_string(cut[i]));
    auto lines = hanging(
        "In full:",
        fmt::format("plumb-agent explain {}{}", to_string(cut.front()), others.empty() ? "" : others + ")"),
        9, page.width());
    lines.pop_back();
    page.line(page.paint(Style::dim, lines));
}

}  // namespace

std::string result_line(const std::vector<Outcome>& outcomes, const TableOptions& options) {
    constexpr std::size_t kNamed = 3;
    const auto groups = group(outcomes);
    const auto expected = std::max(options.expected, groups.size());
    std::string names;
    std::size_t failed = 0;
    for (const auto& entry : groups) {
        if (entry.failed == 0) continue;
        if (++failed > kNamed) continue;
        const auto& failure = *entry.shown->failure;
        names += fmt::format("{}{} ({}: {}", names.empty() ? "" : ", ", entry.dependency, failure.phase,
                             to_string(failure.cause));
        if (entry.runs.size() > 1) names += fmt::format(", {} of {} runs", entry.failed, entry.runs.size());
        names += ')';
    }
    if (failed > kNamed) names += fmt::format(" and {} more", failed - kNamed);
    std::string line;
    const std::string_view noun = expected == 1 ? "dependency" : "dependencies";
    const auto missing = options.dependencies_without_outcome.size();
    if (failed > 0) {
        line = fmt::format("Result: {} of {} {} failed: {}.", failed, expected, noun, names);
    } else if (missing == 0) {
        line = expected == 1 ? "Result: the one dependency is ok."
                             : fmt::format("Result: all {} {} are ok.", expected, noun);
    } else {
        line = fmt::format("Result: {} of {} {} ok.", groups.size(), expected, noun);
    }
    if (missing > 0) line += fmt::format(" Interrupted: {} not checked.", missing);
    return line + '\n';
}

std::string render_table(const std::vector<Outcome>& outcomes, const TableOptions& options) {
    Page page(options.terminal, options.verbose);
    CutCauses cut;
    write_task(page, options, cut);
    const auto groups = group(outcomes);
    // Trouble stands apart; what is well stands together, a heading and its phases each.
    for (const bool failed : {true, false}) {
        page.blank();
        for (const auto& entry : groups) {
            if ((entry.failed > 0) != failed) continue;
            write_dependency(page, entry, options, cut);
            if (failed || page.whole()) page.blank();
        }
    }
    page.blank();
    write_unfinished(page, options);
    write_where_more_stands(page, cut);
    page.blank();
    return page.take() + result_line(outcomes, options);
}

}  // namespace plumb::agent

#include "agent/check/table.hpp"

#include "agent/check/table/blocks.hpp"
#include "agent/check/table/task_words.hpp"
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

// When they are too many to be seen at once, what failed stands together once more where the eye is: at the
// end.
void write_failed(Page& page, const std::vector<Group>& groups) {
    constexpr std::size_t kSeenAtOnce = 3;
    constexpr std::size_t kWidestName = 30;
    std::size_t failed = 0;
    std::size_t names = 0;
    std::size_t phases = 0;
    for (const auto& entry : groups) {
        if (entry.failed == 0) continue;
        ++failed;
        names = std::max(names, std::min(display_width(entry.dependency), kWidestName));
        phases = std::max(phases, display_width(entry.shown->failure->phase));
    }
    if (failed <= kSeenAtOnce) return;
    page.blank();
    for (const auto& entry : groups) {
        if (entry.failed == 0) continue;
        const auto& failure = *entry.shown->failure;
        page.line(page.paint(Style::red, "✗") + fmt::format(" {}   {}   {}", pad(entry.dependency, names),
                                                            pad(failure.phase, phases),
                                                            to_string(failure.cause)));
    }
}

Busy busy_of(const std::vector<Outcome>& outcomes) {
    const auto suspect = [](const Outcome& outcome) { return outcome.suspect; };
    const auto busy = std::count_if(outcomes.begin(), outcomes.end(), suspect);
    return {static_cast<std::size_t>(busy), outcomes.size()};
}

std::string failed_names(const std::vector<Group>& groups) {
    constexpr std::size_t kNamed = 3;
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
    return names;
}

// " Interrupted after 7 of 60 runs; 2 of 3 targets not checked."
std::string interruption_words(std::size_t runs, std::size_t expected, const TableOptions& options) {
    const auto missing = options.dependencies_without_outcome.size();
    if (!options.interrupted && missing == 0) return "";
    std::string words = " Interrupted";
    if (options.repeat > 1) words += fmt::format(" after {} of {} runs", runs, expected * options.repeat);
    if (missing > 0) {
        words += fmt::format("{} {} of {} {} not checked", options.repeat > 1 ? ";" : ":", missing, expected,
                             expected == 1 ? "target" : "targets");
    }
    return words + '.';
}

}  // namespace

std::string result_line(const std::vector<Outcome>& outcomes, const TableOptions& options) {
    const auto groups = group(outcomes);
    const auto expected = std::max(options.expected, groups.size());
    const auto failed =
        std::count_if(groups.begin(), groups.end(), [](const Group& entry) { return entry.failed > 0; });
    std::string line;
    const std::string_view noun = expected == 1 ? "dependency" : "dependencies";
    if (failed > 0) {
        line = fmt::format("Result: {} of {} {} failed: {}.", failed, expected, noun, failed_names(groups));
    } else if (!options.dependencies_without_outcome.empty()) {
        line = fmt::format("Result: {} of {} {} ok.", groups.size(), expected, noun);
    } else {
        line = expected == 1 ? "Result: the one dependency is ok."
                             : fmt::format("Result: all {} {} are ok.", expected, noun);
    }
    const auto task = options.task == nullptr ? std::string() : task_words(*options.task);
    if (!task.empty()) line += " The task itself: " + task + '.';
    return line + interruption_words(outcomes.size(), expected, options) + '\n';
}

std::string render_table(const std::vector<Outcome>& outcomes, const TableOptions& options) {
    Page page(options.terminal, options.verbose);
    CutCauses cut;
    const auto busy = busy_of(outcomes);
    write_task(page, options, busy, cut);
    const auto groups = group(outcomes);
    // Trouble stands apart; what is well stands together, a heading and its phases each.
    for (const bool failed : {true, false}) {
        page.blank();
        for (const auto& entry : groups) {
            if ((entry.failed > 0) != failed) continue;
            write_dependency(page, entry, options, busy, cut);
            if (failed || page.whole()) page.blank();
        }
    }
    page.blank();
    if (page.whole()) write_task_evidence(page, options);
    page.blank();
    write_unfinished(page, options);
    write_where_more_stands(page, cut);
    write_failed(page, groups);
    page.blank();
    auto result = result_line(outcomes, options);
    if (options.wrap_result)
        result = hanging("Result:", std::string_view(result).substr(8, result.size() - 9), 8, page.width());
    return page.take() + result;
}

}  // namespace plumb::agent

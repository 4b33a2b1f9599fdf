#include "controller/judge/report/render_explain.hpp"

#include "base/text.hpp"
#include "controller/judge/report/render_layout.hpp"
#include "controller/judge/report/report_words.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace plumb::judge {
namespace {

constexpr std::size_t kIndent = 6;
constexpr std::size_t kLongest = 1024;

using Groups = std::map<std::string, std::vector<const Comparison*>>;  // by dependency

Groups grouped(const Report& report) {
    Groups groups;
    for (const Comparison& each : report.comparisons)
        groups[sanitize(each.dependency)].push_back(&each);
    return groups;
}

std::string count_words(const Report& report) {
    const auto found =
        static_cast<std::size_t>(std::count_if(report.comparisons.begin(), report.comparisons.end(),
                                               [](const Comparison& each) { return each.found; }));
    std::string words = fmt::format("{} found, {} quiet", found, report.comparisons.size() - found);
    if (const auto more = comparisons_left_out(report); more > 0)
        words += fmt::format(", {} more left out", more);
    return words;
}

// The numbers in one line: how it was tested, and how far from the margin it stands.
std::string numbers(const Comparison& comparison) {
    std::string out;
    for (const auto& [label, text] : {std::pair{"", &comparison.test},
                                      {"", &comparison.interval},
                                      {"threshold: ", &comparison.threshold},
                                      {"margin: ", &comparison.margin}}) {
        if (!text->empty()) out += (out.empty() ? "" : "; ") + (label + sanitize(*text, kLongest));
    }
    return out;
}

std::string indented(const std::string& text, std::size_t columns) {
    if (text.empty()) return {};
    return std::string(kIndent, ' ') + wrapped(text, kIndent, columns) + "\n";
}

std::string pair_text(const Comparison& comparison, const Terminal& terminal) {
    const std::string mark =
        comparison.found ? terminal.paint(Style::yellow, "found") : terminal.paint(Style::dim, "quiet");
    const std::size_t columns = columns_of(terminal);
    return fmt::format("  {} {}\n", mark, terminal.paint(Style::bold, sanitize(comparison.subject))) +
           indented(sanitize(comparison.evidence, kLongest), columns) +
           indented(numbers(comparison), columns) + indented(sanitize(comparison.why, kLongest), columns);
}

}  // namespace

std::string explain_text(const Report& report, const Terminal& terminal) {
    if (report.comparisons.empty()) return {};
    std::string out =
        terminal.paint(Style::bold, "Every pair that was compared") + ": " + count_words(report) + "\n";
    for (const auto& [dependency, comparisons] : grouped(report)) {
        out += "\n" + terminal.paint(Style::bold, dependency) + "\n";
        for (const Comparison* each : comparisons)
            out += pair_text(*each, terminal);
    }
    return out;
}

std::vector<std::string> explain_lines(const Report& report) {
    std::vector<std::string> lines;
    for (const auto& [dependency, comparisons] : grouped(report)) {
        for (const Comparison* each : comparisons) {
            lines.push_back(fmt::format("{} {} {}: {}; {}; {}", each->found ? "found" : "quiet", dependency,
                                        sanitize(each->subject), sanitize(each->evidence, kLongest),
                                        numbers(*each), sanitize(each->why, kLongest)));
        }
    }
    return lines;
}

std::string explain_markdown(const Report& report) {
    if (report.comparisons.empty()) return {};
    const auto cell = [](const std::string& text) { return markdown_text(sanitize(text, kLongest)); };
    std::string out = fmt::format(
        "<details><summary>Every pair that was compared: {}</summary>\n\n"
        "| | dependency | subject | evidence | test, interval, threshold, margin | why |\n"
        "|---|---|---|---|---|---|\n",
        count_words(report));
    for (const auto& [dependency, comparisons] : grouped(report)) {
        for (const Comparison* each : comparisons) {
            out += fmt::format("| {} | {} | {} | {} | {} | {} |\n", each->found ? "found" : "quiet",
                               markdown_text(dependency), cell(each->subject), cell(each->evidence),
                               markdown_text(numbers(*each)), cell(each->why));
        }
    }
    return out + "\n</details>\n\n";
}

}  // namespace plumb::judge

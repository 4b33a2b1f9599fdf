#include "base/text.hpp"
#include "controller/judge/report/render.hpp"
#include "controller/judge/report/render_explain.hpp"
#include "controller/judge/report/render_layout.hpp"
#include "controller/judge/report/report_words.hpp"

#include <fmt/format.h>

namespace plumb::judge {
namespace {

constexpr std::size_t kLabel = 13;  // columns before the text of a finding's lines

std::string line(const Terminal& terminal, std::string_view label, const std::string& text) {
    if (text.empty()) return {};
    return fmt::format("    {}{}\n", terminal.paint(Style::dim, pad(label, kLabel - 4)),
                       wrapped(text, kLabel, columns_of(terminal)));
}

Style style_of(Verdict verdict) {
    return verdict == Verdict::promote ? Style::green : verdict == Verdict::hold ? Style::red : Style::yellow;
}

std::string shown(const std::string& text) {
    return sanitize(text, 1024);
}

std::string finding_text(const Finding& finding, std::size_t number, const Report& report,
                         const Terminal& terminal) {
    const bool critical = finding.severity == Severity::critical;
    const std::string weight =
        fmt::format("{} {}", to_string(finding.severity), plumb::to_string(finding.category));
    std::string out =
        fmt::format("{:>2}  {}  {}  {}  {}\n", number, terminal.paint(Style::bold, shown(finding.dependency)),
                    plumb::to_string(finding.layer), shown(finding.cause),
                    terminal.paint(critical ? Style::red : Style::yellow, weight));
    if (finding.subject != "failures") out += line(terminal, "what", shown(finding.subject));
    const std::string before = side_name(report, "baseline");
    const std::string after = side_name(report, "candidate");
    out +=
        line(terminal, "saw",
             fmt::format("{}: {}; {}: {}", before, shown(finding.baseline), after, shown(finding.candidate)));
    const std::string where = where_words(finding);
    if (where != scope_words({})) out += line(terminal, "where", where);
    out += line(terminal, "shift", share_words(finding));
    out += line(terminal, "was", expired_words(finding));
    out += line(terminal, "why", shown(finding.reason));
    out += line(terminal, "next", shown(finding.action));
    out += line(terminal, "explains", folded_words(finding));
    return out;
}

std::string bullet(const std::string& text, const Terminal& terminal) {
    return "  - " + wrapped(text, 4, columns_of(terminal)) + "\n";
}

std::string listed(std::string_view title, const std::vector<std::string>& words, const Terminal& terminal) {
    std::string out;
    if (!words.empty()) out += "\n" + terminal.paint(Style::bold, title) + "\n";
    for (std::size_t i = 0; i < std::min(words.size(), kMostTold); ++i)
        out += bullet(words[i], terminal);
    if (words.size() > kMostTold) out += bullet(more_words(words.size(), "of them"), terminal);
    return out;
}

}  // namespace

std::string to_text(const Report& report, const Terminal& terminal) {
    std::string verdict = report.verdict == Verdict::hold      ? "HOLD"
                          : report.verdict == Verdict::promote ? "PROMOTE"
                                                               : "INSUFFICIENT EVIDENCE";
    std::string out =
        fmt::format("{}  {} → {}: {}\n", terminal.paint(style_of(report.verdict), verdict),
                    side_name(report, "baseline"), side_name(report, "candidate"), verdict_words(report));
    const std::size_t findings = report.findings.size();
    for (std::size_t i = 0; i < std::min(findings, kMostTold); ++i)
        out += "\n" + finding_text(report.findings[i], i + 1, report, terminal);
    if (findings > kMostTold) out += "\n" + bullet(more_words(findings, "findings"), terminal);
    const auto missing = missing_words(report);
    for (const bool blocks : {true, false}) {
        std::vector<std::string> words;
        for (const auto& each : missing) {
            if (each.blocks == blocks) words.push_back(each.what + ": " + each.reason);
        }
        out += listed(blocks ? "Evidence is missing" : "Not judged", words, terminal);
    }
    out += listed("Accepted by the policy", accepted_words(report), terminal);
    out += listed("Overruled by the controller's own policy", overruled_words(report), terminal);
    const std::string explained = explain_text(report, terminal);
    if (!explained.empty()) out += "\n" + explained;
    return out + "\n" + wrapped(compared_words(report), 0, columns_of(terminal)) + "\n";
}

}  // namespace plumb::judge

#include "base/text.hpp"
#include "controller/judge/render.hpp"
#include "controller/judge/render_explain.hpp"
#include "controller/judge/report_words.hpp"

#include <fmt/format.h>

namespace plumb::judge {
namespace {

std::string escaped(const std::string& text) {
    return markdown_text(sanitize(text, 1024));
}

std::string details(const Finding& finding, std::size_t number) {
    std::string out = fmt::format("**{}. {}**: {}\n\n*Next:* {}\n", number, escaped(finding.dependency),
                                  escaped(finding.reason), escaped(finding.action));
    const std::string expired = expired_words(finding);
    if (!expired.empty()) out += fmt::format("\n*Was* {}\n", escaped(expired));
    const std::string folded = folded_words(finding);
    if (!folded.empty()) out += fmt::format("\n*It explains:* {}\n", escaped(folded));
    return out + "\n";
}

}  // namespace

std::string to_markdown(const Report& report) {
    const char* mark = report.verdict == Verdict::hold      ? "🔴 hold"
                       : report.verdict == Verdict::promote ? "🟢 promote"
                                                            : "🟡 insufficient evidence";
    std::string out = fmt::format("### {}: {} → {}\n\n{}.\n\n", mark, escaped(side_name(report, "baseline")),
                                  escaped(side_name(report, "candidate")), verdict_words(report));
    if (!report.findings.empty()) {
        out +=
            fmt::format("| | dependency | layer | cause | {} | {} | where |\n|---|---|---|---|---|---|---|\n",
                        escaped(side_name(report, "baseline")), escaped(side_name(report, "candidate")));
    }
    for (const Finding& each : report.findings) {
        const std::string what = each.subject == "failures"
                                     ? escaped(each.cause)
                                     : escaped(each.cause) + " " + escaped(each.subject);
        out += fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", to_string(each.severity),
                           escaped(each.dependency), plumb::to_string(each.layer), what,
                           escaped(each.baseline), escaped(each.candidate), escaped(scope_words(each.scope)));
    }
    if (!report.findings.empty()) out += "\n";
    for (std::size_t i = 0; i < report.findings.size(); ++i)
        out += details(report.findings[i], i + 1);
    const auto missing = missing_words(report);
    if (!missing.empty()) out += "<details><summary>Not judged</summary>\n\n";
    for (const auto& each : missing) {
        out += fmt::format("- {}{}: {}\n", each.blocks ? "**missing** " : "", escaped(each.what),
                           escaped(each.reason));
    }
    if (!missing.empty()) out += "\n</details>\n\n";
    for (const auto& each : accepted_words(report))
        out += fmt::format("- accepted: {}\n", escaped(each));
    for (const auto& each : overruled_words(report))
        out += fmt::format("- overruled by the controller's own policy: {}\n", escaped(each));
    out += explain_markdown(report);
    return out + escaped(compared_words(report)) + "\n";
}

}  // namespace plumb::judge

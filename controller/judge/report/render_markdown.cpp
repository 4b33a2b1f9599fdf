#include "base/text.hpp"
#include "controller/judge/report/render.hpp"
#include "controller/judge/report/render_explain.hpp"
#include "controller/judge/report/report_words.hpp"

#include <fmt/format.h>

namespace plumb::judge {
namespace {

std::string escaped(const std::string& text) {
    return markdown_text(sanitize(text, 1024));
}

std::string details(const Finding& finding, std::size_t number) {
    std::string out = fmt::format("**{}. {}**: {}\n\n*Next:* {}\n", number, escaped(finding.dependency),
                                  escaped(finding.reason), escaped(finding.action));
    const std::string share = share_words(finding);
    if (!share.empty()) out += fmt::format("\n*Shift:* {}\n", escaped(share));
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
    const std::size_t told = std::min(report.findings.size(), kMostTold);
    for (std::size_t i = 0; i < told; ++i) {
        const Finding& each = report.findings[i];
        const std::string what = each.subject == "failures"
                                     ? escaped(each.cause)
                                     : escaped(each.cause) + " " + escaped(each.subject);
        out += fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", to_string(each.severity),
                           escaped(each.dependency), plumb::to_string(each.layer), what,
                           escaped(each.baseline), escaped(each.candidate), escaped(where_words(each)));
    }
    if (!report.findings.empty()) out += "\n";
    for (std::size_t i = 0; i < told; ++i)
        out += details(report.findings[i], i + 1);
    if (report.findings.size() > told)
        out += fmt::format("- {}\n\n", escaped(more_words(report.findings.size(), "findings")));
    const auto missing = missing_words(report);
    if (!missing.empty()) out += "<details><summary>Not judged</summary>\n\n";
    for (std::size_t i = 0; i < std::min(missing.size(), kMostTold); ++i) {
        const auto& each = missing[i];
        out += fmt::format("- {}{}: {}\n", each.blocks ? "**missing** " : "", escaped(each.what),
                           escaped(each.reason));
    }
    if (missing.size() > kMostTold)
        out += fmt::format("- {}\n", escaped(more_words(missing.size(), "of them")));
    if (!missing.empty()) out += "\n</details>\n\n";
    for (const auto& each : accepted_words(report))
        out += fmt::format("- accepted: {}\n", escaped(each));
    for (const auto& each : overruled_words(report))
        out += fmt::format("- overruled by the controller's own policy: {}\n", escaped(each));
    out += explain_markdown(report);
    return out + escaped(compared_words(report)) + "\n";
}

}  // namespace plumb::judge

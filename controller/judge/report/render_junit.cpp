#include "base/text.hpp"
#include "controller/judge/report/render.hpp"
#include "controller/judge/report/render_explain.hpp"
#include "controller/judge/report/report_words.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace plumb::judge {
namespace {

// sanitize() leaves no control characters, which XML 1.0 could not hold even escaped.
std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : sanitize(text, 2048)) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&apos;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

std::string words(const Finding& finding, const Report& report) {
    std::string out = fmt::format(
        "{}: {}\n{}: {}\nwhere: {}\nwhy: {}\nnext: {}\n", escaped(side_name(report, "baseline")),
        escaped(finding.baseline), escaped(side_name(report, "candidate")), escaped(finding.candidate),
        escaped(where_words(finding)), escaped(finding.reason), escaped(finding.action));
    const std::string share = share_words(finding);
    if (!share.empty()) out += "shift: " + escaped(share) + "\n";
    const std::string expired = expired_words(finding);
    if (!expired.empty()) out += "was: " + escaped(expired) + "\n";
    const std::string folded = folded_words(finding);
    return folded.empty() ? out : out + "explains: " + escaped(folded) + "\n";
}

std::string finding_case(const Finding& finding, const Report& report) {
    const std::string head =
        fmt::format("    <testcase classname=\"plumbline.{}\" name=\"{} {}\">\n", escaped(finding.dependency),
                    escaped(finding.cause), escaped(finding.subject));
    const std::string body = words(finding, report);
    if (finding.severity == Severity::warning) {
        return head + "      <system-out>" + body + "</system-out>\n    </testcase>\n";
    }
    return head +
           fmt::format("      <failure type=\"{}\" message=\"{}\">", plumb::to_string(finding.category),
                       escaped(finding.candidate)) +
           body + "</failure>\n    </testcase>\n";
}

std::string missing_case(const Report& report) {
    std::string reasons;
    for (const auto& each : missing_words(report)) {
        if (each.blocks) reasons += escaped(each.what + ": " + each.reason) + "\n";
    }
    return "    <testcase classname=\"plumbline\" name=\"evidence\">\n"
           "      <error type=\"insufficient\" message=\"evidence is missing\">" +
           reasons + "</error>\n    </testcase>\n";
}

}  // namespace

std::string to_junit(const Report& report) {
    std::string cases;
    std::size_t count = report.findings.size();
    for (const Finding& each : report.findings)
        cases += finding_case(each, report);
    const bool missing = report.verdict == Verdict::insufficient;
    if (missing) cases += missing_case(report);
    if (report.verdict == Verdict::promote) {
        cases += "    <testcase classname=\"plumbline\" name=\"promote\"/>\n";
    }
    if (report.verdict != Verdict::hold) ++count;
    const auto failures =
        std::count_if(report.findings.begin(), report.findings.end(),
                      [](const Finding& each) { return each.severity == Severity::critical; });
    std::string explained;
    for (const std::string& line : explain_lines(report))
        explained += escaped(line) + "\n";
    if (!explained.empty()) cases += "    <system-out>" + explained + "</system-out>\n";
    const std::string totals =
        fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\"", count, failures, missing ? 1 : 0);
    return fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {}>\n"
        "  <testsuite name=\"plumbline {} to {}\" {}>\n{}  </testsuite>\n</testsuites>\n",
        totals, escaped(side_name(report, "baseline")), escaped(side_name(report, "candidate")), totals,
        cases);
}

}  // namespace plumb::judge

#include "controller/ctl/diff/render.hpp"

#include "base/text.hpp"
#include "controller/judge/finding/finding_json.hpp"
#include "controller/judge/report/report_words.hpp"

#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace plumb::ctl {
namespace {

constexpr std::size_t kMaxFileName = 512;

std::string counted(std::size_t count) {
    return count == 1 ? "1 difference" : fmt::format("{} differences", count);
}

std::string subject(const judge::Finding& finding) {
    return finding.subject == "failures" ? finding.cause : finding.subject;
}

}  // namespace

std::string diff_text(const std::vector<judge::Finding>& findings, const Sides& sides,
                      const Terminal& terminal) {
    if (findings.empty()) return {};
    const std::string a = sanitize(sides.baseline, kMaxFileName);
    const std::string b = sanitize(sides.candidate, kMaxFileName);
    const std::size_t width = std::max(display_width(a), display_width(b)) + 2;
    std::string out;
    for (const auto& finding : findings) {
        const bool critical = finding.severity == judge::Severity::critical;
        out += fmt::format("{}  {}  {}  {}\n",
                           terminal.paint(critical ? Style::red : Style::yellow, to_string(finding.severity)),
                           terminal.paint(Style::bold, finding.dependency), to_string(finding.layer),
                           subject(finding));
        out += fmt::format("  {}{}\n  {}{}\n", pad(a, width), finding.baseline, pad(b, width),
                           finding.candidate);
        if (!finding.reason.empty())
            out += fmt::format("  {} {}\n", terminal.paint(Style::dim, "probably:"), finding.reason);
        if (!finding.action.empty())
            out += fmt::format("  {} {}\n", terminal.paint(Style::dim, "next:"), finding.action);
        out += '\n';
    }
    return out + counted(findings.size()) + "\n";
}

std::string diff_markdown(const std::vector<judge::Finding>& findings, const Sides& sides) {
    if (findings.empty()) return {};
    std::string out = fmt::format(
        "**{}**\n\n| severity | dependency | layer | what | {} | {} | next |\n"
        "|---|---|---|---|---|---|---|\n",
        counted(findings.size()), judge::markdown_text(sanitize(sides.baseline, kMaxFileName)),
        judge::markdown_text(sanitize(sides.candidate, kMaxFileName)));
    for (const auto& finding : findings) {
        out += fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", to_string(finding.severity),
                           judge::markdown_text(finding.dependency), to_string(finding.layer),
                           judge::markdown_text(subject(finding)), judge::markdown_text(finding.baseline),
                           judge::markdown_text(finding.candidate), judge::markdown_text(finding.action));
    }
    return out;
}

std::string diff_json(const std::vector<judge::Finding>& findings) {
    boost::json::array list;
    for (const auto& finding : findings)
        list.push_back(judge::to_json(finding));
    boost::json::object root;
    root["different"] = !findings.empty();
    root["findings"] = std::move(list);
    return boost::json::serialize(root) + "\n";
}

}  // namespace plumb::ctl

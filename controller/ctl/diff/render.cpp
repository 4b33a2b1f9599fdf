#include "controller/ctl/diff/render.hpp"

#include "base/text.hpp"
#include "controller/judge/finding/finding_json.hpp"
#include "controller/judge/report/report_words.hpp"

#include <algorithm>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace plumb::ctl {
namespace {

using judge::Finding;
using judge::Severity;

constexpr std::size_t kMaxFileName = 512;

std::string counted(std::size_t count) {
    return count == 1 ? "1 difference" : fmt::format("{} differences", count);
}

std::string subject(const Finding& finding) {
    return finding.subject == "failures" ? finding.cause : finding.subject;
}

std::string names_of(const std::vector<Finding>& findings) {
    std::string names;
    for (const auto& each : findings)
        names += (names.empty() ? "" : ", ") + subject(each);
    return names;
}

std::string field(const boost::json::value& entry, const char* name) {
    const auto* value = entry.is_object() ? entry.get_object().if_contains(name) : nullptr;
    if (value == nullptr || !value->is_string()) return {};
    return std::string(value->get_string());
}

std::string accepted_line(const boost::json::value& entry) {
    auto line = fmt::format("{}  {}: {}", field(entry, "dependency"), field(entry, "subject"),
                            field(entry, "reason"));
    if (const auto owner = field(entry, "owner"); !owner.empty()) line += fmt::format(" ({})", owner);
    return line;
}

std::string total(const Difference& difference) {
    const auto& all = difference.findings;
    const auto critical = std::count_if(
        all.begin(), all.end(), [](const Finding& each) { return each.severity == Severity::critical; });
    std::string line = counted(all.size());
    if (critical > 0 && static_cast<std::size_t>(critical) < all.size())
        line += fmt::format(", {} critical", critical);
    if (!difference.accepted.empty()) line += fmt::format("; {} accepted", difference.accepted.size());
    return line;
}

}  // namespace

std::vector<Finding> by_weight(std::vector<Finding> findings) {
    const auto weight = [](const Finding& finding) {
        const int kind = finding.subject == "failures" ? 0 : (finding.subject.starts_with("fact:") ? 1 : 2);
        return (finding.severity == Severity::critical ? 0 : 10) + kind;
    };
    std::stable_sort(findings.begin(), findings.end(),
                     [&](const Finding& a, const Finding& b) { return weight(a) < weight(b); });
    return findings;
}

std::string diff_text(const Difference& difference, const Terminal& terminal) {
    if (difference.findings.empty() && difference.accepted.empty()) return {};
    const std::string a = sanitize(difference.sides.baseline, kMaxFileName);
    const std::string b = sanitize(difference.sides.candidate, kMaxFileName);
    const std::size_t width = std::max(display_width(a), display_width(b)) + 2;
    std::string out;
    for (const auto& finding : difference.findings) {
        const bool critical = finding.severity == Severity::critical;
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
        if (!finding.folded.empty())
            out +=
                fmt::format("  {} {}\n", terminal.paint(Style::dim, "explains:"), names_of(finding.folded));
        out += '\n';
    }
    for (const auto& entry : difference.accepted)
        out += fmt::format("{}  {}\n", terminal.paint(Style::dim, "accepted"), accepted_line(entry));
    return out + total(difference) + "\n";
}

std::string diff_markdown(const Difference& difference) {
    if (difference.findings.empty() && difference.accepted.empty()) return {};
    std::string out = fmt::format(
        "**{}**\n\n| severity | dependency | layer | what | {} | {} | next |\n"
        "|---|---|---|---|---|---|---|\n",
        total(difference), judge::markdown_text(sanitize(difference.sides.baseline, kMaxFileName)),
        judge::markdown_text(sanitize(difference.sides.candidate, kMaxFileName)));
    for (const auto& finding : difference.findings) {
        auto what = subject(finding);
        if (!finding.folded.empty()) what += fmt::format(" (explains {})", names_of(finding.folded));
        out += fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", to_string(finding.severity),
                           judge::markdown_text(finding.dependency), to_string(finding.layer),
                           judge::markdown_text(what), judge::markdown_text(finding.baseline),
                           judge::markdown_text(finding.candidate), judge::markdown_text(finding.action));
    }
    for (const auto& entry : difference.accepted)
        out += fmt::format("\naccepted: {}\n", judge::markdown_text(accepted_line(entry)));
    return out;
}

std::string diff_json(const Difference& difference) {
    boost::json::array list;
    for (const auto& finding : difference.findings)
        list.push_back(judge::to_json(finding));
    boost::json::object root;
    root["different"] = !difference.findings.empty();
    root["findings"] = std::move(list);
    root["accepted"] = difference.accepted;
    return boost::json::serialize(root) + "\n";
}

}  // namespace plumb::ctl

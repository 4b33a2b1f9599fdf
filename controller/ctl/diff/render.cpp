#include "controller/ctl/diff/render.hpp"

#include "base/text.hpp"
#include "controller/judge/finding/finding_json.hpp"
#include "controller/judge/report/render_layout.hpp"
#include "controller/judge/report/report_words.hpp"

#include <algorithm>
#include <utility>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace plumb::ctl {
namespace {

using judge::Finding;
using judge::Severity;

constexpr std::size_t kMaxFileName = 512;
constexpr std::size_t kMaxBrief = 48;  // bytes of a value in a list

std::string counted(std::size_t count) {
    return count == 1 ? "1 difference" : fmt::format("{} differences", count);
}

std::string subject(const Finding& finding) {
    return finding.subject == "failures" ? finding.cause : finding.subject;
}

std::string brief(const std::string& value) {
    return sanitize(value, kMaxBrief);
}

// With what each side shows: it may be what explains the finding, instead of the other way round.
std::string names_of(const std::vector<Finding>& findings) {
    std::string names;
    for (const auto& each : findings) {
        names += (names.empty() ? "" : ", ") + subject(each);
        names += fmt::format(" ({} → {})", brief(each.baseline), brief(each.candidate));
    }
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
    if (!all.empty())
        line += critical == 0 ? std::string(", none critical") : fmt::format(", {} critical", critical);
    if (!difference.accepted.empty()) line += fmt::format("; {} accepted", difference.accepted.size());
    return line;
}

std::string listed(const std::vector<std::string>& words) {
    std::string out;
    for (const auto& each : words)
        out += (out.empty() ? "" : ", ") + each;
    return out;
}

// A line of text of which what does not fit hangs below its beginning. Text that fits keeps its spaces.
class Page {
  public:
    explicit Page(const Terminal& terminal) : terminal_(terminal), columns_(judge::columns_of(terminal)) {}

    void title(const Finding& finding) {
        const bool critical = finding.severity == Severity::critical;
        out_ += fmt::format(
            "{}  {}  {}  {}\n",
            terminal_.paint(critical ? Style::red : Style::yellow, to_string(finding.severity)),
            terminal_.paint(Style::bold, finding.dependency), to_string(finding.layer), subject(finding));
    }
    // `width`: of the names of both sides. Names that would leave no room have a line of their own.
    void value(const std::string& name, std::size_t width, const std::string& text) {
        constexpr std::size_t kBelow = 4;
        const bool beside = 2 + width <= columns_ / 2;
        out_ += beside ? "  " + pad(name, width) : fmt::format("  {}\n{}", name, std::string(kBelow, ' '));
        hang(text, beside ? 2 + width : kBelow);
    }
    // Nothing without a text.
    void remark(std::string_view label, std::string_view text) {
        if (text.empty()) return;
        out_ += fmt::format("  {} ", terminal_.paint(Style::dim, label));
        hang(text, display_width(label) + 3);
    }
    void note(std::string_view label, std::string_view text) {
        out_ += terminal_.paint(Style::dim, label) + ' ';
        hang(text, display_width(label) + 1);
    }
    void line(std::string_view text = {}) {
        out_ += text;
        out_ += '\n';
    }
    std::string take() { return std::move(out_); }

  private:
    void hang(std::string_view text, std::size_t indent) {
        const bool fits = indent + display_width(text) <= columns_;
        line(fits ? std::string(text) : judge::wrapped(text, indent, columns_));
    }

    const Terminal& terminal_;
    std::size_t columns_;
    std::string out_;
};

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
    Page page(terminal);
    for (const auto& finding : difference.findings) {
        page.title(finding);
        page.value(a, width, finding.baseline);
        page.value(b, width, finding.candidate);
        page.remark("probably:", finding.reason);
        page.remark("next:", finding.action);
        page.remark("explains:", names_of(finding.folded));
        page.line();
    }
    for (const auto& entry : difference.accepted)
        page.note("accepted", accepted_line(entry));
    for (const auto& words : difference.expired)
        page.note("expired", words);
    if (!difference.unmatched.empty()) page.note("accepts nothing:", listed(difference.unmatched));
    page.line(total(difference));
    return page.take();
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
    for (const auto& words : difference.expired)
        out += fmt::format("\nexpired {}\n", judge::markdown_text(words));
    if (!difference.unmatched.empty())
        out += fmt::format("\naccepts nothing: {}\n", judge::markdown_text(listed(difference.unmatched)));
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
    root["expired"] = boost::json::array(difference.expired.begin(), difference.expired.end());
    root["unmatched"] = boost::json::array(difference.unmatched.begin(), difference.unmatched.end());
    return boost::json::serialize(root) + "\n";
}

}  // namespace plumb::ctl

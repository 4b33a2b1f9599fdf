#include "controller/ctl/accept.hpp"

#include "base/duration.hpp"

#include <optional>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

namespace plumb::ctl {
namespace {

// A double-quoted YAML scalar. Text of findings is escaped already; this keeps it one scalar whatever it
// holds.
std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        if (static_cast<unsigned char>(c) < 0x20) {
            out += fmt::format("\\x{:02x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
        } else {
            out += c;
        }
    }
    return out + '"';
}

std::string day(std::chrono::system_clock::time_point time) {
    return format_time(time).substr(0, 10);
}

std::optional<double> ratio_of(const judge::Finding& finding) {
    const auto* ratio = finding.evidence.if_contains("ratio");
    if (ratio != nullptr && ratio->is_object()) ratio = ratio->get_object().if_contains("value");
    if (ratio == nullptr || !ratio->is_number()) return std::nullopt;
    return ratio->to_number<double>();
}

// "latency:connect:p90" is accepted for the phase: every quantile of it.
std::string subject_of(const judge::Finding& finding) {
    if (!finding.subject.starts_with("latency:")) return finding.subject;
    const auto second = finding.subject.find(':', sizeof("latency:") - 1);
    return finding.subject.substr(0, second);
}

std::string entry(const judge::Finding& finding, const AcceptOptions& options) {
    std::string out = fmt::format("  - {{dependency: {}, subject: {}", quoted(finding.dependency),
                                  quoted(subject_of(finding)));
    if (finding.subject.starts_with("latency:")) {
        // Room for the same shift measured again, a tenth above what was seen.
        if (const auto ratio = ratio_of(finding)) out += fmt::format(", ratio: {:.2f}", *ratio * 1.1);
    }
    if (finding.subject.starts_with("fact:")) {
        out +=
            fmt::format(", baseline: {}, candidate: {}", quoted(finding.baseline), quoted(finding.candidate));
    }
    return out + fmt::format(", reason: {}, owner: {}, until: {}}}\n", quoted(options.reason),
                             quoted(options.owner), day(options.until));
}

bool worth_accepting(const judge::Finding& finding) {
    return finding.subject.starts_with("latency:") || finding.subject.starts_with("fact:");
}

}  // namespace

std::string accept_yaml(const judge::Report& report, const AcceptOptions& options) {
    std::string entries;
    std::string left_out;
    for (const auto& finding : report.findings) {
        if (options.all || worth_accepting(finding)) {
            entries += entry(finding, options);
        } else {
            left_out += fmt::format("# left out: {} {} ({}); --all includes it\n", finding.dependency,
                                    finding.subject, finding.cause);
        }
    }
    if (entries.empty()) return left_out + "# nothing to accept\n";
    return "# Review before you commit: each entry silences a difference until its day.\n" + left_out +
           "accept:\n" + entries;
}

}  // namespace plumb::ctl

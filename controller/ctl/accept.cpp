#include "controller/ctl/accept.hpp"

#include "base/duration.hpp"
#include "base/text.hpp"
#include "controller/judge/policy/policy_rules.hpp"
#include "controller/judge/policy/policy_thresholds.hpp"
#include "controller/judge/policy/policy_yaml.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

namespace plumb::ctl {
namespace {

struct Entry {
    std::string dependency;
    std::string subject;
    std::optional<double> ratio;
    std::vector<std::string> baseline;
    std::vector<std::string> candidate;
    std::string cause;
};

struct Collected {
    std::vector<Entry> entries;
    std::string left_out;  // comments
};

// A double-quoted YAML scalar of text that shows as it is.
std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

// Controls, bidirectional marks and broken UTF-8 could be written down only as something else than they are.
bool shows_as_it_is(const std::string& text) {
    return sanitize(text, text.size() + 1) == text;
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
std::string phase_of(const std::string& subject) {
    return subject.substr(0, subject.find(':', sizeof("latency:") - 1));
}

void leave_out(const judge::Finding& finding, const char* why, Collected& to) {
    to.left_out += fmt::format("# left out: {} {} ({}); {}\n", sanitize(finding.dependency),
                               sanitize(finding.subject), sanitize(finding.cause), why);
}

// A star would accept more than this finding.
bool can_be_named(const judge::Finding& finding) {
    const auto plain = [](const std::string& name) {
        return !trim(name).empty() && name.find('*') == std::string::npos && shows_as_it_is(name);
    };
    return plain(finding.dependency) && plain(finding.subject);
}

// One entry a phase, wide enough for the widest of its quantiles. The ratio is rounded up to what a person
// reads.
void add_latency(const judge::Finding& finding, double ratio, std::vector<Entry>& entries) {
    const std::string subject = phase_of(finding.subject);
    const double wide = std::max(1.01, std::ceil(ratio * 100) / 100);
    const auto known = std::find_if(entries.begin(), entries.end(), [&](const Entry& each) {
        return each.dependency == finding.dependency && each.subject == subject && each.ratio;
    });
    if (known != entries.end()) {
        known->ratio = std::max(*known->ratio, wide);
    } else {
        entries.push_back({finding.dependency, subject, wide, {}, {}, {}});
    }
}

bool add_fact(const judge::Finding& finding, std::vector<Entry>& entries) {
    auto baseline = judge::shown_values(finding, "baseline");
    auto candidate = judge::shown_values(finding, "candidate");
    if (!baseline || !candidate || baseline->empty() || candidate->empty()) return false;
    const bool plain = std::all_of(baseline->begin(), baseline->end(), shows_as_it_is) &&
                       std::all_of(candidate->begin(), candidate->end(), shows_as_it_is);
    if (!plain) return false;
    entries.push_back(
        {finding.dependency, finding.subject, {}, std::move(*baseline), std::move(*candidate), {}});
    return true;
}

// One entry for each cause: the finding is accepted where all of them are.
bool add_causes(const judge::Finding& finding, Collected& to) {
    const auto causes = judge::causes_of(finding);
    const bool plain = std::all_of(causes.begin(), causes.end(), [](const std::string& cause) {
        return !trim(cause).empty() && shows_as_it_is(cause);
    });
    if (!plain) {
        leave_out(finding, "its causes cannot be written down as they are", to);
        return false;
    }
    for (const std::string& cause : causes)
        to.entries.push_back({finding.dependency, finding.subject, {}, {}, {}, cause});
    return true;
}

bool add(const judge::Finding& finding, const AcceptOptions& options, Collected& to) {
    if (!can_be_named(finding)) {
        leave_out(finding, "its words cannot be written down as they are", to);
        return false;
    }
    if (finding.subject.starts_with("fact:")) {
        const bool added = add_fact(finding, to.entries);
        if (!added) leave_out(finding, "its values are too many, or cannot be written down as they are", to);
        return added;
    }
    const bool latency = finding.subject.starts_with("latency:");
    if (!latency && !options.all) {
        leave_out(finding, "--all includes it", to);
        return false;
    }
    const auto ratio = latency ? ratio_of(finding) : std::nullopt;
    if (!ratio) return add_causes(finding, to);
    if (!(*ratio < judge::kMostRatio)) {
        leave_out(finding, "no policy accepts so large a ratio", to);
        return false;
    }
    add_latency(finding, *ratio, to.entries);
    return true;
}

// What a finding explains comes up once it is accepted, so it is accepted with it.
void collect(const judge::Finding& finding, const AcceptOptions& options, Collected& to) {
    if (!add(finding, options, to)) return;
    for (const auto& folded : finding.folded)
        collect(folded, options, to);
}

std::string list(const std::vector<std::string>& values) {
    if (values.size() == 1) return quoted(values.front());
    std::string out;
    for (const auto& value : values)
        out += (out.empty() ? "" : ", ") + quoted(value);
    return "[" + out + "]";
}

std::string yaml(const Entry& entry, const AcceptOptions& options) {
    std::string out =
        fmt::format("  - {{dependency: {}, subject: {}", quoted(entry.dependency), quoted(entry.subject));
    if (entry.ratio) out += fmt::format(", ratio: {:.2f}", *entry.ratio);
    if (!entry.baseline.empty()) out += ", baseline: " + list(entry.baseline);
    if (!entry.candidate.empty()) out += ", candidate: " + list(entry.candidate);
    if (!entry.cause.empty()) out += ", cause: " + quoted(entry.cause);
    out += ", reason: " + quoted(options.reason);
    if (!options.owner.empty()) out += ", owner: " + quoted(options.owner);
    return out + fmt::format(", until: {}}}\n", day(options.until));
}

// Environments that differ more among themselves than the policy knows let chance look like a shift. To say
// so is a decision, too, so it stands there to be uncommented.
std::string learned(const judge::Report& report) {
    const auto* measured = report.coverage.if_contains("measured");
    if (measured == nullptr || !measured->is_object()) return "";
    std::string lines;
    for (const judge::ThresholdInfo& each : judge::threshold_table()) {
        const auto* pair = measured->get_object().if_contains(each.name);
        if (pair == nullptr || !pair->is_object()) continue;
        const auto number = [&](const char* key) {
            const auto* value = pair->get_object().if_contains(key);
            return value != nullptr && value->is_number() ? value->to_number<double>() : 0;
        };
        const double wide = std::min(each.most, std::ceil(number("measured") * 100) / 100);
        if (wide > number("policy")) lines += fmt::format("#   {}: {:.2f}\n", each.name, wide);
    }
    if (lines.empty()) return "";
    return "# Beside any finding these environments differ by more than the policy says. If that is usual:\n"
           "# thresholds:\n" +
           lines;
}

}  // namespace

Result<void> check_words(const AcceptOptions& options) {
    if (trim(options.reason).empty()) return Error{"--reason: say why these differences are right"};
    for (const auto& [flag, text] : {std::pair{"--reason", &options.reason}, {"--owner", &options.owner}}) {
        if (!shows_as_it_is(*text)) return Error{flag, ": one line of plain text is right"};
    }
    return {};
}

std::string accept_yaml(const judge::Report& report, const AcceptOptions& options) {
    Collected collected;
    for (const auto& finding : report.findings)
        collect(finding, options, collected);
    if (collected.entries.empty()) return collected.left_out + "# nothing to accept\n" + learned(report);
    std::string out = "# Review before you commit: each entry silences a difference until its day.\n" +
                      collected.left_out + "accept:\n";
    for (const Entry& entry : collected.entries)
        out += yaml(entry, options);
    return out + learned(report);
}

}  // namespace plumb::ctl

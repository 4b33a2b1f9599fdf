#include "controller/judge/report/report_words.hpp"

#include "base/duration.hpp"
#include "base/text.hpp"
#include "controller/judge/policy/policy_rules.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string_view>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

namespace plumb::judge {
namespace {

using boost::json::array;
using boost::json::object;

constexpr std::size_t kLongestText = 1024;

const object* inner(const object& from, const char* key) {
    const auto* value = from.if_contains(key);
    return value == nullptr ? nullptr : value->if_object();
}

const array* list(const object& from, const char* key) {
    const auto* value = from.if_contains(key);
    return value == nullptr ? nullptr : value->if_array();
}

std::string text(const object& from, const char* key) {
    const auto* value = from.if_contains(key);
    const auto* string = value == nullptr ? nullptr : value->if_string();
    return string == nullptr ? std::string() : sanitize(*string, kLongestText);
}

std::int64_t number(const object& from, const char* key) {
    const auto* value = from.if_contains(key);
    if (value == nullptr) return 0;
    boost::system::error_code failed;
    const auto amount = value->to_number<std::int64_t>(failed);
    return failed ? 0 : amount;
}

std::string counted(std::int64_t count, const char* one, const char* many) {
    return fmt::format("{} {}", count, count == 1 ? one : many);
}

std::string side_words(const Report& report, const char* side) {
    const object* of = inner(report.coverage, side);
    if (of == nullptr) return "unknown";
    if (number(*of, "windows") == 0) return "no windows";
    return fmt::format("{} ({}, newest {} s ago)", counted(number(*of, "tasks"), "task", "tasks"),
                       counted(number(*of, "windows"), "window", "windows"), number(*of, "newest_age_s"));
}

std::string last_day_of(const std::string& until) {
    const auto end = parse_time(until);
    return end ? last_day(*end) : until;
}

std::string missing_subject(const object& gap) {
    const std::string dependency = text(gap, "dependency");
    const std::string subject = text(gap, "subject");
    if (dependency.empty()) return "the comparison";
    return subject == "*" ? dependency : dependency + " " + subject;
}

}  // namespace

std::string side_name(const Report& report, const char* side) {
    const object* of = inner(report.coverage, side);
    std::string name = of == nullptr ? std::string() : text(*of, "selector");
    // A selector of one environment is told as people write it.
    constexpr std::string_view kEnvironment = "environment=";
    if (name.starts_with(kEnvironment) && name.find(',') == std::string::npos)
        name.erase(0, kEnvironment.size());
    return name.empty() ? side : name;
}

std::string verdict_words(const Report& report) {
    const auto critical =
        std::count_if(report.findings.begin(), report.findings.end(),
                      [](const Finding& each) { return each.severity == Severity::critical; });
    const auto warnings = static_cast<std::ptrdiff_t>(report.findings.size()) - critical;
    const std::string also = warnings == 0 ? "" : ", " + counted(warnings, "warning", "warnings");
    switch (report.verdict) {
        case Verdict::hold:
            return (critical == 1 ? "1 finding holds" : fmt::format("{} findings hold", critical)) + also;
        case Verdict::promote:
            return "nothing holds" + also;
        case Verdict::insufficient:
            break;
    }
    return "the evidence does not suffice to promote" + also;
}

std::string scope_words(const Labels& scope) {
    if (scope.empty()) return "the whole environment";
    std::string out;
    for (const auto& [name, value] : scope) {
        out += (out.empty() ? "" : ", ") + sanitize(name, 64) + "=" + sanitize(value, kLongestText);
    }
    return out;
}

namespace {

Labels labels_of(const object& place) {
    Labels labels;
    for (const auto& [name, value] : place) {
        if (const auto* string = value.if_string()) labels.emplace(name, *string);
    }
    return labels;
}

double real(const object& from, const char* key) {
    const auto* value = from.if_contains(key);
    return value != nullptr && value->is_number() ? value->to_number<double>() : 0;
}

}  // namespace

std::string where_words(const Finding& finding) {
    const array* same = list(finding.evidence, "same_tasks_as");
    const array* others = list(finding.evidence, "scope_alternatives");
    std::string out = scope_words(finding.scope);
    std::string aliases;
    for (std::size_t i = 0; same != nullptr && i < same->size(); ++i) {
        if (const auto* alias = (*same)[i].if_string())
            aliases += (aliases.empty() ? "" : ", ") + sanitize(*alias, kLongestText);
    }
    if (!aliases.empty()) out += fmt::format(" (the same tasks: {})", aliases);
    std::string places;
    for (std::size_t i = 0; others != nullptr && i < others->size(); ++i) {
        if (const object* place = (*others)[i].if_object())
            places += (places.empty() ? "" : " or ") + scope_words(labels_of(*place));
    }
    if (!places.empty()) out += fmt::format("; as well possible: {}", places);
    return out;
}

std::string share_words(const Finding& finding) {
    const object& evidence = finding.evidence;
    std::string shift;
    if (evidence.contains("shift_ms")) shift = fmt::format("{:+.3g} ms", real(evidence, "shift_ms"));
    if (!evidence.contains("network_share")) return shift;
    std::string out = fmt::format("{}{:.0f} % of it the network's", shift.empty() ? "" : shift + ", ",
                                  100 * real(evidence, "network_share"));
    const array* interval = list(evidence, "network_share_interval");
    if (interval != nullptr && interval->size() == 2 && (*interval)[0].is_number() &&
        (*interval)[1].is_number()) {
        out += fmt::format(" (95 %: {:.0f} to {:.0f})", 100 * (*interval)[0].to_number<double>(),
                           100 * (*interval)[1].to_number<double>());
    }
    return out + fmt::format(", {:.0f} % the server's", 100 * real(evidence, "server_share"));
}

std::string compared_words(const Report& report) {
    const object* judged = inner(report.coverage, "judged");
    std::string out =
        fmt::format("{}: {}; {}: {}.", side_name(report, "baseline"), side_words(report, "baseline"),
                    side_name(report, "candidate"), side_words(report, "candidate"));
    if (judged == nullptr) return out;
    return out +
           fmt::format(" Compared: {}, {}, {}, {}, {}.",
                       counted(number(*judged, "dependencies"), "dependency", "dependencies"),
                       counted(number(*judged, "failures"), "phase for failures", "phases for failures"),
                       counted(number(*judged, "facts"), "fact", "facts"),
                       counted(number(*judged, "gauges"), "gauge", "gauges"),
                       counted(number(*judged, "latency"), "latency", "latencies"));
}

std::string folded_words(const Finding& finding) {
    std::string out;
    for (const Finding& each : finding.folded) {
        const std::string where = each.dependency == finding.dependency ? "" : each.dependency + " ";
        const bool alike = each.subject == "failures" || each.subject == finding.subject;
        const std::string what = alike ? each.cause : each.subject;
        out += (out.empty() ? "" : ", ") + sanitize(where + what, kLongestText);
    }
    return out;
}

std::vector<MissingWords> missing_words(const Report& report) {
    std::vector<MissingWords> out;
    const array* gaps = list(report.coverage, "not_judged");
    if (gaps == nullptr) return out;
    for (const auto& value : *gaps) {
        const object* gap = value.if_object();
        if (gap == nullptr) continue;
        const auto* blocks = gap->if_contains("blocks");
        MissingWords words{missing_subject(*gap), text(*gap, "reason"),
                           blocks != nullptr && blocks->is_bool() && blocks->get_bool()};
        const auto alike = std::find_if(out.begin(), out.end(), [&](const MissingWords& each) {
            return each.reason == words.reason && each.blocks == words.blocks;
        });
        if (alike == out.end()) {
            out.push_back(std::move(words));
        } else {
            alike->what += ", " + words.what;
        }
    }
    return out;
}

std::vector<std::string> accepted_words(const Report& report) {
    std::vector<std::string> out;
    const array* accepted = list(report.coverage, "accepted");
    if (accepted == nullptr) return out;
    for (const auto& value : *accepted) {
        const object* each = value.if_object();
        if (each == nullptr) continue;
        out.push_back(fmt::format("{} {}: {} (until {})", text(*each, "dependency"), text(*each, "subject"),
                                  text(*each, "reason"), last_day_of(text(*each, "until"))));
    }
    return out;
}

std::vector<std::string> overruled_words(const Report& report) {
    std::vector<std::string> out;
    const array* overruled = list(report.coverage, "overruled");
    if (overruled == nullptr) return out;
    for (const auto& each : *overruled) {
        if (const auto* words = each.if_string()) out.push_back(sanitize(*words, kLongestText));
    }
    return out;
}

std::string expired_words(const Finding& finding) {
    const std::string until = text(finding.evidence, "acceptance_expired");
    return until.empty() ? until
                         : fmt::format("accepted until {}; from then on it counts again", last_day_of(until));
}

std::size_t comparisons_left_out(const Report& report) {
    return static_cast<std::size_t>(
        std::max<std::int64_t>(0, number(report.coverage, "comparisons_left_out")));
}

std::string markdown_text(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool markup = std::string_view("\\`*_{}[]<>|#@~&!$").find(text[i]) != std::string_view::npos;
        // Bare addresses become links, too.
        const bool link =
            text.substr(i).starts_with("://") || (text[i] == '.' && text.substr(0, i).ends_with("www"));
        if (markup || link) out += '\\';
        out += text[i];
    }
    return out;
}

std::string more_words(std::size_t all, std::string_view what) {
    return fmt::format("and {} more {}; --format json lists them all", all - kMostTold, what);
}

}  // namespace plumb::judge

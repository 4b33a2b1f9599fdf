#include "controller/judge/policy_rules.hpp"

#include "base/duration.hpp"

#include <algorithm>
#include <limits>

namespace plumb::judge {
namespace {

constexpr double kAnyRatio = 1e9;

bool names(std::string_view pattern, std::string_view dependency) {
    return pattern == "*" || pattern == dependency;
}

bool may_hold(const HoldOn& hold_on, std::string_view subject) {
    if (subject == "*") return hold_on.failures || hold_on.facts || hold_on.gauges || hold_on.latency;
    if (subject_matches("failures", subject)) return hold_on.failures;
    if (subject_matches("fact", subject) || subject == "facts") return hold_on.facts;
    if (subject_matches("gauge", subject) || subject == "gauges") return hold_on.gauges;
    if (subject_matches("latency", subject)) return hold_on.latency;
    return true;  // what comes later holds until somebody says otherwise
}

bool ignores(const Policy& policy, std::string_view dependency, std::string_view subject) {
    return std::any_of(policy.ignore.begin(), policy.ignore.end(), [&](const Ignore& each) {
        return names(each.dependency, dependency) && subject_matches(each.subject, subject);
    });
}

// Whether no task of the side shows another value than the accepted ones. Shares may move among these.
bool only_shows(const Finding& finding, const char* side, const std::vector<std::string>& accepted) {
    if (accepted.empty()) return true;
    const auto values = shown_values(finding, side);
    return values && std::all_of(values->begin(), values->end(), [&](const std::string& value) {
               return std::find(accepted.begin(), accepted.end(), value) != accepted.end();
           });
}

bool covers(const Acceptance& acceptance, const Finding& finding) {
    if (!names(acceptance.dependency, finding.dependency)) return false;
    if (!subject_matches(acceptance.subject, finding.subject)) return false;
    if (!acceptance.cause.empty() && acceptance.cause != finding.cause) return false;
    return only_shows(finding, "baseline", acceptance.baseline) &&
           only_shows(finding, "candidate", acceptance.candidate);
}

// The acceptance that covers the finding; one out of date is remembered in the evidence instead.
const Acceptance* accepted_by(const Policy& policy, Time now, Finding& finding) {
    for (const Acceptance& each : policy.accept) {
        if (!covers(each, finding)) continue;
        // The rule has taken a ratio in force off already: what is found lies beyond it.
        if (now < each.until && each.ratio) continue;
        if (now < each.until) return &each;
        finding.evidence["acceptance_expired"] = format_time(each.until);
    }
    return nullptr;
}

// Whether the whole of what the gap leaves open was accepted.
bool accepts(const Policy& policy, Time now, const Gap& gap) {
    return std::any_of(policy.accept.begin(), policy.accept.end(), [&](const Acceptance& each) {
        const bool whole =
            !each.ratio && each.baseline.empty() && each.candidate.empty() && each.cause.empty();
        return whole && now < each.until && names(each.dependency, gap.dependency) &&
               subject_matches(each.subject, gap.subject);
    });
}

}  // namespace

std::optional<std::vector<std::string>> shown_values(const Finding& finding, const char* side) {
    const auto* values = finding.evidence.if_contains("values");
    const auto* of_side =
        values != nullptr && values->is_object() ? values->get_object().if_contains(side) : nullptr;
    if (of_side == nullptr || !of_side->is_array()) return std::nullopt;
    std::vector<std::string> out;
    for (const auto& each : of_side->get_array()) {
        if (!each.is_string()) return std::nullopt;
        out.emplace_back(each.get_string());
    }
    return out;
}

bool subject_matches(std::string_view pattern, std::string_view subject) {
    if (pattern == "*" || pattern == subject) return true;
    if (pattern.ends_with(":*")) pattern.remove_suffix(2);
    return subject.size() > pattern.size() && subject.starts_with(pattern) && subject[pattern.size()] == ':';
}

bool is_critical(const Policy& policy, std::string_view dependency) {
    return dependency.empty() ||
           std::any_of(policy.critical.begin(), policy.critical.end(),
                       [&](const std::string& name) { return names(name, dependency); });
}

double accepted_ratio(const Policy& policy, std::string_view dependency, std::string_view subject, Time now) {
    double ratio = 1;
    for (const Acceptance& each : policy.accept) {
        if (now >= each.until || !names(each.dependency, dependency)) continue;
        // Without a ratio the finding itself is taken away later, and told so.
        if (each.ratio && subject_matches(each.subject, subject))
            ratio = std::max(ratio, std::min(*each.ratio, kAnyRatio));
    }
    return ratio;
}

PolicyEffect apply_policy(const Policy& policy, Time now, Judgement& judgement) {
    PolicyEffect effect;
    std::vector<Finding> kept;
    for (Finding& finding : judgement.findings) {
        if (ignores(policy, finding.dependency, finding.subject)) {
            ++effect.ignored;
            continue;
        }
        if (const Acceptance* by = accepted_by(policy, now, finding)) {
            effect.accepted.push_back({{"dependency", finding.dependency},
                                       {"subject", finding.subject},
                                       {"reason", by->reason},
                                       {"owner", by->owner},
                                       {"until", format_time(by->until)}});
            continue;
        }
        const bool holds =
            may_hold(policy.hold_on, finding.subject) && is_critical(policy, finding.dependency);
        if (!holds) finding.severity = Severity::warning;
        kept.push_back(std::move(finding));
    }
    judgement.findings = std::move(kept);
    for (Gap& gap : judgement.gaps) {
        if (gap.dependency.empty()) continue;
        const bool holds = may_hold(policy.hold_on, gap.subject) && is_critical(policy, gap.dependency);
        const bool meant = ignores(policy, gap.dependency, gap.subject) || accepts(policy, now, gap);
        if (!holds || meant) gap.blocks = false;
    }
    return effect;
}

}  // namespace plumb::judge

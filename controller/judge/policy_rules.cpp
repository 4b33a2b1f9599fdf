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

// Values as the finding states them: one value for all tasks, not a mixture.
bool values_match(const Acceptance& acceptance, const Finding& finding) {
    std::string_view candidate = finding.candidate;
    // An ordered fact adds its direction behind the value.
    if (finding.evidence.contains("direction")) candidate = candidate.substr(0, candidate.rfind(", "));
    return (!acceptance.baseline || finding.baseline == *acceptance.baseline) &&
           (!acceptance.candidate || candidate == *acceptance.candidate);
}

bool covers(const Acceptance& acceptance, const Finding& finding) {
    if (!names(acceptance.dependency, finding.dependency)) return false;
    if (!subject_matches(acceptance.subject, finding.subject)) return false;
    return values_match(acceptance, finding);
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
        const bool whole = !each.ratio && !each.baseline && !each.candidate && now < each.until;
        return whole && names(each.dependency, gap.dependency) && subject_matches(each.subject, gap.subject);
    });
}

}  // namespace

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

#include "controller/judge/policy/policy_rules.hpp"

#include "base/duration.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace plumb::judge {
namespace {

constexpr double kAnyRatio = 1e9;
constexpr double kNotable = 0.1;  // of a fault's failures: a cause of its own

bool names(std::string_view pattern, std::string_view dependency) {
    return pattern == "*" || pattern == dependency;
}

bool may_hold(const HoldOn& hold_on, std::string_view subject) {
    if (subject == "*") return hold_on.failures || hold_on.facts || hold_on.gauges || hold_on.latency;
    if (subject_matches("failures", subject)) return hold_on.failures;
    if (subject_matches("fact", subject) || subject == "facts") return hold_on.facts;
    if (subject_matches("gauge", subject) || subject == "gauges" || subject == "warmup")
        return hold_on.gauges;
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

// As a policy may write it: failures with their phase, which --explain tells.
std::string full_subject(const Finding& finding) {
    const auto* phase = finding.evidence.if_contains("phase");
    if (finding.subject != "failures" || phase == nullptr || !phase->is_string()) return finding.subject;
    return finding.subject + ":" + std::string(phase->get_string());
}

bool covers(const Acceptance& acceptance, const Finding& finding, const std::string& cause) {
    if (!names(acceptance.dependency, finding.dependency)) return false;
    if (!subject_matches(acceptance.subject, full_subject(finding))) return false;
    if (!acceptance.cause.empty() && acceptance.cause != cause) return false;
    return only_shows(finding, "baseline", acceptance.baseline) &&
           only_shows(finding, "candidate", acceptance.candidate);
}

// The first that covers the finding as far as it is of this cause; one out of date is remembered in the
// evidence instead.
const Acceptance* accepted_by(const Policy& policy, Time now, const std::string& cause, Finding& finding) {
    for (const Acceptance& each : policy.accept) {
        if (!covers(each, finding, cause)) continue;
        // The rule has taken a ratio in force off already: what is found lies beyond it.
        if (now < each.until && each.ratio) continue;
        if (now < each.until) return &each;
        finding.evidence["acceptance_expired"] = format_time(each.until);
    }
    return nullptr;
}

// The acceptances that cover all of the finding's causes together; none when one is left over, lest a cause
// that was accepted hide one that is new.
std::vector<const Acceptance*> accepted_by(const Policy& policy, Time now, Finding& finding) {
    std::vector<const Acceptance*> all;
    for (const std::string& cause : causes_of(finding)) {
        const Acceptance* one = accepted_by(policy, now, cause, finding);
        if (one == nullptr) return {};
        if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
    }
    return all;
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

std::vector<std::string> causes_of(const Finding& finding) {
    std::vector<std::string> causes{finding.cause};
    const auto* counted = finding.evidence.if_contains("causes");
    if (counted == nullptr || !counted->is_object()) return causes;
    const auto count = [](const auto& each) {
        return each.value().is_number() ? each.value().template to_number<double>() : 0.0;
    };
    double all = 0;
    for (const auto& each : counted->get_object())
        all += count(each);
    for (const auto& each : counted->get_object()) {
        const bool notable = count(each) > 0 && count(each) >= kNotable * all;
        if (notable && each.key() != finding.cause) causes.emplace_back(each.key());
    }
    return causes;
}

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

bool would_accept(const Acceptance& acceptance, const Finding& finding) {
    const auto causes = causes_of(finding);
    return std::any_of(causes.begin(), causes.end(),
                       [&](const std::string& cause) { return covers(acceptance, finding, cause); }) ||
           std::any_of(finding.folded.begin(), finding.folded.end(),
                       [&](const Finding& each) { return would_accept(acceptance, each); });
}

std::string last_day(Time until) {
    return format_time(until - std::chrono::seconds(1)).substr(0, 10);
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

namespace {

boost::json::object told(const std::string& dependency, const std::string& subject, const Acceptance& by) {
    return {{"dependency", dependency},
            {"subject", subject},
            {"reason", by.reason},
            {"owner", by.owner},
            {"until", format_time(by.until)}};
}

// Why what was found stands nowhere else.
void tell_taken(const Finding& finding, const char* how, std::vector<Comparison>& comparisons) {
    for (Comparison& each : comparisons) {
        if (each.found && each.dependency == finding.dependency && each.subject == full_subject(finding))
            each.why += fmt::format(" The policy {} it.", how);
    }
}

// The widest ratio in force for it.
const Acceptance* ratio_for(const Policy& policy, Time now, const Covered& covered) {
    const Acceptance* widest = nullptr;
    for (const Acceptance& each : policy.accept) {
        const bool meant = each.ratio && now < each.until && names(each.dependency, covered.dependency) &&
                           (subject_matches(each.subject, covered.subject) ||
                            subject_matches(covered.subject, each.subject));
        if (meant && (widest == nullptr || *each.ratio > *widest->ratio)) widest = &each;
    }
    return widest;
}

// Of what a root explained that was taken away: latency goes with it, since it was accepted or ignored as
// such. Anything else comes up by itself, lest who ignores latency ignores failures.
std::vector<Finding> freed(std::vector<Finding> folded) {
    std::erase_if(folded, [](const Finding& each) { return subject_matches("latency", each.subject); });
    return folded;
}

// What of them is left, each as heavy as it may be, and a root as what it explains: what would hold by itself
// holds under it, too.
std::vector<Finding> left_of(std::vector<Finding> findings, const Policy& policy, Time now,
                             std::vector<Comparison>& comparisons, PolicyEffect& effect) {
    std::vector<Finding> kept;
    const auto free = [&](Finding& root) {
        for (Finding& each : left_of(freed(std::move(root.folded)), policy, now, comparisons, effect))
            kept.push_back(std::move(each));
    };
    for (Finding& finding : findings) {
        if (ignores(policy, finding.dependency, full_subject(finding))) {
            ++effect.ignored;
            tell_taken(finding, "ignores", comparisons);
            free(finding);
            continue;
        }
        const auto acceptances = accepted_by(policy, now, finding);
        for (const Acceptance* by : acceptances)
            effect.accepted.push_back(told(finding.dependency, finding.subject, *by));
        if (!acceptances.empty()) {
            tell_taken(finding, "accepts", comparisons);
            free(finding);
            continue;
        }
        const bool holds =
            may_hold(policy.hold_on, finding.subject) && is_critical(policy, finding.dependency);
        if (!holds) finding.severity = Severity::warning;
        finding.folded = left_of(std::move(finding.folded), policy, now, comparisons, effect);
        for (const Finding& each : finding.folded)
            finding.severity = std::min(finding.severity, each.severity);
        kept.push_back(std::move(finding));
    }
    return kept;
}

}  // namespace

PolicyEffect apply_policy(const Policy& policy, Time now, Judgement& judgement) {
    PolicyEffect effect;
    judgement.findings = left_of(std::move(judgement.findings), policy, now, judgement.comparisons, effect);
    for (const Covered& each : judgement.covered) {
        if (const Acceptance* by = ratio_for(policy, now, each))
            effect.accepted.push_back(told(each.dependency, each.subject, *by));
    }
    for (Gap& gap : judgement.gaps) {
        if (gap.dependency.empty()) continue;
        const bool holds = may_hold(policy.hold_on, gap.subject) && is_critical(policy, gap.dependency);
        const bool meant = ignores(policy, gap.dependency, gap.subject) || accepts(policy, now, gap);
        if (!holds || meant) gap.blocks = false;
    }
    return effect;
}

}  // namespace plumb::judge

#include "controller/ctl/diff/acceptances.hpp"

#include "base/text.hpp"
#include "controller/judge/policy/policy_rules.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace plumb::ctl {
namespace {

using judge::Acceptance;
using judge::Finding;

bool meets(const Acceptance& acceptance, const std::vector<Finding>& findings) {
    return std::any_of(findings.begin(), findings.end(),
                       [&](const Finding& each) { return judge::would_accept(acceptance, each); });
}

std::string name_of(const Acceptance& acceptance) {
    return sanitize(fmt::format("{} {}", acceptance.dependency, acceptance.subject));
}

std::string expired_words(const Acceptance& acceptance) {
    auto words =
        fmt::format("{}: {}: {}", judge::last_day(acceptance.until), name_of(acceptance), acceptance.reason);
    if (!acceptance.owner.empty()) words += fmt::format(" ({})", acceptance.owner);
    return sanitize(words, 1024);
}

}  // namespace

Accepted apply_acceptances(const judge::Policy& policy, judge::Time now,
                           const std::vector<Finding>& findings) {
    Accepted result;
    judge::Judgement judgement;
    judgement.findings = findings;
    result.accepted = judge::apply_policy(policy, now, judgement).accepted;
    result.findings = std::move(judgement.findings);
    for (const auto& each : policy.accept) {
        const bool latency = judge::subject_matches("latency", each.subject) || each.ratio;
        if (latency) continue;
        if (!meets(each, findings)) {
            result.unmatched.push_back(name_of(each));
        } else if (each.until <= now && meets(each, result.findings)) {
            result.expired.push_back(expired_words(each));
        }
    }
    return result;
}

}  // namespace plumb::ctl

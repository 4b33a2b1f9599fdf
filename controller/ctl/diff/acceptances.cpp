#include "controller/ctl/diff/acceptances.hpp"

#include "base/duration.hpp"
#include "base/text.hpp"
#include "controller/judge/policy/policy_rules.hpp"

#include <utility>

#include <fmt/format.h>

namespace plumb::ctl {
namespace {

using judge::Acceptance;
using judge::Finding;

// Whether it would accept any of them, were it in force.
bool meets(const Acceptance& acceptance, judge::Time now, const std::vector<Finding>& findings) {
    judge::Policy alone;
    alone.accept = {acceptance};
    alone.accept.front().until = judge::Time::max();
    judge::Judgement judgement;
    judgement.findings = findings;
    return !judge::apply_policy(alone, now, judgement).accepted.empty();
}

std::string name_of(const Acceptance& acceptance) {
    return sanitize(fmt::format("{} {}", acceptance.dependency, acceptance.subject));
}

// Its last day, which is the one that the file names.
std::string last_day(const Acceptance& acceptance) {
    return format_time(acceptance.until - std::chrono::seconds(1)).substr(0, 10);
}

std::string expired_words(const Acceptance& acceptance) {
    auto words = fmt::format("{}: {}: {}", last_day(acceptance), name_of(acceptance), acceptance.reason);
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
        if (!meets(each, now, findings)) {
            result.unmatched.push_back(name_of(each));
        } else if (each.until <= now && meets(each, now, result.findings)) {
            result.expired.push_back(expired_words(each));
        }
    }
    return result;
}

}  // namespace plumb::ctl

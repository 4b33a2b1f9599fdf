#include "controller/api/floor.hpp"

#include "base/text.hpp"
#include "controller/judge/policy/policy_thresholds.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace plumb::api {
namespace {

constexpr std::size_t kMostWords = 32;  // of what was overruled

// Whether a pattern of subjects reaches one of these kinds. `other`: the answer for "*" and for kinds that
// nobody can name in a policy yet.
bool reaches(std::string_view subject, const judge::HoldOn& kinds, bool other) {
    if (subject.starts_with("fact")) return kinds.facts;
    if (subject.starts_with("gauge")) return kinds.gauges;
    if (subject.starts_with("latency")) return kinds.latency;
    if (subject.starts_with("failures")) return kinds.failures;
    return other;
}

bool critical(const judge::Policy& floor, const std::string& dependency) {
    return std::any_of(floor.critical.begin(), floor.critical.end(), [&](const std::string& name) {
        return name == "*" || dependency == "*" || name == dependency;
    });
}

bool protects(const judge::Policy& floor, const std::string& dependency, std::string_view subject) {
    // Latency of any dependency goes with the task's starvation when that is accepted or ignored.
    return reaches(subject, floor.hold_on, true) && (dependency == "task" || critical(floor, dependency));
}

// An acceptance that names what it accepts, of a kind that the floor leaves to others.
bool may_accept(const judge::Policy& floor, const judge::Acceptance& acceptance) {
    return reaches(acceptance.subject, floor.may_accept, false);
}

void overrule(judge::Policy& policy, const std::string& words) {
    if (policy.overruled.size() < kMostWords) policy.overruled.push_back(sanitize(words));
    if (policy.overruled.size() == kMostWords) policy.overruled.back() = "and more";
}

void hold_on(judge::Policy& policy, const judge::HoldOn& floor) {
    for (const auto& [name, kind] : {std::pair{"failures", &judge::HoldOn::failures},
                                     {"facts", &judge::HoldOn::facts},
                                     {"gauges", &judge::HoldOn::gauges},
                                     {"latency", &judge::HoldOn::latency}}) {
        const bool usual = judge::HoldOn{}.*kind;
        if (floor.*kind && !(policy.hold_on.*kind) && usual) {
            overrule(policy, fmt::format("hold_on: {} holds", name));
        }
        policy.hold_on.*kind |= floor.*kind;
    }
}

void take_away(judge::Policy& policy, const judge::Policy& floor) {
    const auto ignored = std::exchange(policy.ignore, {});
    for (const judge::Ignore& each : ignored) {
        if (protects(floor, each.dependency, each.subject)) {
            overrule(policy, fmt::format("ignore: {} {}", each.dependency, each.subject));
        } else {
            policy.ignore.push_back(each);
        }
    }
    const auto accepted = std::exchange(policy.accept, {});
    for (const judge::Acceptance& each : accepted) {
        if (protects(floor, each.dependency, each.subject) && !may_accept(floor, each)) {
            overrule(policy, fmt::format("accept: {} {}", each.dependency, each.subject));
        } else {
            policy.accept.push_back(each);
        }
    }
}

// An app could call any fact informational: where the floor holds on facts, it alone gives them classes.
void classes(judge::Policy& policy, const judge::Policy& floor) {
    if (!floor.hold_on.facts) {
        policy.fact_classes.insert(floor.fact_classes.begin(), floor.fact_classes.end());
        return;
    }
    for (const auto& [fact, cls] : policy.fact_classes) {
        const auto found = floor.fact_classes.find(fact);
        if (found == floor.fact_classes.end() || found->second != cls) {
            overrule(policy, fmt::format("facts: {} is not {}", fact, to_string(cls)));
        }
    }
    policy.fact_classes = floor.fact_classes;
}

// Whoever makes one service larger, or names one more, makes the part of the others smaller in what is shared
// out, and so their projection: where the floor projects, its sizes are the sizes. An update that adds more
// tasks than the floor says takes more, and is looked at so.
void sizes(judge::Policy& policy, const judge::Policy& floor) {
    const bool projects = floor.hold_on.gauges && !floor.services.empty();
    std::erase_if(policy.services, [&](const auto& each) {
        const bool taken = projects && !floor.services.contains(each.first);
        if (taken) overrule(policy, fmt::format("services: {}", each.first));
        return taken;
    });
    for (const auto& [service, size] : floor.services) {
        judge::ServiceSize& mine = policy.services[service];
        if (projects && mine.desired != 0 && mine.desired != size.desired)
            overrule(policy, fmt::format("services: {} desires {}", service, size.desired));
        mine.desired = projects ? size.desired : std::max(mine.desired, size.desired);
        mine.maximum_percent = std::max(mine.maximum_percent, size.maximum_percent);
    }
}

}  // namespace

judge::Policy with_floor(judge::Policy policy, const judge::Policy& floor) {
    take_away(policy, floor);
    hold_on(policy, floor.hold_on);
    classes(policy, floor);
    sizes(policy, floor);
    for (const auto name : judge::tighten(policy, floor))
        overrule(policy, fmt::format("thresholds: {}", name));
    policy.critical.insert(policy.critical.end(), floor.critical.begin(), floor.critical.end());
    policy.accept.insert(policy.accept.end(), floor.accept.begin(), floor.accept.end());
    policy.ignore.insert(policy.ignore.end(), floor.ignore.begin(), floor.ignore.end());
    return policy;
}

}  // namespace plumb::api

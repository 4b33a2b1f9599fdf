#include "controller/judge/answer/fold.hpp"

#include "controller/judge/answer/own_evidence.hpp"
#include "controller/judge/answer/roots.hpp"
#include "controller/judge/policy/policy_rules.hpp"
#include "model/fact.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <tuple>
#include <utility>

namespace plumb::judge {
namespace {

enum class Kind { failures, fact, gauge, latency, other };

Kind kind_of(const Finding& finding) {
    if (finding.cause == "task.starved") return Kind::other;
    if (finding.subject == "failures") return Kind::failures;
    if (subject_matches("fact", finding.subject)) return Kind::fact;
    if (subject_matches("gauge", finding.subject)) return Kind::gauge;
    if (subject_matches("latency", finding.subject)) return Kind::latency;
    return Kind::other;
}

double ratio_of(const Finding& finding) {
    const auto* ratio = finding.evidence.if_contains("ratio");
    return ratio == nullptr ? 0 : ratio->as_object().at("value").as_double();
}

// A latency without a scope may be that of any tasks.
bool of_same_tasks(const Finding& cause, const Finding& effect, ScopeTasks& tasks) {
    if (kind_of(effect) == Kind::latency && effect.scope.empty()) return true;
    return tasks.covers(cause.scope, effect.scope);
}

// A failure that says what ran out explains that gauge alone; a time-out may be any's.
bool names_gauge(std::string_view cause, std::string_view subject) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kNamed{
        {{"postgres.too_many_connections", "connections"},
         {"redis.max_clients", "clients"},
         {"redis.out_of_memory", "memory"},
         {"task.vanished", "memory"},
         {"local.memory", "memory"},
         {"local.descriptors", "descriptors"}}};
    const auto named =
        std::find_if(kNamed.begin(), kNamed.end(), [&](const auto& each) { return each.first == cause; });
    return named == kNamed.end() || subject.find(named->second) != std::string_view::npos;
}

// Whose value is the other environment's is a fault of its own, whatever else fails.
bool is_identity(const Finding& finding) {
    const auto* cls = finding.evidence.if_contains("class");
    return cls != nullptr && cls->is_string() && cls->as_string() == to_string(FactClass::must_differ);
}

bool failure_explains(const Finding& cause, const Finding& effect, ScopeTasks& tasks) {
    switch (kind_of(effect)) {
        case Kind::failures:
        case Kind::latency:
            return effect.layer >= cause.layer && of_same_tasks(cause, effect, tasks);
        case Kind::fact:
            // What a server says of itself while it refuses requests (a status, an error page's header) is
            // the refusal's.
            return !is_identity(effect) && of_same_tasks(cause, effect, tasks) &&
                   (effect.layer == cause.layer ||
                    (cause.layer == Layer::request && effect.layer == Layer::server) ||
                    (effect.cause == "fact.missing" && effect.layer > cause.layer));
        case Kind::gauge:
            return (cause.category == Category::saturation || cause.category == Category::exhaustion) &&
                   names_gauge(cause.cause, effect.subject) &&
                   (cause.cause == "task.vanished" || of_same_tasks(cause, effect, tasks));
        case Kind::other:
            break;
    }
    return false;
}

// A name that leads to another part of the network explains that the address there does not answer, or late.
bool fact_explains(const Finding& cause, const Finding& effect, ScopeTasks& tasks) {
    if (kind_of(effect) == Kind::fact) return effect.cause == "fact.missing" && effect.layer == cause.layer;
    const bool unreachable = effect.cause == "tcp.timeout" || effect.cause == "tcp.unreachable";
    const bool far = effect.cause == "latency.network";
    return cause.subject == "fact:dns.scope" && (unreachable || far) && of_same_tasks(cause, effect, tasks);
}

// The first layer that became slower is told. Those behind it have more round trips and so rise by more, but
// never by a larger factor than the connection, which is nothing but a round trip.
bool latency_explains(const Finding& cause, const Finding& effect, ScopeTasks& tasks) {
    if (kind_of(effect) != Kind::latency || !of_same_tasks(cause, effect, tasks)) return false;
    if (effect.layer == cause.layer) return true;
    if (cause.layer < Layer::connect || effect.layer < cause.layer) return false;
    if (cause.cause == "latency.network")
        return effect.cause == cause.cause || ratio_of(effect) <= ratio_of(cause);
    return effect.cause == cause.cause || effect.cause == "latency.unknown";
}

// "fact:task.memory_limit" is that of "gauge:task.memory", "fact:task.descriptor_limit" that of
// "gauge:task.descriptors".
bool is_limit_of(std::string_view limit, std::string_view gauge) {
    gauge.remove_prefix(std::min(gauge.find(':') + 1, gauge.size()));
    const std::string whole(gauge);
    const std::string one = whole.substr(0, whole.size() - (whole.ends_with('s') ? 1 : 0));
    return limit == "fact:" + whole + "_limit" || limit == "fact:" + one + "_limit";
}

// What the task shows of itself has little to do with each other: a package, a variable, a limit.
bool task_explains(const Finding& cause, const Finding& effect, ScopeTasks& tasks) {
    // Tasks that are gone stand for no task that lives.
    if (cause.cause != "task.vanished" && !of_same_tasks(cause, effect, tasks)) return false;
    const auto about = [](const Finding& finding, std::string_view words) {
        return finding.subject.find(words) != std::string::npos;
    };
    switch (kind_of(cause)) {
        case Kind::failures:
            // Who was killed for its memory stood at its limit; who listens on another port is never ready.
            if (cause.cause == "task.oom_killed" || cause.cause == "task.vanished")
                return about(effect, "task.memory");
            if (cause.cause == "task.wrong_port" || cause.cause == "task.not_ready")
                return effect.cause == "task.not_ready" || effect.subject == "warmup";
            return cause.cause == "task.backlog_full" && about(effect, "gauge:listeners.");
        case Kind::gauge:
            // The limit, and the other answers to the questions that were asked of the gauge.
            return effect.subject == cause.subject || is_limit_of(effect.subject, cause.subject);
        case Kind::fact:
            return own_fact_explains(cause.subject, effect.subject);
        case Kind::other:
            return cause.cause == "task.starved" && effect.subject == "fact:task.cpu_limit";
        case Kind::latency:
            break;
    }
    return false;
}

bool explains(const Finding& cause, const Finding& effect, ScopeTasks& tasks) {
    if (cause.dependency != effect.dependency) return false;
    if (cause.severity == Severity::warning && effect.severity == Severity::critical) return false;
    if (cause.dependency == "task") return task_explains(cause, effect, tasks);
    switch (kind_of(cause)) {
        case Kind::failures:
            return failure_explains(cause, effect, tasks);
        case Kind::gauge:
            // The answers to the questions that were asked of one gauge.
            if (kind_of(effect) == Kind::gauge) return effect.subject == cause.subject;
            // What will run out has room now; but a server that is the slower the more it is used has one
            // trouble.
            return kind_of(effect) == Kind::latency && effect.layer >= Layer::authenticate &&
                   effect.cause != "latency.network" &&
                   (cause.cause == "gauge.headroom" || effect.evidence.contains("queueing"));
        case Kind::fact:
            return fact_explains(cause, effect, tasks);
        case Kind::latency:
            return latency_explains(cause, effect, tasks);
        case Kind::other:
            break;
    }
    return false;
}

int rank_of(const Finding& finding) {
    if (finding.cause == "task.starved") return 1;  // as the limit that explains it
    switch (kind_of(finding)) {
        case Kind::failures:
            return 0;
        case Kind::fact:
            return finding.cause == "fact.missing" ? 2 : 1;
        case Kind::gauge:
            return 1;
        case Kind::latency:
            return 3;
        case Kind::other:
            break;
    }
    return 2;
}

// Shifts that differ by less than a quarter count as equally strong: the lower quantile is then told.
double strength(const Finding& finding) {
    const double ratio = ratio_of(finding);
    return ratio == 0 ? finding.confidence : std::round(std::log(std::max(1.0, ratio)) / std::log(1.25));
}

// What there is too little of now is told before what there will be too little of; of the task, what brings
// other facts along comes first, and limits after what stands at them.
int imminence(const Finding& finding) {
    if (finding.subject == "fact:image.os" || finding.cause == "task.wrong_port") return -1;
    if (finding.dependency == "task" && finding.subject.ends_with("_limit")) return 3;
    if (kind_of(finding) != Kind::gauge) return 0;
    return finding.cause == "gauge.headroom" ? 0 : finding.cause == "gauge.forecast" ? 1 : 2;
}

// The order in which findings are tried as roots, and listed.
bool before(const Finding& a, const Finding& b) {
    const auto key = [](const Finding& each) {
        return std::tuple(each.severity, rank_of(each) >= 3, each.layer, rank_of(each), imminence(each),
                          -strength(each));
    };
    if (key(a) != key(b)) return key(a) < key(b);
    return std::tie(a.dependency, a.subject, a.cause, a.scope) <
           std::tie(b.dependency, b.subject, b.cause, b.scope);
}

std::vector<Finding> fold_within(std::vector<Finding> findings, ScopeTasks& tasks) {
    std::vector<Finding> roots;
    for (Finding& finding : findings) {
        const auto root = std::find_if(roots.begin(), roots.end(),
                                       [&](const Finding& each) { return explains(each, finding, tasks); });
        if (root == roots.end()) {
            roots.push_back(std::move(finding));
        } else {
            root->folded.push_back(std::move(finding));
        }
    }
    return roots;
}

}  // namespace

std::vector<Finding> fold(std::vector<Finding> findings, const View& view) {
    ScopeTasks tasks(view);
    std::stable_sort(findings.begin(), findings.end(), before);
    auto roots = join_roots(fold_within(std::move(findings), tasks), view, tasks);
    std::stable_sort(roots.begin(), roots.end(), before);
    return roots;
}

}  // namespace plumb::judge

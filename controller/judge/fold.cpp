#include "controller/judge/fold.hpp"

#include "controller/judge/policy_rules.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

namespace plumb::judge {
namespace {

// Two dependencies that resolve nothing share a resolver; two that cannot connect may be two faults.
constexpr std::size_t kSharedResolve = 2;
constexpr std::size_t kSharedConnect = 3;

enum class Kind { failures, fact, gauge, latency, other };

Kind kind_of(const Finding& finding) {
    if (finding.subject == "failures") return Kind::failures;
    if (subject_matches("fact", finding.subject)) return Kind::fact;
    if (subject_matches("gauge", finding.subject)) return Kind::gauge;
    if (subject_matches("latency", finding.subject)) return Kind::latency;
    return Kind::other;
}

bool apart(const Labels& a, const Labels& b) {
    return !a.empty() && !b.empty() && a != b;
}

bool failure_explains(const Finding& cause, const Finding& effect) {
    switch (kind_of(effect)) {
        case Kind::failures:
            return effect.layer >= cause.layer && !apart(cause.scope, effect.scope);
        case Kind::latency:
            return effect.layer >= cause.layer;
        case Kind::fact:
            return effect.layer == cause.layer ||
                   (effect.cause == "fact.missing" && effect.layer > cause.layer);
        case Kind::gauge:
            return cause.category == Category::saturation || cause.category == Category::exhaustion;
        case Kind::other:
            break;
    }
    return false;
}

bool explains(const Finding& cause, const Finding& effect) {
    if (cause.dependency != effect.dependency) return false;
    if (cause.severity == Severity::warning && effect.severity == Severity::critical) return false;
    switch (kind_of(cause)) {
        case Kind::failures:
            return failure_explains(cause, effect);
        case Kind::gauge:
            return kind_of(effect) == Kind::latency && effect.layer >= Layer::authenticate;
        case Kind::fact:
            return kind_of(effect) == Kind::fact && effect.cause == "fact.missing" &&
                   effect.layer == cause.layer;
        case Kind::latency:
            return kind_of(effect) == Kind::latency && effect.layer == cause.layer;
        case Kind::other:
            break;
    }
    return false;
}

int rank_of(const Finding& finding) {
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
    const auto* ratio = finding.evidence.if_contains("ratio");
    if (ratio == nullptr) return finding.confidence;
    const double value = std::max(1.0, ratio->as_object().at("value").as_double());
    return std::round(std::log(value) / std::log(1.25));
}

// The order in which findings are tried as roots, and listed.
bool before(const Finding& a, const Finding& b) {
    const auto key = [](const Finding& each) {
        return std::tuple(each.severity, rank_of(each) >= 3, each.layer, rank_of(each), -strength(each));
    };
    if (key(a) != key(b)) return key(a) < key(b);
    return std::tie(a.dependency, a.subject, a.cause, a.scope) <
           std::tie(b.dependency, b.subject, b.cause, b.scope);
}

std::vector<Finding> fold_within(std::vector<Finding> findings) {
    std::vector<Finding> roots;
    for (Finding& finding : findings) {
        const auto root = std::find_if(roots.begin(), roots.end(),
                                       [&](const Finding& each) { return explains(each, finding); });
        if (root == roots.end()) {
            roots.push_back(std::move(finding));
        } else {
            root->folded.push_back(std::move(finding));
        }
    }
    return roots;
}

std::set<std::string> dependencies_reaching(const View& view, Layer layer) {
    std::set<std::string> names;
    for (const DependencyView& dependency : view.dependencies) {
        for (const Member& member : dependency.candidate) {
            const auto& phases = member.evidence->phases;
            const bool reaches = std::any_of(phases.begin(), phases.end(), [&](const PhaseEvidence& phase) {
                return phase.layer == layer && phase.reached > 0;
            });
            if (reaches) names.insert(dependency.name);
        }
    }
    return names;
}

bool fails_alike(const Finding& a, const Finding& b) {
    return kind_of(b) == Kind::failures && a.layer == b.layer && a.cause == b.cause && a.scope == b.scope &&
           a.severity == b.severity;
}

std::vector<Finding> fold_across(std::vector<Finding> findings, const View& view) {
    for (std::size_t i = 0; i < findings.size(); ++i) {
        const Layer layer = findings[i].layer;
        if (kind_of(findings[i]) != Kind::failures || layer > Layer::connect) continue;
        std::set<std::string> failing;
        for (const Finding& each : findings) {
            if (fails_alike(findings[i], each)) failing.insert(each.dependency);
        }
        const std::size_t enough = layer == Layer::resolve ? kSharedResolve : kSharedConnect;
        if (failing.size() < enough || failing != dependencies_reaching(view, layer)) continue;
        Finding root = std::move(findings[i]);
        std::vector<Finding> rest;
        for (std::size_t j = 0; j < findings.size(); ++j) {
            if (j == i) continue;
            auto& to = fails_alike(root, findings[j]) ? root.folded : rest;
            to.push_back(std::move(findings[j]));
        }
        root.evidence["dependencies"] = boost::json::array(failing.begin(), failing.end());
        rest.insert(rest.begin(), std::move(root));
        return rest;
    }
    return findings;
}

}  // namespace

std::vector<Finding> fold(std::vector<Finding> findings, const View& view) {
    std::stable_sort(findings.begin(), findings.end(), before);
    auto roots = fold_across(fold_within(std::move(findings)), view);
    std::stable_sort(roots.begin(), roots.end(), before);
    return roots;
}

}  // namespace plumb::judge

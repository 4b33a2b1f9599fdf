#include "controller/judge/starvation.hpp"

#include "controller/judge/policy_rules.hpp"
#include "controller/judge/scope.hpp"
#include "controller/judge/share_test.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include <fmt/format.h>

namespace plumb::judge {
namespace {

constexpr std::string_view kStarved = "task.starved";
constexpr const char* kSubject = "latency:all";
constexpr double kFalseAlarm = 0.001;
constexpr double kPoints = 0.20;  // a little throttling is usual
constexpr std::array<std::string_view, 4> kTimeouts{"dns.timeout", "tcp.timeout", "tls.timeout",
                                                    "peer.timeout"};

bool is_own(const DependencyView& dependency) {
    return dependency.kind == "task";
}

// The disturbed runs of each task, over all its dependencies.
std::vector<TaskReading> readings_of(const SideView& side, unsigned windows) {
    std::vector<TaskReading> readings;
    for (const TaskEvidence* task : side.tasks) {
        TaskReading reading{task, 0, 0};
        for (const auto& [name, evidence] : task->dependencies) {
            if (evidence.kind == "task") continue;
            reading.n += static_cast<double>(evidence.runs);
            reading.k += static_cast<double>(std::min(evidence.suspect, evidence.runs));
        }
        if (reading.n > 0 && task->windows >= windows) readings.push_back(reading);
    }
    return readings;
}

std::vector<Cluster> clusters_of(const std::vector<TaskReading>& readings) {
    constexpr double kMost = 1e15;  // what counts exactly as a double
    std::vector<Cluster> clusters;
    clusters.reserve(readings.size());
    for (const TaskReading& each : readings) {
        clusters.push_back({static_cast<std::uint64_t>(std::min(each.n, kMost)),
                            static_cast<std::uint64_t>(std::min(each.k, kMost))});
    }
    return clusters;
}

std::vector<TaskReading> inside(const std::vector<TaskReading>& readings, const Scope& scope) {
    std::vector<TaskReading> chosen;
    std::copy_if(readings.begin(), readings.end(), std::back_inserter(chosen),
                 [&](const TaskReading& each) { return lies_in(*each.task, scope); });
    return chosen;
}

bool starves(const ShareTest& test) {
    return test.difference() >= kPoints && test.beyond_chance();
}

std::string disturbed(const Counts& counts) {
    return fmt::format("{} of {} runs disturbed", counts.failed, counts.reached);
}

Finding finding_of(const ShareTest& test, const Scope& scope, std::size_t starving, std::size_t all) {
    Finding finding = finding_for(kStarved, "task", Layer::task, kSubject);
    finding.severity = Severity::warning;
    finding.baseline = disturbed(test.before);
    finding.candidate = disturbed(test.after) + (scope.labels.empty() ? "" : " there");
    finding.confidence = confidence(1 - test.p);
    finding.evidence["suspect_share"] = {{"baseline", rounded(test.before.share())},
                                         {"candidate", rounded(test.after.share())}};
    finding.evidence["tasks"] = {{"starving", starving}, {"of", all}};
    tell_scope(scope, finding);
    return finding;
}

Comparison comparison_of(const ShareTest& test, bool found) {
    Comparison comparison;
    comparison.dependency = "task";
    comparison.subject = kSubject;
    comparison.found = found;
    comparison.test = in_words(test);
    comparison.evidence = fmt::format("{} against {}", disturbed(test.before), disturbed(test.after));
    comparison.interval = interval_words(test);
    comparison.threshold = fmt::format("{:.0f} points, beyond what tasks differ by", 100 * kPoints);
    const double above = 100 * (test.difference() - kPoints);
    comparison.margin = fmt::format("{:.1f} points {}; {}", std::abs(above), above < 0 ? "below" : "above",
                                    margin_words(test));
    comparison.why = found ? "The candidate's tasks are throttled or late far more often."
                           : "The candidate's tasks are not throttled or late far more often.";
    return comparison;
}

bool times_out(const Finding& finding) {
    return finding.subject == "failures" &&
           std::find(kTimeouts.begin(), kTimeouts.end(), finding.cause) != kTimeouts.end();
}

bool is_slow(const Finding& finding) {
    return subject_matches("latency", finding.subject) && finding.cause != "latency.network" &&
           finding.cause != kStarved;
}

// Whether at least half of the dependencies have such a finding.
template <class Which>
bool widespread(const std::vector<Finding>& findings, const View& view, const Which& which) {
    std::set<std::string> names;
    for (const Finding& each : findings) {
        if (which(each)) names.insert(each.dependency);
    }
    const auto all = std::count_if(view.dependencies.begin(), view.dependencies.end(),
                                   [](const DependencyView& each) { return !is_own(each); });
    return 2 * names.size() >= static_cast<std::size_t>(all);
}

}  // namespace

void judge_starvation(const View& view, Judgement& judgement) {
    const Thresholds& need = view.thresholds();
    const auto before = readings_of(view.baseline, need.minimum_windows);
    const auto after = readings_of(view.candidate, need.minimum_windows);
    if (before.size() < need.minimum_tasks || after.size() < need.minimum_tasks) return;
    const double level = kFalseAlarm * view.alarm_share;
    ShareTest test = test_shares(clusters_of(before), clusters_of(after), level);
    Scope scope;
    auto starving = after;
    bool found = starves(test);
    if (test.after.failed > 0 && (found || differ(clusters_of(after)))) {
        scope = explain_shares(after);
        starving = inside(after, scope);
        if (starving.size() < need.minimum_tasks) {
            scope = {};
            starving = after;
        } else if (!scope.labels.empty()) {
            // The place was chosen by what it shows; the test pays for the choice.
            const double effect = design_effect(clusters_of(before));
            const double paid = level / static_cast<double>(scope.choices);
            test = test_shares(clusters_of(before), clusters_of(starving), paid, effect);
            found |= starves(test);
        }
    }
    if (found) judgement.findings.push_back(finding_of(test, scope, starving.size(), after.size()));
    if (view.explain) judgement.comparisons.push_back(comparison_of(test, found));
}

std::vector<Finding> fold_starved(std::vector<Finding> findings, const View& view, ScopeTasks& tasks) {
    const auto root = std::find_if(findings.begin(), findings.end(),
                                   [](const Finding& each) { return each.cause == kStarved; });
    if (root == findings.end()) return findings;
    const bool all_slow = widespread(findings, view, is_slow);
    const bool all_time_out = widespread(findings, view, times_out);
    Finding starved = std::move(*root);
    findings.erase(root);
    std::vector<Finding> rest;
    for (Finding& each : findings) {
        const bool soft = each.evidence.contains("difference");
        const bool explained = (is_slow(each) && all_slow) || (times_out(each) && (soft || all_time_out));
        if (!explained || !tasks.covers(starved.scope, each.scope)) {
            rest.push_back(std::move(each));
            continue;
        }
        // What would hold on its own still holds.
        starved.severity = std::min(starved.severity, each.severity);
        starved.folded.push_back(std::move(each));
    }
    rest.push_back(std::move(starved));
    return rest;
}

}  // namespace plumb::judge

#include "controller/judge/tasks/starvation.hpp"

#include "controller/judge/policy/policy_rules.hpp"
#include "controller/judge/scope/scope_tasks.hpp"
#include "controller/judge/tasks/task_shares.hpp"

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

// The disturbed runs of a task, as the calmer half of its dependencies shows them. A run that takes two
// seconds meets every disturbance of these two seconds, one of two milliseconds hardly any: so a dependency
// that became slow is disturbed more often, and says nothing of the task. For the same reason those are asked
// that mostly answer. Where none does, only a task of which nearly every run is disturbed says so.
TaskReading reading_of(const TaskEvidence& task) {
    constexpr double kNearlyAll = 0.9;
    std::vector<TaskReading> answered;
    TaskReading all{&task, 0, 0};
    for (const auto& [name, evidence] : task.dependencies) {
        if (evidence.kind == "task" || evidence.runs == 0) continue;
        const auto runs = static_cast<double>(evidence.runs);
        const auto disturbed = static_cast<double>(std::min(evidence.suspect, evidence.runs));
        all.n += runs;
        all.k += disturbed;
        if (2 * evidence.succeeded >= evidence.runs) answered.push_back({&task, runs, disturbed});
    }
    if (answered.empty()) {
        if (all.k < kNearlyAll * all.n) all.k = 0;
        return all;
    }
    std::stable_sort(answered.begin(), answered.end(),
                     [](const TaskReading& a, const TaskReading& b) { return a.k * b.n < b.k * a.n; });
    TaskReading calm{&task, 0, 0};
    for (std::size_t i = 0; i < (answered.size() + 1) / 2; ++i) {
        calm.n += answered[i].n;
        calm.k += answered[i].k;
    }
    return calm;
}

std::vector<TaskReading> readings_of(const SideView& side, unsigned windows) {
    std::vector<TaskReading> readings;
    for (const TaskEvidence* task : side.tasks) {
        const TaskReading reading = reading_of(*task);
        if (reading.n > 0 && task->windows >= windows) readings.push_back(reading);
    }
    return readings;
}

std::string disturbed(const Counts& counts) {
    return fmt::format("{} of {} runs disturbed", counts.failed, counts.reached);
}

Finding finding_of(const TaskShares& shares) {
    const ShareTest& test = shares.test;
    Finding finding = finding_for(kStarved, "task", Layer::task, kSubject);
    finding.severity = Severity::warning;
    finding.baseline = disturbed(test.before);
    finding.candidate = disturbed(test.after) + (shares.scope.labels.empty() ? "" : " there");
    finding.confidence = confidence(1 - test.p);
    finding.evidence["suspect_share"] = {{"baseline", rounded(test.before.share())},
                                         {"candidate", rounded(test.after.share())}};
    finding.evidence["tasks"] = {{"starving", shares.inside}, {"of", shares.all}};
    tell_scope(shares.scope, finding);
    return finding;
}

Comparison comparison_of(const TaskShares& shares, const ShareBar& bar) {
    Comparison comparison;
    comparison.dependency = "task";
    comparison.subject = kSubject;
    tell_test(shares, bar, comparison);
    comparison.evidence =
        fmt::format("{} against {}", disturbed(shares.test.before), disturbed(shares.test.after));
    comparison.why = shares.found ? "The candidate's tasks are throttled or late far more often."
                                  : "The candidate's tasks are not throttled or late far more often.";
    return comparison;
}

// With so few tasks it cannot be told what tasks differ by. Where nearly every run of all of them is
// disturbed and hardly one of the baseline's is, nothing has to be.
bool starves_plainly(const TaskShares& shares) {
    constexpr std::uint64_t kRuns = 20;
    constexpr double kMostly = 0.75;
    constexpr double kHardly = 0.05;
    const ShareTest& test = shares.test;
    return test.after.reached >= kRuns && test.before.reached >= kRuns && test.after.share() >= kMostly &&
           test.before.share() <= kHardly;
}

void note_too_few(const View& view, Judgement& judgement) {
    const Thresholds& need = view.thresholds();
    judgement.gaps.push_back({"task", kSubject,
                              fmt::format("some runs were disturbed; whether the tasks starve needs {} tasks "
                                          "a side with {} windows each",
                                          need.minimum_tasks, need.minimum_windows),
                              false});
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
    if (before.empty() || after.empty()) return;
    const ShareBar bar{kPoints, kFalseAlarm * view.alarm_share, need.minimum_tasks};
    TaskShares shares = compare_shares(before, after, bar);
    if (before.size() < need.minimum_tasks || after.size() < need.minimum_tasks) {
        shares.found = starves_plainly(shares);
        if (!shares.found && shares.test.after.failed > 0) note_too_few(view, judgement);
    }
    if (shares.found) judgement.findings.push_back(finding_of(shares));
    if (view.explain) judgement.comparisons.push_back(comparison_of(shares, bar));
}

std::vector<Finding> fold_starved(std::vector<Finding> findings, const View& view) {
    const auto root = std::find_if(findings.begin(), findings.end(),
                                   [](const Finding& each) { return each.cause == kStarved; });
    if (root == findings.end()) return findings;
    const bool all_slow = widespread(findings, view, is_slow);
    const bool all_time_out = widespread(findings, view, times_out);
    ScopeTasks tasks(view);
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
        starved.folded.push_back(std::move(each));
    }
    rest.push_back(std::move(starved));
    return rest;
}

}  // namespace plumb::judge

// Packets that are lost on the way. Whoever waits for a retransmission measures the kernel's timers, so such
// runs are left out of every latency; while they succeed they are no failure either. A candidate that loses
// far more than the baseline is told by its share of them.
#include "controller/judge/evidence/ahead.hpp"
#include "controller/judge/latency/rules.hpp"
#include "controller/judge/policy/policy_rules.hpp"
#include "controller/judge/tasks/task_shares.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace plumb::judge {
namespace {

constexpr double kFalseAlarm = 0.001;  // for all dependencies of one comparison together
constexpr double kPoints = 0.05;       // a healthy path loses a packet in a thousand, a poor one in a hundred
constexpr const char* kSubject = "latency:retransmissions";

std::vector<TaskReading> readings_of(const std::vector<Member>& members, unsigned windows) {
    std::vector<TaskReading> readings;
    walk(
        members,
        [&](const Member& member) {
            const DependencyEvidence& evidence = *member.evidence;
            if (evidence.runs == 0 || member.task->windows < windows) return;
            readings.push_back({member.task, static_cast<double>(evidence.runs),
                                static_cast<double>(std::min(evidence.retransmitted, evidence.runs))});
        },
        [](const Member& member) { ask_for(&member.evidence->retransmitted); });
    return readings;
}

// Whether the newest windows of the tasks inside show it still.
bool lasts(const std::vector<Member>& members, const TaskShares& shares) {
    std::vector<bool> shows;
    for (std::size_t back = 0; back < kRecentWindows; ++back) {
        Counts counts;
        for (const Member& member : members) {
            const auto& recent = member.evidence->recent;
            if (back >= recent.size() || !lies_in(*member.task, shares.scope)) continue;
            const RecentRuns& window = recent[recent.size() - 1 - back];
            counts.add({window.runs, std::min(window.retransmitted, window.runs)});
        }
        if (counts.reached > 0) shows.push_back(counts.share() - shares.test.before.share() >= kPoints);
    }
    return still_present(shows);
}

std::string lossy(const Counts& counts) {
    return fmt::format("{} of {} runs had to send something again", counts.failed, counts.reached);
}

Finding finding_of(const DependencyView& dependency, const TaskShares& shares) {
    const ShareTest& test = shares.test;
    Finding finding = finding_for("latency.network", dependency.name, Layer::connect, kSubject);
    finding.severity = shares.one_odd_task ? Severity::warning : Severity::critical;
    finding.baseline = lossy(test.before);
    finding.candidate = lossy(test.after) + (shares.scope.labels.empty() ? "" : " there");
    finding.confidence = confidence(1 - test.p);
    finding.reason =
        "Packets are lost on the way, or one listener's accept queue overflows: a run then waits for the "
        "kernel to send again.";
    finding.action =
        "One dependency alone: look at the backlog (somaxconn) and the capacity of its listener. Several, or "
        "one zone: look at what their path goes through, and whether a link or a NAT gateway is at its "
        "limit.";
    finding.evidence["retransmitted_share"] = {{"baseline", rounded(test.before.share())},
                                               {"candidate", rounded(test.after.share())}};
    finding.evidence["tasks"] = {{"losing", shares.inside}, {"of", shares.all}};
    tell_scope(shares.scope, finding);
    return finding;
}

Comparison comparison_of(const DependencyView& dependency, const TaskShares& shares, const ShareBar& bar) {
    Comparison comparison;
    comparison.dependency = dependency.name;
    comparison.subject = kSubject;
    tell_test(shares, bar, comparison);
    comparison.evidence = fmt::format("{} against {}", lossy(shares.test.before), lossy(shares.test.after));
    comparison.why = shares.found ? "Far more of the candidate's runs lose packets."
                                  : "The candidate's runs do not lose far more packets.";
    return comparison;
}

Comparison untested(const DependencyView& dependency, const Thresholds& need) {
    Comparison comparison;
    comparison.dependency = dependency.name;
    comparison.subject = kSubject;
    comparison.test = "none: a difference cannot be told from what tasks differ by";
    comparison.why =
        fmt::format("There is too little to compare: it needs {} tasks a side with {} windows each.",
                    need.minimum_tasks, need.minimum_windows);
    return comparison;
}

}  // namespace

void judge_retransmissions(const View& view, Judgement& judgement) {
    const Thresholds& need = view.thresholds();
    const auto count = static_cast<double>(std::max<std::size_t>(view.dependencies.size(), 1));
    const ShareBar bar{kPoints, kFalseAlarm * view.alarm_share / count, need.minimum_tasks};
    for (const DependencyView& dependency : view.dependencies) {
        if (dependency.kind == "task") continue;  // a look opens no connection
        const auto before = readings_of(dependency.baseline, need.minimum_windows);
        const auto after = readings_of(dependency.candidate, need.minimum_windows);
        // Fewer are listed as not judged by the latency rule.
        if (before.size() < need.minimum_tasks || after.size() < need.minimum_tasks) {
            if (view.explain) judgement.comparisons.push_back(untested(dependency, need));
            continue;
        }
        TaskShares shares = compare_shares(before, after, bar);
        shares.found = shares.found && lasts(dependency.candidate, shares);
        if (shares.found) judgement.findings.push_back(finding_of(dependency, shares));
        if (view.explain) judgement.comparisons.push_back(comparison_of(dependency, shares, bar));
    }
}

}  // namespace plumb::judge

#include "controller/judge/failures.hpp"
#include "controller/judge/scope.hpp"
#include "controller/judge/statistics.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

namespace plumb::judge {
namespace {

std::map<std::string, std::uint64_t> causes_of(const std::vector<PhaseTask>& tasks) {
    std::map<std::string, std::uint64_t> causes;
    for (const PhaseTask& each : tasks) {
        for (const auto& [cause, count] : each.phase->causes) {
            std::uint64_t& sum = causes[cause];
            sum += std::min(count, ~std::uint64_t{0} - sum);
        }
    }
    return causes;
}

std::string majority(const std::map<std::string, std::uint64_t>& causes) {
    const auto most = std::max_element(causes.begin(), causes.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    return most == causes.end() ? "unknown" : most->first;
}

// The tasks of this dependency that have runs enough to say that they do not fail in this phase.
std::vector<const TaskEvidence*> others(const PhaseQuestion& question,
                                        const std::vector<PhaseTask>& affected) {
    std::set<const TaskEvidence*> failing;
    for (const PhaseTask& each : affected)
        failing.insert(each.task);
    std::vector<const TaskEvidence*> rest;
    for (const Member& member : question.dependency->candidate) {
        const bool enough = member.evidence->runs >= question.view->thresholds().hard_fault_runs;
        if (enough && !failing.contains(member.task)) rest.push_back(member.task);
    }
    return rest;
}

std::vector<PhaseTask> same_scope(const std::vector<PhaseTask>& tasks, const Scope& scope) {
    std::vector<PhaseTask> inside;
    for (const PhaseTask& each : tasks) {
        if (lies_in(*each.task, scope)) inside.push_back(each);
    }
    return inside.empty() ? tasks : inside;
}

// What the baseline shows in the same place. Where its runs succeed without such a phase (no TLS, no login),
// they passed it.
Counts reference_of(const PhaseQuestion& question, const Scope& scope) {
    const Counts counts = sum(same_scope(question.phase->baseline, scope));
    if (counts.reached > 0 || !any_success(question.dependency->baseline)) return counts;
    Counts runs;
    for (const Member& member : question.dependency->baseline) {
        runs.add({member.evidence->runs, member.evidence->runs - member.evidence->succeeded});
    }
    return runs;
}

// A connect time-out alone cannot tell a security group from a network ACL; its scope can.
void explain_by_scope(Finding& finding) {
    const bool in_one_place = finding.scope.contains("subnet") || finding.scope.contains("zone");
    if (finding.cause != "tcp.timeout" || !in_one_place) return;
    finding.reason =
        "Only one part of the network is affected, which a security group would not do: the network "
        "ACL or the route table of that subnet drops the traffic, or the answers on ephemeral ports.";
    finding.action =
        "Compare network ACL (both directions, ephemeral ports 1024-65535) and route table of this "
        "subnet with those of a subnet that works.";
}

}  // namespace

Finding failure_finding(const PhaseQuestion& question, const std::vector<PhaseTask>& affected) {
    const auto causes = causes_of(affected);
    const PhaseView& phase = *question.phase;
    Finding finding = finding_for(majority(causes), question.dependency->name, phase.layer, "failures");
    const Counts before = sum(phase.baseline);
    const Counts after = sum(phase.candidate);
    finding.baseline = before.reached == 0 ? "no run reached it" : in_words(before);
    finding.candidate = in_words(after);
    finding.evidence["phase"] = phase.name;
    finding.evidence["reached"] = {{"baseline", before.reached}, {"candidate", after.reached}};
    finding.evidence["failed"] = {{"baseline", before.failed}, {"candidate", after.failed}};
    boost::json::object counted;
    for (const auto& [cause, count] : causes)
        counted[cause] = count;
    finding.evidence["causes"] = std::move(counted);
    return finding;
}

std::vector<PhaseTask> failing_hard(const std::vector<PhaseTask>& tasks, const Thresholds& thresholds) {
    std::vector<PhaseTask> failing;
    for (const PhaseTask& each : tasks) {
        if (each.phase->failed == 0) continue;
        const Counts newest = each.newest(thresholds.hard_fault_runs);
        const bool enough = newest.reached >= thresholds.hard_fault_runs;
        if (enough && newest.share() >= thresholds.hard_fault_share) failing.push_back(each);
    }
    return failing;
}

std::optional<Finding> hard_fault(const PhaseQuestion& question) {
    const Thresholds& thresholds = question.view->thresholds();
    const auto affected = failing_hard(question.phase->candidate, thresholds);
    if (affected.empty()) return std::nullopt;
    const auto spared = others(question, affected);
    std::vector<const TaskEvidence*> failing;
    failing.reserve(affected.size());
    for (const PhaseTask& each : affected)
        failing.push_back(each.task);
    const Scope scope = explain(failing, spared);

    const bool no_reference = total_runs(question.dependency->baseline) == 0;
    const Counts reference = reference_of(question, scope);
    if (reference.reached == 0 && !no_reference) return std::nullopt;
    if (reference.share() >= thresholds.hard_fault_other_side) return std::nullopt;

    Finding finding = failure_finding(question, affected);
    finding.scope = scope.labels;
    // One task among several that no place explains may be that task's own trouble.
    const bool one_odd_task = !scope.by_place && affected.size() == 1;
    finding.severity = one_odd_task ? Severity::warning : Severity::critical;
    Counts newest;
    for (const PhaseTask& each : affected)
        newest.add(each.newest(thresholds.hard_fault_runs));
    const Counts range = sum(affected);
    if (range.share() < thresholds.hard_fault_share) {
        finding.candidate = fmt::format("{} of the last {} runs failed", newest.failed, newest.reached);
    } else if (!scope.labels.empty()) {
        finding.candidate = fmt::format("{} there", in_words(range));
    }
    if (no_reference) finding.baseline = "has no run of this dependency";
    finding.confidence =
        confidence(1 - fisher_at_least(range.failed, range.reached, reference.failed, reference.reached));
    if (no_reference) finding.confidence = confidence(range.share());
    finding.evidence["tasks"] = {{"failing", affected.size()}, {"not_failing", spared.size()}};
    if (!scope.aliases.empty()) {
        boost::json::array same(scope.aliases.begin(), scope.aliases.end());
        finding.evidence["same_tasks_as"] = std::move(same);
    }
    explain_by_scope(finding);
    return finding;
}

}  // namespace plumb::judge

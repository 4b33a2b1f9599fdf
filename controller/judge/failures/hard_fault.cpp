#include "controller/judge/evidence/share_test.hpp"
#include "controller/judge/failures/failures.hpp"
#include "controller/judge/statistics/statistics.hpp"

#include <algorithm>
#include <iterator>
#include <set>

#include <fmt/format.h>

namespace plumb::judge {
namespace {

struct HardReading {  // what the rule saw
    std::vector<PhaseTask> affected;
    std::vector<const TaskEvidence*> spared;
    Scope scope;
    bool no_reference = false;  // the baseline has no run of the dependency
    Counts reference;
    std::string quiet;  // why it is no finding; empty: it is one
};

constexpr double kMostly = 0.75;  // a task that fails more often is neither failing hard nor spared
constexpr double kReferenceZ = 1.645;

// The tasks of this dependency that have runs enough to say that they do not fail in this phase, or a few of
// which all succeeded.
std::vector<const TaskEvidence*> others(const PhaseQuestion& question,
                                        const std::vector<PhaseTask>& affected) {
    const unsigned need = question.view->thresholds().hard_fault_runs;
    std::set<const TaskEvidence*> failing;
    for (const PhaseTask& each : affected)
        failing.insert(each.task);
    for (const PhaseTask& each : question.phase->candidate) {
        if (each.newest(need).share() >= kMostly) failing.insert(each.task);
    }
    std::vector<const TaskEvidence*> rest;
    for (const Member& member : question.dependency->candidate) {
        const DependencyEvidence& evidence = *member.evidence;
        const bool all_well = evidence.runs >= 2 && evidence.succeeded == evidence.runs;
        if ((evidence.runs >= need || all_well) && !failing.contains(member.task))
            rest.push_back(member.task);
    }
    return rest;
}

// What the baseline shows in the same place. Where its runs succeed without such a phase (no TLS, no login),
// they passed it.
Counts reference_of(const PhaseQuestion& question, const Scope& scope) {
    const Counts counts = sum(same_place(question.phase->baseline, scope.labels));
    if (counts.reached > 0 || !any_success(question.dependency->baseline)) return counts;
    Counts runs;
    for (const Member& member : question.dependency->baseline) {
        runs.add({member.evidence->runs, member.evidence->runs - member.evidence->succeeded});
    }
    return runs;
}

// Two failures of forty may be what one in a hundred gives: a small reference is not held to its own luck.
bool is_clear(const Counts& reference, const Thresholds& thresholds) {
    if (reference.failed == 0 || reference.share() < thresholds.hard_fault_other_side) return true;
    const Share share{reference.share(), static_cast<double>(reference.reached)};
    return wilson(share, kReferenceZ).low < thresholds.hard_fault_other_side;
}

// Tasks of which nothing was heard yet may fail as well, or not: where all others fail, a place without them
// may as well be it.
void tell_unheard(const PhaseQuestion& question, const std::vector<const TaskEvidence*>& failing,
                  HardReading& reading) {
    if (!reading.scope.labels.empty()) return;
    auto rest = reading.spared;
    std::set<const TaskEvidence*> heard(failing.begin(), failing.end());
    heard.insert(rest.begin(), rest.end());
    for (const Member& member : question.dependency->candidate) {
        const bool few = member.evidence->runs < question.view->thresholds().hard_fault_runs;
        if (few && !heard.contains(member.task)) rest.push_back(member.task);
    }
    if (rest.size() == reading.spared.size()) return;
    Scope place = explain(failing, rest);
    if (place.by_place && !place.labels.empty())
        reading.scope.alternatives.push_back(std::move(place.labels));
}

HardReading read(const PhaseQuestion& question) {
    const Thresholds& thresholds = question.view->thresholds();
    HardReading reading;
    reading.affected = failing_hard(question.phase->candidate, thresholds);
    if (reading.affected.empty()) {
        reading.quiet = "No task fails in nearly all of its newest runs.";
        return reading;
    }
    reading.spared = others(question, reading.affected);
    std::vector<const TaskEvidence*> failing;
    failing.reserve(reading.affected.size());
    for (const PhaseTask& each : reading.affected)
        failing.push_back(each.task);
    reading.scope = explain(failing, reading.spared);
    tell_unheard(question, failing, reading);
    reading.no_reference = total_runs(question.dependency->baseline) == 0;
    reading.reference = reference_of(question, reading.scope);
    if (reading.reference.reached == 0 && !reading.no_reference) {
        reading.quiet = "No run of the baseline came as far as this phase, so there is no reference.";
    } else if (!is_clear(reading.reference, thresholds)) {
        reading.quiet = "The baseline fails there, too.";
    }
    return reading;
}

Finding finding_of(const PhaseQuestion& question, const HardReading& reading) {
    const Thresholds& thresholds = question.view->thresholds();
    Finding finding = failure_finding(question, reading.affected);
    const bool odd = is_odd(reading.scope, reading.affected.size(), reading.spared);
    finding.severity = odd ? Severity::warning : Severity::critical;
    tell_scope(reading.scope, finding);
    Counts newest;
    for (const PhaseTask& each : reading.affected)
        newest.add(each.newest(thresholds.hard_fault_runs));
    const Counts range = sum(reading.affected);
    if (range.share() < thresholds.hard_fault_share) {
        finding.candidate = fmt::format("{} of the last {} runs failed", newest.failed, newest.reached);
    } else if (!finding.scope.empty()) {
        finding.candidate = fmt::format("{} there", in_words(range));
    }
    const Counts& before = reading.reference;
    finding.confidence =
        confidence(1 - fisher_at_least(range.failed, range.reached, before.failed, before.reached));
    if (reading.no_reference) {
        finding.baseline = "has no run of this dependency";
        finding.confidence = confidence(range.share());
    }
    finding.evidence["tasks"] = {{"failing", reading.affected.size()},
                                 {"not_failing", reading.spared.size()}};
    word_by_scope(question, newest.share(), finding);
    return finding;
}

Comparison comparison_of(const PhaseQuestion& question, const HardReading& reading) {
    const Thresholds& thresholds = question.view->thresholds();
    double highest = 0;
    for (const PhaseTask& each : question.phase->candidate)
        highest = std::max(highest, each.newest(thresholds.hard_fault_runs).share());
    Comparison comparison = failure_comparison(question);
    comparison.found = reading.quiet.empty();
    comparison.test = "hard fault: nearly every one of the newest runs of a task fails";
    comparison.evidence +=
        fmt::format("; {} of {} tasks fail hard, the worst in {:.0f} % of its newest runs",
                    reading.affected.size(), question.phase->candidate.size(), 100 * highest);
    const auto before = clusters_of(question.phase->baseline);
    const auto after = clusters_of(question.phase->candidate);
    if (!before.empty() && !after.empty())
        comparison.interval = interval_words(test_shares(before, after, 1));
    comparison.threshold = fmt::format(
        "{:.0f} % of the newest {} or more runs of a task, and less than {:.3g} % of the baseline's",
        100 * thresholds.hard_fault_share, thresholds.hard_fault_runs,
        100 * thresholds.hard_fault_other_side);
    const double above = 100 * (highest - thresholds.hard_fault_share);
    comparison.margin = fmt::format("{:.0f} points {}", std::abs(above), above < 0 ? "below" : "above");
    comparison.why =
        comparison.found ? "Nearly every run fails, and hardly any on the baseline." : reading.quiet;
    return comparison;
}

}  // namespace

bool is_odd(const Scope& scope, std::size_t affected, const std::vector<const TaskEvidence*>& spared) {
    if (affected != 1 || spared.size() < 2) return false;
    // Two labels that meet in one task are no place.
    return !scope.by_place || scope.labels.size() > 1 ||
           std::any_of(spared.begin(), spared.end(),
                       [&](const TaskEvidence* task) { return lies_in(*task, scope); });
}

bool fails_throughout(const PhaseTask& task, const Thresholds& thresholds) {
    constexpr std::uint64_t kFewest = 2;
    const Counts range = task.range();
    return range.reached >= kFewest && range.reached < thresholds.hard_fault_runs &&
           range.failed == range.reached;
}

std::vector<PhaseTask> failing_hard(const std::vector<PhaseTask>& tasks, const Thresholds& thresholds) {
    const auto hard = [&](const PhaseTask& each) {
        if (each.phase->failed == 0) return false;
        const Counts newest = each.newest(thresholds.hard_fault_runs);
        return newest.reached >= thresholds.hard_fault_runs && newest.share() >= thresholds.hard_fault_share;
    };
    // Runs that wait for their time-out are few, and so are log-ins: several tasks of which none has a run
    // that succeeded say together what each alone may not.
    std::uint64_t runs = 0;
    std::size_t short_of_runs = 0;
    bool any = false;
    for (const PhaseTask& each : tasks) {
        any |= hard(each);
        if (!fails_throughout(each, thresholds)) continue;
        runs += each.range().reached;
        ++short_of_runs;
    }
    const bool together = any || (short_of_runs >= 2 && runs > thresholds.hard_fault_runs);
    std::vector<PhaseTask> failing;
    std::copy_if(tasks.begin(), tasks.end(), std::back_inserter(failing), [&](const PhaseTask& each) {
        return hard(each) || (together && fails_throughout(each, thresholds));
    });
    return failing;
}

Answer hard_fault(const PhaseQuestion& question) {
    const HardReading reading = read(question);
    Answer answer;
    if (reading.quiet.empty()) answer.finding = finding_of(question, reading);
    if (question.view->explain) answer.comparison = comparison_of(question, reading);
    return answer;
}

}  // namespace plumb::judge

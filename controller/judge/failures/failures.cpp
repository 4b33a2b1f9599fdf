// Failures, phase by phase in the order of a run. The denominator is the runs that reached the phase, so a
// phase downstream of a failing one is not blamed for it.
#include "controller/judge/failures/failures.hpp"

#include "controller/judge/evidence/side_by_side.hpp"
#include "controller/judge/failures/rule.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace plumb::judge {
namespace {

struct Walk {
    const View& view;
    Judgement& judgement;
    std::size_t pairs = 0;
};

void gap(Walk& walk, const DependencyView& dependency, std::string reason, bool blocks) {
    const Gap entry{dependency.name, "failures", std::move(reason), blocks};
    const bool known =
        std::any_of(walk.judgement.gaps.begin(), walk.judgement.gaps.end(), [&](const Gap& each) {
            return each.dependency == entry.dependency && each.subject == entry.subject &&
                   each.reason == entry.reason;
        });
    if (!known) walk.judgement.gaps.push_back(entry);
}

// The phase in which most tasks of a side fail hard, or null.
const PhaseView* hard_phase(const std::vector<PhaseView>& phases, std::vector<PhaseTask> PhaseView::*side,
                            const Thresholds& thresholds) {
    for (const PhaseView& phase : phases) {
        if (sum(phase.*side).failed == 0) continue;
        const auto failing = failing_hard(phase.*side, thresholds);
        if (!failing.empty() && 2 * failing.size() > (phase.*side).size()) return &phase;
        // Runs that wait for their time-out are few: none of the tasks has enough of them, and all together
        // do.
        Counts newest;
        for (const PhaseTask& each : phase.*side)
            newest.add(each.newest(thresholds.hard_fault_runs));
        const bool enough = newest.reached >= thresholds.hard_fault_runs;
        if (enough && newest.share() >= thresholds.hard_fault_share) return &phase;
    }
    return nullptr;
}

// What fails on the baseline cannot serve as reference. Failing alike on both sides is no difference, yet no
// ground for a promote: nothing behind that phase was compared, and the candidate does not work.
// True when it said so.
bool note_failing_baseline(Walk& walk, const DependencyView& dependency) {
    const PhaseView* before = hard_phase(dependency.phases, &PhaseView::baseline, walk.view.thresholds());
    if (before == nullptr || dependency.candidate.empty()) return false;
    const PhaseView* after = hard_phase(dependency.phases, &PhaseView::candidate, walk.view.thresholds());
    if (after == before) {
        gap(walk, dependency,
            fmt::format(
                "fails in phase {} on both sides alike ({} against {}): no difference, but nothing behind "
                "it was compared",
                before->name, in_words(sum(before->baseline)), in_words(sum(after->candidate))),
            true);
    } else if (after != nullptr) {
        gap(walk, dependency,
            fmt::format("fails on both sides, in phase {} on the baseline and in {} on the candidate",
                        before->name, after->name),
            true);
    } else {
        gap(walk, dependency,
            fmt::format("fails on the baseline only, in phase {} ({}): there is nothing to compare with",
                        before->name, in_words(sum(before->baseline))),
            true);
    }
    return true;
}

bool soft_gap_known(const Walk& walk, const DependencyView& dependency) {
    return std::any_of(walk.judgement.gaps.begin(), walk.judgement.gaps.end(), [&](const Gap& each) {
        return each.dependency == dependency.name && each.reason.starts_with("soft failures: ");
    });
}

// The phase without the tasks that a finding is about.
PhaseView rest_of(const PhaseQuestion& question, const Labels& scope) {
    PhaseView rest = *question.phase;
    std::erase_if(rest.candidate, [&](const PhaseTask& each) { return lies_in(*each.task, scope); });
    return rest;
}

bool only_warns(const Answer& answer) {
    return answer.finding && answer.finding->severity == Severity::warning;
}

void take(Walk& walk, Answer answer) {
    if (answer.finding) walk.judgement.findings.push_back(std::move(*answer.finding));
    if (answer.comparison) walk.judgement.comparisons.push_back(std::move(*answer.comparison));
}

// The question that could not be asked.
void tell_not_asked(Walk& walk, const PhaseQuestion& question, const std::string& why) {
    if (!walk.view.explain) return;
    Comparison comparison = failure_comparison(question);
    comparison.test = "none: a difference of rates cannot be told from what tasks differ by";
    comparison.why = "It " + why + ".";
    walk.judgement.comparisons.push_back(std::move(comparison));
}

void judge_soft(Walk& walk, const PhaseQuestion& question) {
    const Counts before = sum(question.phase->baseline);
    const Counts after = sum(question.phase->candidate);
    if (before.reached == 0 || after.reached == 0) return;
    const double difference = after.share() - before.share();
    if (const auto why = too_little_for_soft(question)) {
        tell_not_asked(walk, question, *why);
        const bool large = difference >= kLargeDifference;
        if (!large && soft_gap_known(walk, *question.dependency)) return;
        std::string reason = "soft failures: " + *why;
        if (large) {
            reason = fmt::format(
                "phase {}: {} against {} on the baseline; a hard fault would be clearer, and a "
                "soft one {}",
                question.phase->name, in_words(after), in_words(before), *why);
        }
        gap(walk, *question.dependency, std::move(reason), large);
        return;
    }
    if (after.failed == 0 && !walk.view.explain) return;  // most phases
    Answer answer = soft_fault(question, walk.pairs);
    if (answer.unsure) {
        gap(walk, *question.dependency,
            fmt::format("phase {}: {} against {} on the baseline, which may be chance as tasks differ; more "
                        "windows, or more tasks, would tell",
                        question.phase->name, in_words(after), in_words(before)),
            true);
    }
    const bool odd = only_warns(answer);
    const PhaseView rest = odd ? rest_of(question, answer.finding->scope) : PhaseView{};
    take(walk, std::move(answer));
    // It must not hide that the others fail, too, if less.
    if (odd && rest.candidate.size() < question.phase->candidate.size())
        judge_soft(walk, {question.view, question.dependency, &rest, true});
}

void judge_phase(Walk& walk, const PhaseQuestion& question) {
    ++walk.judgement.judged.failures;
    Answer answer = hard_fault(question);
    const bool found = answer.finding.has_value();
    const bool odd = only_warns(answer);
    const PhaseView rest = odd ? rest_of(question, answer.finding->scope) : PhaseView{};
    take(walk, std::move(answer));
    if (!found) return judge_soft(walk, question);
    if (odd) judge_soft(walk, {question.view, question.dependency, &rest, true});
}

// One odd task warns. Two of them are no oddity, whichever the phase in which each fails, and however often.
void join_odd_ones(std::vector<Finding>& findings) {
    std::set<Labels> odd;
    for (const Finding& each : findings) {
        if (each.severity == Severity::warning) odd.insert(each.scope);
    }
    if (odd.size() < 2) return;
    for (Finding& each : findings)
        each.severity = Severity::critical;
}

// Tasks of which no run came through, and too few runs to call it a fault. One of several is let pass, as one
// odd task would be.
bool note_throughout(Walk& walk, const DependencyView& dependency, const PhaseView& phase) {
    const Thresholds& thresholds = walk.view.thresholds();
    Counts counts;
    std::size_t tasks = 0;
    for (const PhaseTask& each : phase.candidate) {
        if (!fails_throughout(each, thresholds)) continue;
        counts.add(each.range());
        ++tasks;
    }
    if (tasks == 0 || (tasks == 1 && dependency.candidate.size() > 1)) return false;
    gap(walk, dependency,
        fmt::format("fails in phase {} in every run of {} tasks ({}), too few runs to be called a fault yet",
                    phase.name, tasks, in_words(counts)),
        true);
    return true;
}

// Tasks that never had a run that came through, failing now in one phase and now in another: none of these
// may have enough of them.
void note_never_well(Walk& walk, const DependencyView& dependency) {
    constexpr std::uint64_t kFewest = 2;
    Counts counts;
    std::size_t tasks = 0;
    for (const Member& member : dependency.candidate) {
        const DependencyEvidence& evidence = *member.evidence;
        if (evidence.runs < kFewest || evidence.succeeded > 0) continue;
        counts.add({evidence.runs, evidence.runs});
        ++tasks;
    }
    if (tasks < 2 || !any_success(dependency.baseline)) return;
    gap(walk, dependency,
        fmt::format("no run of {} tasks came through ({}), failing in several phases", tasks,
                    in_words(counts)),
        true);
}

// A candidate that fails hard and was neither found nor explained: whatever kept the rules from it, it is no
// ground for a promote.
void note_unexplained_fault(Walk& walk, const DependencyView& dependency) {
    const auto& findings = walk.judgement.findings;
    const bool found = std::any_of(findings.begin(), findings.end(),
                                   [&](const Finding& each) { return each.dependency == dependency.name; });
    if (found) return;
    const Thresholds& thresholds = walk.view.thresholds();
    for (const PhaseView& phase : dependency.phases) {
        if (failing_hard(phase.candidate, thresholds).empty()) {
            if (note_throughout(walk, dependency, phase)) return;
            continue;
        }
        const Counts before = sum(phase.baseline);
        const Counts after = sum(phase.candidate);
        // One odd task a side is told and no more.
        const bool alike = !failing_hard(phase.baseline, thresholds).empty();
        const bool blocks = !alike || after.share() >= kLargeDifference;
        gap(walk, dependency,
            fmt::format("fails in phase {} ({}), and the baseline ({}) is no clear reference", phase.name,
                        in_words(after), in_words(before)),
            blocks);
    }
    note_never_well(walk, dependency);
}

std::uint64_t most_runs(const std::vector<Member>& members) {
    std::uint64_t most = 0;
    for (const Member& member : members)
        most = std::max(most, member.evidence->runs);
    return most;
}

// Fewer runs than a hard fault needs would hide one.
void note_too_few_runs(Walk& walk, const DependencyView& dependency) {
    const unsigned need = walk.view.thresholds().hard_fault_runs;
    const auto before = total_runs(dependency.baseline);
    const auto after = most_runs(dependency.candidate);
    if (after > 0 && after < need) {
        gap(walk, dependency,
            fmt::format("too few runs: no task of the candidate has more than {}, and {} are needed", after,
                        need),
            true);
    }
    if (before > 0 && before < need) {
        gap(walk, dependency,
            fmt::format("too few runs: {} on the baseline, and {} are needed", before, need), true);
    }
}

}  // namespace

void judge_failures(const View& view, Judgement& judgement) {
    std::size_t pairs = 0;
    for (const DependencyView& dependency : view.dependencies)
        pairs += dependency.phases.size();
    judge_each(view, judgement, [&](const DependencyView& dependency, Judgement& part) {
        Walk walk{view, part, pairs};
        note_too_few_runs(walk, dependency);
        const bool told = note_failing_baseline(walk, dependency);
        for (const PhaseView& phase : dependency.phases)
            judge_phase(walk, {&view, &dependency, &phase});
        join_odd_ones(part.findings);
        if (!told) note_unexplained_fault(walk, dependency);
    });
    judgement.measured.task_correlation = task_correlation(view);
}

}  // namespace plumb::judge

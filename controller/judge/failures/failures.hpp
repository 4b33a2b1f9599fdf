// The two failure rules of one phase; failures.cpp walks the phases with them.
#pragma once

#include "controller/judge/evidence/phases.hpp"
#include "controller/judge/evidence/view.hpp"
#include "controller/judge/finding/judgement.hpp"
#include "controller/judge/scope/scope.hpp"

#include <optional>

namespace plumb::judge {

struct PhaseQuestion {
    const View* view = nullptr;
    const DependencyView* dependency = nullptr;
    const PhaseView* phase = nullptr;
    bool one_left_out = false;  // an odd task was taken off and told
};

struct Answer {
    std::optional<Finding> finding;
    std::optional<Comparison> comparison;  // when the view asks to explain
    bool unsure = false;                   // no finding, and yet no ground to promote
};

// So large a difference may not pass as "not judged": a promote would be for want of evidence.
inline constexpr double kLargeDifference = 0.10;

// Nearly every run of every task of a scope fails now, and hardly any on the other side. Needs one window.
Answer hard_fault(const PhaseQuestion& question);

// The candidate's runs fail more often than the baseline's by more than tasks differ among themselves: all of
// them together, or those of one place. `pairs`: how many such questions this comparison asks.
Answer soft_fault(const PhaseQuestion& question, std::size_t pairs);

// Enough tasks and windows on both sides for soft_fault; otherwise why not.
std::optional<std::string> too_little_for_soft(const PhaseQuestion& question);

// Whether every run of the task failed in this phase, and they are fewer than a hard fault asks of one task.
bool fails_throughout(const PhaseTask& task, const Thresholds& thresholds);

// The tasks that fail hard in this phase now.
std::vector<PhaseTask> failing_hard(const std::vector<PhaseTask>& tasks, const Thresholds& thresholds);

// One task among several may have its own trouble, unless a place that it alone lies in explains it. One of
// two is half of what there is.
bool is_odd(const Scope& scope, std::size_t affected, const std::vector<const TaskEvidence*>& spared);

// Shared by both, in failure_finding.cpp: counts, causes and words.
Finding failure_finding(const PhaseQuestion& question, const std::vector<PhaseTask>& affected);
Comparison failure_comparison(const PhaseQuestion& question);
// Those that lie in the same place. A value that none of them has (of the new revision, of a zone that the
// baseline does not use) chooses nobody out; never empty, unless `tasks` is.
std::vector<PhaseTask> same_place(const std::vector<PhaseTask>& tasks, const Labels& place);
// Reason and action where the cause alone does not tell them: by scope, by where the address lies, and by
// whether each run fails or only some (failure_words.cpp).
void word_by_scope(const PhaseQuestion& question, double share, Finding& finding);

}  // namespace plumb::judge

// The two failure rules of one phase; failures.cpp walks the phases with them.
#pragma once

#include "controller/judge/judgement.hpp"
#include "controller/judge/phases.hpp"

#include <optional>

namespace plumb::judge {

struct PhaseQuestion {
    const View* view = nullptr;
    const DependencyView* dependency = nullptr;
    const PhaseView* phase = nullptr;
};

// Nearly every run of every task of a scope fails now, and hardly any on the other side. Needs one window.
std::optional<Finding> hard_fault(const PhaseQuestion& question);

// The candidate's runs fail more often than the baseline's by more than tasks differ among themselves.
// `pairs`: how many such tests this comparison makes.
std::optional<Finding> soft_fault(const PhaseQuestion& question, std::size_t pairs);

// Enough tasks and windows on both sides for soft_fault; otherwise why not.
std::optional<std::string> too_little_for_soft(const PhaseQuestion& question);

// The tasks that fail hard in this phase now.
std::vector<PhaseTask> failing_hard(const std::vector<PhaseTask>& tasks, const Thresholds& thresholds);

// Shared by both: counts, causes and words.
Finding failure_finding(const PhaseQuestion& question, const std::vector<PhaseTask>& affected);

}  // namespace plumb::judge

// The comparison as the rules read it: one entry a dependency, with the tasks of both sides that count. The
// cohorts and the policy outlive it.
#pragma once

#include "controller/judge/evidence/cohort.hpp"
#include "controller/judge/evidence/phases.hpp"
#include "controller/judge/policy/policy.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace plumb::judge {

struct Member {  // one task's evidence of one dependency
    const TaskEvidence* task = nullptr;
    const DependencyEvidence* evidence = nullptr;
    std::string_view zone;  // of the task's labels
};

struct DependencyView {
    std::string name;
    std::string kind;
    std::vector<Member> baseline;
    std::vector<Member> candidate;
    std::vector<PhaseView> phases{};  // in the order of a run
};

struct SideView {
    const Cohort* cohort = nullptr;
    Time now;  // when the side's range ends: before the view's now for the same hours of an earlier day
    std::vector<const TaskEvidence*> tasks;  // those that still report
    std::vector<const TaskEvidence*> gone;   // fell silent within the range: their evidence is history
    std::size_t missing = 0;  // of those: without a goodbye, and no later task took their place
    std::uint64_t windows = 0;
    std::size_t revisions = 0;   // values of that label among the tasks that still report
    std::optional<Time> newest;  // end of the newest window of all tasks
    bool fresh() const { return !tasks.empty(); }
};

struct View {
    const Policy* policy = nullptr;
    Time now;
    SideView baseline;
    SideView candidate;
    std::vector<DependencyView> dependencies;  // by name
    bool same_environment = false;             // both sides name the same environment, or share a task
    bool zones_are_asked_for = false;          // one zone is compared with another one on purpose
    double alarm_share = 1;                    // of the false alarms that the whole comparison may raise
    bool explain = false;                      // rules tell of quiet pairs, too
    const Thresholds& thresholds() const { return policy->thresholds; }
};

View make_view(const Cohort& baseline, const Cohort& candidate, const Policy& policy, Time now);

// From when on a baseline's runs are to count: since the candidate's tasks are there, so that what befalls
// both environments is seen on both. The beginning of time when these are too young to be compared so.
// `until`: when the candidate's range ends; `behind`: how long before that the baseline's does.
Time runs_compared_from(const Cohort& candidate, const Policy& policy, Time until,
                        std::chrono::milliseconds behind = {});

// Whether its last window or its agent said that it ends.
bool left_on_purpose(const TaskEvidence& task);

// When the newest run of this dependency ended, and whether the task has probed it since as often as it used
// to. False also when no run is known.
bool probed_lately(const Member& member, unsigned stale_windows);

std::uint64_t total_runs(const std::vector<Member>& members);
bool any_success(const std::vector<Member>& members);

}  // namespace plumb::judge

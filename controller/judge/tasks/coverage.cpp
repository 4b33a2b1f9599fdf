// What is missing. Failed probes are evidence; absent ones are not, and a promote is never given for their
// want.
#include "controller/judge/evidence/ahead.hpp"
#include "controller/judge/tasks/rules.hpp"
#include "model/agent_version.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include <fmt/format.h>

namespace plumb::judge {
namespace {

// `may_miss`: whether many silent tasks leave the side's state open. A baseline of few is a reference still.
void judge_side(const SideView& side, const char* name, bool may_miss, Judgement& judgement) {
    const auto missing = [&](std::string reason) {
        judgement.gaps.push_back({"", "*", std::move(reason), true});
    };
    for (const std::string& error : side.cohort->errors)
        missing(fmt::format("{}: {}", name, error));
    if (side.cohort->tasks.empty()) {
        missing(fmt::format("{}: no task reported in the range", name));
    } else if (!side.fresh()) {
        missing(
            fmt::format("{}: stale, none of its {} tasks reported lately", name, side.cohort->tasks.size()));
    } else if (2 * side.missing >= side.tasks.size() + side.missing && may_miss) {
        missing(fmt::format("{}: {} of {} tasks fell silent without a goodbye, and none took their place",
                            name, side.missing, side.tasks.size() + side.missing));
    } else if (!side.gone.empty()) {
        judgement.gaps.push_back(
            {"", "*",
             fmt::format("{}: {} of {} tasks reported earlier in the range but no longer; "
                         "they were left out",
                         name, side.gone.size(), side.cohort->tasks.size()),
             false});
    }
}

// Before so many windows neither soft failures nor latency are asked for, and that nothing was found says
// nothing. Where a side has fewer tasks than that takes, waiting would not help.
void judge_age(const SideView& side, const char* name, const View& view, Judgement& judgement) {
    const Thresholds& need = view.thresholds();
    const auto old_enough =
        static_cast<std::size_t>(std::count_if(side.tasks.begin(), side.tasks.end(), [&](const auto* task) {
            return task->windows >= need.minimum_windows;
        }));
    if (old_enough >= need.minimum_tasks) return;
    if (std::min(view.baseline.tasks.size(), view.candidate.tasks.size()) < need.minimum_tasks) return;
    const HoldOn& hold_on = view.policy->hold_on;
    judgement.gaps.push_back(
        {"", "*",
         fmt::format(
             "{}: too early, {} of {} tasks have {} windows yet; soft failures and latency need {} such "
             "tasks a side",
             name, old_enough, side.tasks.size(), need.minimum_windows, need.minimum_tasks),
         hold_on.failures || hold_on.latency});
}

std::string one_sided(const DependencyView& dependency, const View& view) {
    const bool baseline = dependency.candidate.empty();
    return fmt::format("only {} tasks report it ({} of {}): there is nothing to compare with",
                       baseline ? "baseline" : "candidate",
                       baseline ? dependency.baseline.size() : dependency.candidate.size(),
                       baseline ? view.baseline.tasks.size() : view.candidate.tasks.size());
}

// A task may report and yet have stopped probing; what it saw before is then history.
void judge_freshness(const std::vector<Member>& members, const char* name, const DependencyView& dependency,
                     const View& view, Judgement& judgement) {
    if (dependency.kind == "task") return;
    const auto fresh =
        static_cast<std::size_t>(std::count_if(members.begin(), members.end(), [&](const Member& member) {
            return probed_lately(member, view.thresholds().stale_windows);
        }));
    if (2 * fresh > members.size()) return;
    judgement.gaps.push_back({dependency.name, "failures",
                              fmt::format("{} of {} tasks of the {} report it but have not probed it lately",
                                          members.size() - fresh, members.size(), name),
                              true});
}

const std::string& agent_version(const TaskEvidence& task) {
    return label_of(task.labels, std::string(kAgentVersionLabel));
}

// Of a side's tasks, those that came to a phase.
std::set<const TaskEvidence*> deep_ones(const std::vector<PhaseTask>& tasks) {
    std::set<const TaskEvidence*> deep;
    for (const PhaseTask& each : tasks) {
        if (each.phase->reached > 0) deep.insert(each.task);
    }
    return deep;
}

// The usual case, of thousands of tasks.
bool all_come(const PhaseView& phase, const DependencyView& dependency) {
    std::size_t deep = 0;
    walk(
        phase.candidate, [&](const PhaseTask& each) { deep += each.phase->reached > 0 ? 1U : 0U; },
        [](const PhaseTask& each) { ask_for(&each.phase->reached); });
    return deep == dependency.candidate.size();
}

struct Depth {  // of the candidate's tasks whose runs succeed
    std::size_t tasks = 0;
    std::size_t shallow = 0;
    bool may_not_know = true;  // their agents are of versions that do not come there on the baseline
};

Depth depth_of(const DependencyView& dependency, const PhaseView& phase) {
    constexpr std::uint64_t kWindows = 2;
    std::set<std::string> versions;  // that know the phase
    for (const TaskEvidence* task : deep_ones(phase.baseline))
        versions.insert(agent_version(*task));
    const auto deep = deep_ones(phase.candidate);
    Depth depth;
    for (const Member& member : dependency.candidate) {
        if (member.task->windows < kWindows || member.evidence->succeeded == 0) continue;
        ++depth.tasks;
        if (deep.contains(member.task)) continue;
        ++depth.shallow;
        depth.may_not_know &= !versions.contains(agent_version(*member.task));
    }
    return depth;
}

// A log-in or a request that the baseline's tasks come to, and tasks of the candidate never do although their
// runs succeed: whoever asks less of a dependency finds less. When none of them does, there is no ground to
// promote; some may just not have had their turn, for log-ins of a large fleet are rare. How a dependency is
// reached (by name or address, with TLS or without) and what an inspection sees are told by facts.
void judge_depth(const DependencyView& dependency, const View& view, Judgement& judgement) {
    const Thresholds& need = view.thresholds();
    for (const PhaseView& phase : dependency.phases) {
        if (phase.layer < Layer::authenticate || phase.name == phase::inspect) continue;
        if (all_come(phase, dependency)) continue;
        // What hardly any comes to (a name that is asked again) is no part of a run.
        if (2 * deep_ones(phase.baseline).size() < dependency.baseline.size()) continue;
        const Depth depth = depth_of(dependency, phase);
        const bool many = depth.shallow >= need.minimum_tasks || (depth.shallow > 0 && depth.tasks == 1);
        const double least = need.fact_share_points * static_cast<double>(depth.tasks);
        if (!many || static_cast<double>(depth.shallow) < least) continue;
        judgement.gaps.push_back(
            {dependency.name, "failures:" + phase.name,
             fmt::format(
                 "{} of {} tasks of the candidate never came to phase {}, although their runs succeed; "
                 "those of the baseline do",
                 depth.shallow, depth.tasks, phase.name),
             depth.shallow == depth.tasks && !depth.may_not_know});
    }
}

// A run that was due and did not start saw nothing: what the others saw is then too good. Of one that fails
// the agent asks less and less on purpose.
void judge_skipped(const DependencyView& dependency, Judgement& judgement) {
    std::uint64_t skipped = 0;
    std::uint64_t runs = 0;
    for (const Member& member : dependency.candidate) {
        const DependencyEvidence& evidence = *member.evidence;
        if (evidence.succeeded < evidence.runs) continue;
        skipped += std::min(evidence.skipped, ~std::uint64_t{0} - skipped);
        runs += std::min(evidence.runs, ~std::uint64_t{0} - runs);
    }
    if (skipped == 0 || skipped < runs) return;
    judgement.gaps.push_back(
        {dependency.name, "failures",
         fmt::format(
             "{} runs of the candidate were due and did not start, since the one before had not ended: "
             "the {} that did may be the better ones",
             skipped, runs),
         false});
}

struct Reporting {  // of the tasks of one service
    std::size_t tasks = 0;
    std::size_t with = 0;
};

// Tasks that have reported long enough to name all they depend on.
std::map<std::string, Reporting> by_service(const SideView& side, const std::vector<Member>& members,
                                            unsigned windows) {
    std::map<std::string, Reporting> services;
    auto member = members.begin();  // in the order of the side's tasks
    for (const TaskEvidence* task : side.tasks) {
        const bool has = member != members.end() && member->task == task;
        if (has) ++member;
        const auto service = task->labels.find("service");
        if (service == task->labels.end() || task->windows < windows) continue;
        Reporting& of = services[service->second];
        ++of.tasks;
        if (has) ++of.with;
    }
    return services;
}

// A dependency that all of a service's tasks have on the baseline and some lack on the candidate: those were
// not judged, and the others do not speak for them.
void judge_presence(const DependencyView& dependency, const View& view, Judgement& judgement) {
    if (dependency.kind == "task") return;
    if (dependency.candidate.size() == view.candidate.tasks.size()) return;  // nobody lacks it
    const Thresholds& need = view.thresholds();
    const auto before = by_service(view.baseline, dependency.baseline, need.minimum_windows);
    for (const auto& [service, after] :
         by_service(view.candidate, dependency.candidate, need.minimum_windows)) {
        const auto reference = before.find(service);
        if (reference == before.end() || reference->second.with < reference->second.tasks) continue;
        const std::size_t lacking = after.tasks - after.with;
        const bool enough = lacking >= need.minimum_tasks || (lacking > 0 && after.tasks == 1);
        if (!enough ||
            static_cast<double>(lacking) < need.fact_share_points * static_cast<double>(after.tasks)) {
            continue;
        }
        judgement.gaps.push_back(
            {dependency.name, "*",
             fmt::format("{} of {} candidate tasks of {} do not report it, and all of the "
                         "baseline's do",
                         lacking, after.tasks, service),
             true});
    }
}

// A name that nobody reports may be a slip of the pen, and a policy that holds on nothing else promotes
// whatever happens. It may as well be another service's: it is told and does not block.
void judge_critical_names(const View& view, Judgement& judgement) {
    const auto reported = [&](const std::string& name) {
        return name == "*" || std::any_of(view.dependencies.begin(), view.dependencies.end(),
                                          [&](const DependencyView& each) { return each.name == name; });
    };
    for (const std::string& name : view.policy->critical) {
        if (reported(name)) continue;
        judgement.gaps.push_back({name, "*", "the policy calls it critical, but no task reports it", false});
    }
}

void judge_dependency(const DependencyView& dependency, const View& view, Judgement& judgement) {
    if (dependency.baseline.empty() || dependency.candidate.empty()) {
        // Agents of two versions may differ in what they tell of their own task.
        const bool blocks = dependency.kind != "task";
        judgement.gaps.push_back({dependency.name, "*", one_sided(dependency, view), blocks});
        return;
    }
    ++judgement.judged.dependencies;
    const bool before = total_runs(dependency.baseline) > 0;
    const bool after = total_runs(dependency.candidate) > 0;
    if (before && after) {
        judge_freshness(dependency.baseline, "baseline", dependency, view, judgement);
        judge_freshness(dependency.candidate, "candidate", dependency, view, judgement);
        judge_presence(dependency, view, judgement);
        judge_depth(dependency, view, judgement);
        judge_skipped(dependency, judgement);
        return;
    }
    const char* who = before ? "the candidate" : after ? "the baseline" : "either side";
    // The task's own evidence may come without runs.
    const bool blocks = dependency.kind != "task";
    judgement.gaps.push_back(
        {dependency.name, "failures", fmt::format("no run finished on {} in the range", who), blocks});
}

}  // namespace

void judge_coverage(const View& view, Judgement& judgement) {
    judge_side(view.baseline, "baseline", false, judgement);
    judge_side(view.candidate, "candidate", true, judgement);
    if (!view.baseline.fresh() || !view.candidate.fresh()) return;
    judge_age(view.baseline, "baseline", view, judgement);
    judge_age(view.candidate, "candidate", view, judgement);
    for (const DependencyView& dependency : view.dependencies)
        judge_dependency(dependency, view, judgement);
    judge_critical_names(view, judgement);
    if (judgement.judged.dependencies == 0) {
        judgement.gaps.push_back({"", "*", "the two sides have no dependency in common", true});
    }
}

}  // namespace plumb::judge

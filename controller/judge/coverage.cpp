// What is missing. Failed probes are evidence; absent ones are not, and a promote is never given for their
// want.
#include "controller/judge/rules.hpp"

#include <fmt/format.h>

namespace plumb::judge {
namespace {

void judge_side(const SideView& side, const char* name, Judgement& judgement) {
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
    } else if (side.gone > 0) {
        judgement.gaps.push_back(
            {"", "*",
             fmt::format("{}: {} of {} tasks reported earlier in the range but no longer; "
                         "they were left out",
                         name, side.gone, side.cohort->tasks.size()),
             false});
    }
}

std::string one_sided(const DependencyView& dependency, const View& view) {
    const bool baseline = dependency.candidate.empty();
    return fmt::format("only {} tasks report it ({} of {}): there is nothing to compare with",
                       baseline ? "baseline" : "candidate",
                       baseline ? dependency.baseline.size() : dependency.candidate.size(),
                       baseline ? view.baseline.tasks.size() : view.candidate.tasks.size());
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
    if (before && after) return;
    const char* who = before ? "the candidate" : after ? "the baseline" : "either side";
    // The task's own evidence may come without runs.
    const bool blocks = dependency.kind != "task";
    judgement.gaps.push_back(
        {dependency.name, "failures", fmt::format("no run finished on {} in the range", who), blocks});
}

}  // namespace

void judge_coverage(const View& view, Judgement& judgement) {
    judge_side(view.baseline, "baseline", judgement);
    judge_side(view.candidate, "candidate", judgement);
    if (!view.baseline.fresh() || !view.candidate.fresh()) return;
    for (const DependencyView& dependency : view.dependencies)
        judge_dependency(dependency, view, judgement);
    if (judgement.judged.dependencies == 0) {
        judgement.gaps.push_back({"", "*", "the two sides have no dependency in common", true});
    }
}

}  // namespace plumb::judge

// Who reports, laid beside who should: the tasks that came through speak well of themselves.
#include "controller/judge/tasks/rules.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace plumb::judge {
namespace {

constexpr std::size_t kShownRevisions = 4;

using Revisions = std::map<std::string, std::size_t>;

std::map<std::string, Revisions> revisions_of(const SideView& side) {
    std::map<std::string, Revisions> services;
    for (const TaskEvidence* task : side.tasks) {
        const std::string revision = label_of(task->labels, "revision");
        if (!revision.empty()) ++services[label_of(task->labels, "service")][revision];
    }
    return services;
}

std::string in_words(const Revisions& revisions) {
    std::string out =
        revisions.size() == 2 ? "two revisions: " : fmt::format("{} revisions: ", revisions.size());
    std::size_t shown = 0;
    for (const auto& [revision, tasks] : revisions) {
        if (shown == kShownRevisions) return out + fmt::format(" and {} more", revisions.size() - shown);
        out += fmt::format("{}{} ({} {})", shown++ == 0 ? "" : ", ", revision, tasks,
                           tasks == 1 ? "task" : "tasks");
    }
    return out;
}

// What was judged is then a mixture, and each revision a cohort of its own for who asks for it.
void note_rollouts(const SideView& side, const char* name, Judgement& judgement) {
    const auto services = revisions_of(side);
    for (const auto& [service, revisions] : services) {
        if (revisions.size() < 2) continue;
        const std::string who = services.size() == 1 ? name : fmt::format("{} {}", name, service);
        judgement.gaps.push_back({"", "*", fmt::format("{} runs {}", who, in_words(revisions)), false});
    }
}

// A selector that picks a part of the service (a zone, a revision) does not ask for all of its tasks.
bool picks_a_part(const SideView& side) {
    const auto selector = parse_selector(side.cohort->name);
    return selector && std::any_of(selector->pairs.begin(), selector->pairs.end(), [](const auto& pair) {
               return pair.first != "environment" && pair.first != "service";
           });
}

std::size_t reporting(const SideView& side, const std::string& service) {
    return static_cast<std::size_t>(
        std::count_if(side.tasks.begin(), side.tasks.end(),
                      [&](const auto* task) { return label_of(task->labels, "service") == service; }));
}

void judge_size(const View& view, const std::string& service, const ServiceSize& size, Judgement& judgement) {
    const std::size_t tasks = reporting(view.candidate, service);
    const auto desired = static_cast<std::size_t>(std::max(0, size.desired));
    if (tasks >= desired) return;
    // The policy may name services that this comparison is not about.
    const bool meant = tasks > 0 || reporting(view.baseline, service) > 0;
    judgement.gaps.push_back(
        {"", "*", fmt::format("candidate: {} of {} desired tasks of {} report", tasks, desired, service),
         meant && 2 * tasks < desired});
}

}  // namespace

void judge_survivors(const View& view, Judgement& judgement) {
    note_rollouts(view.baseline, "baseline", judgement);
    note_rollouts(view.candidate, "candidate", judgement);
    if (picks_a_part(view.candidate)) return;
    for (const auto& [service, size] : view.policy->services)
        judge_size(view, service, size, judgement);
}

}  // namespace plumb::judge

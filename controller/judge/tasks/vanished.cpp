// Tasks that fell silent. One that stood at its memory limit was probably killed; without such evidence it
// may as well have lost its way to the controller, which is for the coverage to say.
#include "controller/judge/tasks/vanished.hpp"

#include "controller/judge/scope/scope.hpp"
#include "controller/judge/tasks/rules.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace plumb::judge {
namespace {

using Tasks = std::vector<const TaskEvidence*>;

constexpr double kAtLimit = 0.95;
constexpr double kProbable = 0.95;  // of findings that go by what remained
constexpr std::size_t kNamed = 8;

// A revision that nobody runs any more was mended, or rolled back.
bool still_runs(const TaskEvidence& gone, const SideView& side) {
    const auto alike = [&](const TaskEvidence* task) {
        return label_of(task->labels, "revision") == label_of(gone.labels, "revision") &&
               label_of(task->labels, "service") == label_of(gone.labels, "service");
    };
    return side.tasks.empty() || std::any_of(side.tasks.begin(), side.tasks.end(), alike);
}

Tasks killed(const SideView& side) {
    Tasks out;
    for (const TaskEvidence* task : side.gone) {
        if (left_on_purpose(*task) || !still_runs(*task, side)) continue;
        const auto memory = last_memory(*task);
        if (memory && memory->share() >= kAtLimit) out.push_back(task);
    }
    return out;
}

boost::json::array names(const Tasks& tasks) {
    boost::json::array out;
    for (const TaskEvidence* task : tasks) {
        if (out.size() == kNamed) break;
        const std::string name = label_of(task->labels, "task");
        out.emplace_back(name.empty() ? task->agent : name);
    }
    return out;
}

std::string ago(Time then, Time now) {
    const auto seconds =
        std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::seconds>(now - then).count());
    return seconds < 120 ? fmt::format("{} s ago", seconds) : fmt::format("{} min ago", seconds / 60);
}

std::string counted(std::size_t count, const SideView& side) {
    const std::size_t all = side.cohort->tasks.size();
    return count == 0 ? fmt::format("none of {} tasks", all) : fmt::format("{} of {} tasks", count, all);
}

Tasks of_service(const Tasks& tasks, const std::string& service) {
    Tasks out;
    std::copy_if(tasks.begin(), tasks.end(), std::back_inserter(out),
                 [&](const TaskEvidence* task) { return label_of(task->labels, "service") == service; });
    return out;
}

Finding finding_on(const char* cause, const Tasks& tasks) {
    Finding finding = finding_for(cause, "task", Layer::task, "failures");
    finding.confidence = confidence(kProbable);
    finding.evidence["tasks"] = names(tasks);
    return finding;
}

// One service is a place of its own where several report.
void set_service(const SideView& side, const std::string& service, Finding& finding) {
    const bool others = of_service(side.tasks, service).size() < side.tasks.size();
    if (others && !service.empty()) finding.scope.emplace("service", service);
}

void describe(const ReplacementLoop& loop, Finding& finding) {
    finding.evidence["replaced"] = {
        {"tasks", loop.ended.size()}, {"turns", loop.turns}, {"longest_life_s", loop.longest.count()}};
}

// The newest kill speaks: it is what stands in the events.
Finding kill(const View& view, const Tasks& tasks) {
    const SideView& side = view.candidate;
    const TaskEvidence* newest =
        *std::max_element(tasks.begin(), tasks.end(),
                          [](const auto* a, const auto* b) { return a->last_window < b->last_window; });
    const LastMemory memory = last_memory(*newest).value_or(LastMemory{});
    constexpr double kMiB = 1024 * 1024;
    Finding finding = finding_on("task.vanished", tasks);
    finding.scope = explain(tasks, side.tasks).labels;
    // One task may meet a request that no other meets; two are a pattern.
    const bool holds = tasks.size() >= 2 || side.cohort->tasks.size() == 1;
    finding.severity = holds ? Severity::critical : Severity::warning;
    finding.baseline = counted(killed(view.baseline).size(), view.baseline);
    finding.candidate = fmt::format(
        "{} fell silent without a goodbye at their memory limit, the last {} at {:.3g} of {:.3g} MiB ({:.0f} "
        "%)",
        counted(tasks.size(), side), ago(newest->last_window, side.now), memory.used / kMiB,
        memory.limit / kMiB, 100 * memory.share());
    finding.evidence["memory"] = {
        {"used", rounded(memory.used)}, {"limit", rounded(memory.limit)}, {"share", rounded(memory.share())}};
    finding.evidence["last_window"] = ago(newest->last_window, side.now);
    return finding;
}

// Kills that turn one service's tasks over again and again.
Finding killing(const View& view, const std::string& service, const Tasks& tasks,
                const ReplacementLoop& loop) {
    Finding finding = kill(view, tasks);
    finding.severity = Severity::critical;
    finding.scope = explain(tasks, of_service(view.candidate.tasks, service)).labels;
    set_service(view.candidate, service, finding);
    finding.candidate += "; they are replaced again and again";
    describe(loop, finding);
    return finding;
}

Finding replaced(const View& view, const std::string& service, const ReplacementLoop& loop) {
    const SideView& side = view.candidate;
    Finding finding = finding_on("task.replaced", loop.ended);
    const auto before = loop_of(view.baseline, service);
    // A service of short jobs does the same everywhere.
    finding.severity = before ? Severity::warning : Severity::critical;
    const std::string revision = label_of(loop.ended.front()->labels, "revision");
    const Tasks own = of_service(side.tasks, service);
    const bool others = std::any_of(own.begin(), own.end(), [&](const TaskEvidence* task) {
        return label_of(task->labels, "revision") != revision;
    });
    if (others && !revision.empty()) finding.scope.emplace("revision", revision);
    set_service(side, service, finding);
    finding.baseline = before ? counted(before->ended.size(), view.baseline) + " ended so, too"
                              : counted(0, view.baseline) + " ended so";
    finding.candidate =
        fmt::format("{}{} ended within {} s of their start and were replaced, one place {} times",
                    counted(loop.ended.size(), side), service.empty() ? "" : " of " + service,
                    loop.longest.count(), loop.turns);
    describe(loop, finding);
    return finding;
}

// Whether what ended in the loop was killed for its memory rather than stopped.
bool explains(const Tasks& kills, const ReplacementLoop& loop) {
    const auto count = std::count_if(loop.ended.begin(), loop.ended.end(), [&](const TaskEvidence* task) {
        return std::find(kills.begin(), kills.end(), task) != kills.end();
    });
    return 2 * static_cast<std::size_t>(count) >= loop.ended.size();
}

Comparison comparison_of(const char* test, std::string evidence, bool found) {
    Comparison told;
    told.dependency = "task";
    told.subject = "failures";
    told.test = test;
    told.evidence = std::move(evidence);
    told.found = found;
    return told;
}

void explain_kills(const SideView& side, const Tasks& kills, Judgement& judgement) {
    const auto silent = static_cast<std::size_t>(std::count_if(
        side.gone.begin(), side.gone.end(), [](const auto* task) { return !left_on_purpose(*task); }));
    Comparison told = comparison_of(
        "memory in the last window of each task that fell silent",
        fmt::format("{} fell silent without a goodbye, {} at the limit", counted(silent, side), kills.size()),
        !kills.empty());
    told.threshold =
        fmt::format("{:.0f} % of the limit, by two tasks or the only one to hold", 100 * kAtLimit);
    double fullest = 0;
    for (const TaskEvidence* task : side.gone) {
        if (const auto memory = last_memory(*task); memory && !left_on_purpose(*task))
            fullest = std::max(fullest, memory->share());
    }
    told.margin = fmt::format("the fullest at {:.0f} %", 100 * fullest);
    told.why = !kills.empty() ? "found: they were probably killed for their memory"
               : silent > 0   ? "quiet: none of a revision that still runs stood at its memory limit"
                              : "quiet: no task fell silent without a goodbye";
    judgement.comparisons.push_back(std::move(told));
}

void explain_loop(const SideView& side, const std::string& service,
                  const std::optional<ReplacementLoop>& loop, Judgement& judgement) {
    const std::string who = service.empty() ? "" : " of " + service;
    Comparison told = comparison_of(
        "places of one service and revision that are filled anew, again and again",
        loop ? fmt::format("{}{} ended within {} s of their start, one place was filled anew {} times",
                           counted(loop->ended.size(), side), who, loop->longest.count(), loop->turns)
             : fmt::format("{}{} reported earlier in the range but no longer",
                           counted(of_service(side.gone, service).size(), side), who),
        loop.has_value());
    told.threshold = fmt::format("{} ended soon after their start, and one place filled anew {} times",
                                 kLoopEnded, kLoopTurns);
    told.why = loop ? "found: a loop that still turns"
                    : "quiet: they lived long, were not replaced by the same revision, or not so often";
    judgement.comparisons.push_back(std::move(told));
}

std::set<std::string> services_of(const SideView& side) {
    std::set<std::string> services;
    for (const TaskEvidence* task : side.gone)
        services.insert(label_of(task->labels, "service"));
    return services;
}

}  // namespace

std::optional<LastMemory> last_memory(const TaskEvidence& task) {
    for (const auto& [name, dependency] : task.dependencies) {
        if (dependency.kind != "task") continue;
        for (const GaugeEvidence& gauge : dependency.gauges) {
            if (gauge.name != "task.memory" || gauge.points.empty()) continue;
            const GaugePoint& last = gauge.points.back();
            if (last.end != task.last_window || !last.limit || *last.limit <= 0) continue;
            return LastMemory{last.max, *last.limit};
        }
    }
    return std::nullopt;
}

void judge_vanished(const View& view, Judgement& judgement) {
    Tasks kills = killed(view.candidate);
    if (view.explain) explain_kills(view.candidate, kills, judgement);
    for (const std::string& service : services_of(view.candidate)) {
        const auto loop = loop_of(view.candidate, service);
        if (view.explain) explain_loop(view.candidate, service, loop, judgement);
        if (!loop) continue;
        const Tasks own = of_service(kills, service);
        if (!explains(own, *loop)) {
            judgement.findings.push_back(replaced(view, service, *loop));
            continue;
        }
        judgement.findings.push_back(killing(view, service, own, *loop));
        std::erase_if(kills,
                      [&](const TaskEvidence* task) { return label_of(task->labels, "service") == service; });
    }
    if (!kills.empty()) judgement.findings.push_back(kill(view, kills));
}

}  // namespace plumb::judge

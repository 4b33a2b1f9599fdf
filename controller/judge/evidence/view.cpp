#include "controller/judge/evidence/view.hpp"

#include "controller/judge/evidence/side_by_side.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <queue>
#include <set>

namespace plumb::judge {
namespace {

constexpr long kReplacedWithin = 10;  // windows between the end of a task and the start of its successor

// A task is stale when it missed `stale_windows` of its own windows.
bool is_stale(const TaskEvidence& task, const Policy& policy, Time now) {
    const auto length = std::max(task.window_length, std::chrono::milliseconds(1));
    return now - task.last_window > length * static_cast<long>(policy.thresholds.stale_windows);
}

// When it was first heard of, unless it was there as early as its side. Its age does not matter: an agent
// without a task's name that started again is another one to us, of an old task.
std::optional<Time> began(const TaskEvidence& task, Time first) {
    if (task.first_window <= first + 2 * task.window_length) return std::nullopt;
    return task.first_window - task.window_length;
}

struct Vacancy {  // the time in which whoever begins takes the place of a task that fell silent
    Time from;
    Time until;
};

// A balancer may start the successor before the old task is stopped, but not at its side.
Vacancy vacancy_of(const TaskEvidence& task) {
    const auto near = kReplacedWithin * task.window_length;
    const Time middle = task.first_window + (task.last_window - task.first_window) / 2;
    return {std::max(task.last_window - near, middle), task.last_window + near};
}

// Tasks that fell silent without a goodbye, and whose place no other one took. Who was started at another
// time, for another reason, took nobody's place. Each newcomer takes the place that closes first.
std::size_t missing_tasks(const SideView& side) {
    std::optional<Time> first;
    for (const TaskEvidence& task : side.cohort->tasks)
        first = std::min(first.value_or(task.first_window), task.first_window);
    std::vector<Time> newcomers;
    for (const TaskEvidence& task : side.cohort->tasks) {
        if (const auto begin = began(task, *first)) newcomers.push_back(*begin);
    }
    std::vector<Vacancy> vacancies;
    for (const TaskEvidence* task : side.gone) {
        if (!left_on_purpose(*task)) vacancies.push_back(vacancy_of(*task));
    }
    std::sort(newcomers.begin(), newcomers.end());
    std::sort(vacancies.begin(), vacancies.end(),
              [](const Vacancy& a, const Vacancy& b) { return a.from < b.from; });
    std::size_t missing = vacancies.size();
    std::priority_queue<Time, std::vector<Time>, std::greater<>> open;  // by when they close
    auto next = vacancies.begin();
    for (const Time begin : newcomers) {
        for (; next != vacancies.end() && next->from <= begin; ++next)
            open.push(next->until);
        while (!open.empty() && open.top() < begin)
            open.pop();
        if (open.empty()) continue;
        open.pop();
        --missing;
    }
    return missing;
}

std::set<std::string> values_of(const SideView& side, const char* label) {
    std::set<std::string> values;
    for (const TaskEvidence* task : side.tasks)
        values.insert(label_of(task->labels, label));
    return values;
}

SideView side_of(const Cohort& cohort, const Policy& policy, Time now) {
    SideView side;
    side.cohort = &cohort;
    side.now = now - cohort.behind;
    for (const TaskEvidence& task : cohort.tasks) {
        side.windows += task.windows;
        side.newest = std::max(side.newest.value_or(task.last_window), task.last_window);
        (is_stale(task, policy, side.now) ? side.gone : side.tasks).push_back(&task);
    }
    side.missing = missing_tasks(side);
    side.revisions = values_of(side, "revision").size();
    return side;
}

bool same_environment(const SideView& baseline, const SideView& candidate) {
    const auto ours = values_of(baseline, "environment");
    const auto theirs = values_of(candidate, "environment");
    if (ours != theirs && !ours.contains("") && !theirs.contains("")) return false;
    std::set<std::string> agents;
    for (const TaskEvidence* task : baseline.tasks)
        agents.insert(task->agent);
    const bool shared_task =
        std::any_of(candidate.tasks.begin(), candidate.tasks.end(),
                    [&](const TaskEvidence* task) { return agents.contains(task->agent); });
    return shared_task || (ours == theirs && !ours.contains(""));
}

// Two zones of one environment, or one that each selector names: the places are what is to be compared.
bool zones_are_asked_for(const View& view) {
    const auto ours = values_of(view.baseline, "zone");
    const auto theirs = values_of(view.candidate, "zone");
    if (ours.size() != 1 || theirs.size() != 1 || ours == theirs) return false;
    const auto named = [](const SideView& side) {
        return side.cohort->name.find("zone=") != std::string::npos;
    };
    return view.same_environment || (named(view.baseline) && named(view.candidate));
}

using Index = std::map<std::string, DependencyView>;

void index_side(const SideView& side, std::vector<Member> DependencyView::*members, Index& index) {
    for (const TaskEvidence* task : side.tasks) {
        const std::string_view zone = label_of(task->labels, "zone");
        auto at = index.begin();  // both are by name, so what comes next lies behind
        for (const auto& [name, evidence] : task->dependencies) {
            while (at != index.end() && at->first < name)
                ++at;
            if (at == index.end() || at->first != name)
                at = index.emplace_hint(at, name, DependencyView{name, {}, {}, {}, {}});
            DependencyView& view = at->second;
            if (view.kind < evidence.kind) view.kind = evidence.kind;
            (view.*members).push_back({task, &evidence, zone});
        }
    }
}

}  // namespace

Time runs_compared_from(const Cohort& candidate, const Policy& policy, Time until,
                        std::chrono::milliseconds behind) {
    Time began = until;
    Time::duration length{};
    for (const TaskEvidence& task : candidate.tasks) {
        if (is_stale(task, policy, until)) continue;
        began = std::min(began, task.first_window - task.window_length);
        length = std::max<Time::duration>(length, task.window_length);
    }
    const bool young = until - began < length * static_cast<long>(policy.thresholds.minimum_windows);
    return young || began == until ? Time::min() : began - behind;
}

bool left_on_purpose(const TaskEvidence& task) {
    return task.said_goodbye || task.draining;
}

View make_view(const Cohort& baseline, const Cohort& candidate, const Policy& policy, Time now) {
    View view;
    view.policy = &policy;
    view.now = now;
    view.baseline = side_of(baseline, policy, now);
    view.candidate = side_of(candidate, policy, now);
    view.same_environment = same_environment(view.baseline, view.candidate);
    view.zones_are_asked_for = zones_are_asked_for(view);
    Index index;
    index_side(view.baseline, &DependencyView::baseline, index);
    index_side(view.candidate, &DependencyView::candidate, index);
    for (auto& [name, dependency] : index)
        view.dependencies.push_back(std::move(dependency));
    side_by_side(view, [&](std::size_t i) { view.dependencies[i].phases = phases_of(view.dependencies[i]); });
    return view;
}

bool probed_lately(const Member& member, unsigned stale_windows) {
    const Time::duration window = std::max(member.task->window_length, std::chrono::milliseconds(1));
    const Time now = member.task->last_window;
    const std::vector<RecentWindow>* newest = nullptr;
    for (const PhaseEvidence& phase : member.evidence->phases) {
        if (phase.recent.empty()) continue;
        if (now - phase.recent.back().end <= window * static_cast<long>(stale_windows)) return true;
        if (newest == nullptr || phase.recent.back().end > newest->back().end) newest = &phase.recent;
    }
    if (newest == nullptr) return false;
    // A dependency may be probed less often than windows end.
    Time::duration usual = window;
    for (std::size_t i = 1; i < newest->size(); ++i)
        usual = std::max(usual, (*newest)[i].end - (*newest)[i - 1].end);
    return now - newest->back().end <= usual * static_cast<long>(stale_windows);
}

std::uint64_t total_runs(const std::vector<Member>& members) {
    std::uint64_t runs = 0;
    for (const Member& member : members)
        runs += std::min(member.evidence->runs, ~std::uint64_t{0} - runs);
    return runs;
}

bool any_success(const std::vector<Member>& members) {
    return std::any_of(members.begin(), members.end(),
                       [](const Member& member) { return member.evidence->succeeded > 0; });
}

}  // namespace plumb::judge

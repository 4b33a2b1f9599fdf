#include "controller/judge/scope/scope.hpp"

#include "base/text.hpp"
#include "controller/judge/scope/scope_score.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace plumb::judge {
namespace {

constexpr double kClear = 3;  // nats: below that a place is not told apart from another
constexpr std::size_t kAlternatives = 4;
constexpr double kCertain = 5;  // a task that is affected or not counts as so many runs

struct Weighed {  // the cuts that choose the same tasks
    const Cut* told = nullptr;
    std::vector<const Cut*> cuts;
    double score = 0;
};

auto preference(const Cut& cut) {
    return std::tie(cut.kind, cut.place, cut.labels);
}

// Best first.
template <class Score>
std::vector<Weighed> weigh(const Cuts& cuts, const Score& score) {
    std::map<std::uint64_t, Weighed> by_members;
    for (const Cut& cut : cuts.cuts) {
        Weighed& group = by_members[cut.members];
        const double own = score(cut.inside) - cut.cost;
        group.score = group.told == nullptr ? own : std::max(group.score, own);
        if (group.told == nullptr || preference(cut) < preference(*group.told)) group.told = &cut;
        group.cuts.push_back(&cut);
    }
    std::vector<Weighed> weighed;
    weighed.reserve(by_members.size());
    for (auto& [members, group] : by_members)
        weighed.push_back(std::move(group));
    std::sort(weighed.begin(), weighed.end(), [](const Weighed& a, const Weighed& b) {
        return a.score != b.score ? a.score > b.score : preference(*a.told) < preference(*b.told);
    });
    return weighed;
}

Scope chosen(const std::vector<Weighed>& weighed) {
    Scope scope;
    scope.choices = std::max<std::size_t>(weighed.size(), 1);
    const bool cut = !weighed.empty() && weighed.front().score > 0;
    const double best = cut ? weighed.front().score : 0;
    if (cut) {
        const Weighed& first = weighed.front();
        scope.labels = first.told->labels;
        scope.by_place = first.told->kind != CutKind::tasks;
        for (const Cut* each : first.cuts) {
            if (each == first.told || each->kind != CutKind::value) continue;
            const auto& [label, value] = *each->labels.begin();
            scope.aliases.push_back(label + "=" + value);
        }
    }
    bool whole = !cut || best >= kClear;  // told already, or no alternative
    for (const Weighed& each : weighed) {
        if (cut && &each == &weighed.front()) continue;
        if (best - each.score >= kClear || scope.alternatives.size() == kAlternatives) break;
        if (!whole && each.score <= 0) {
            scope.alternatives.emplace_back();
            whole = true;
        }
        if (each.told->kind != CutKind::tasks) scope.alternatives.push_back(each.told->labels);
    }
    if (!whole) scope.alternatives.emplace_back();
    return scope;
}

}  // namespace

void name_tasks(const std::vector<const TaskEvidence*>& tasks, Scope& scope) {
    std::vector<std::string> names;
    names.reserve(tasks.size());
    for (const TaskEvidence* task : tasks)
        names.push_back(task_name(*task));
    scope.labels = {{"task", in_a_row(std::move(names))}};
    scope.by_place = false;
    scope.aliases.clear();
}

Scope explain_shares(const std::vector<TaskReading>& tasks) {
    const Cuts cuts = cuts_of(tasks);
    return chosen(weigh(cuts, ShareScore(cuts)));
}

Scope explain_values(const std::vector<TaskReading>& tasks) {
    const Cuts cuts = cuts_of(tasks);
    return chosen(weigh(cuts, LevelScore(cuts)));
}

Scope explain(const std::vector<const TaskEvidence*>& affected,
              const std::vector<const TaskEvidence*>& others) {
    if (affected.empty() || others.empty()) return {};
    std::vector<TaskReading> readings;
    readings.reserve(affected.size() + others.size());
    for (const TaskEvidence* task : affected)
        readings.push_back({task, kCertain, kCertain});
    for (const TaskEvidence* task : others)
        readings.push_back({task, kCertain, 0});
    Scope scope = explain_shares(readings);
    if (scope.labels.empty() && affected.size() <= others.size()) name_tasks(affected, scope);
    return scope;
}

bool lies_in(const TaskEvidence& task, const Labels& scope) {
    return std::all_of(scope.begin(), scope.end(), [&](const auto& pair) {
        const std::string own = pair.first == "task" ? task_name(task) : label_of(task.labels, pair.first);
        return own.empty() || lists(pair.second, own);
    });
}

bool lies_in(const TaskEvidence& task, const Scope& scope) {
    return lies_in(task, scope.labels);
}

Labels shortened(const Labels& scope) {
    Labels out = scope;
    if (const auto tasks = out.find("task"); tasks != out.end()) {
        const auto names = split(tasks->second, ',');
        tasks->second = joined({names.begin(), names.end()});
    }
    return out;
}

void tell_scope(const Scope& scope, Finding& finding) {
    finding.scope = scope.labels;
    if (!scope.aliases.empty())
        finding.evidence["same_tasks_as"] = boost::json::array(scope.aliases.begin(), scope.aliases.end());
    if (scope.alternatives.empty()) return;
    boost::json::array places;
    for (const Labels& labels : scope.alternatives) {
        boost::json::object place;
        for (const auto& [label, value] : labels)
            place[label] = value;
        places.emplace_back(std::move(place));
    }
    finding.evidence["scope_alternatives"] = std::move(places);
}

}  // namespace plumb::judge

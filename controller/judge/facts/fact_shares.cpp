#include "controller/judge/facts/fact_shares.hpp"

#include "controller/judge/evidence/ahead.hpp"
#include "controller/judge/facts/fact_lists.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace plumb::judge {
namespace {

constexpr int kSettledWindows = 2;   // that a task must have lived
constexpr int kStandingWindows = 4;  // that a value must have stood after another one
constexpr std::size_t kShownValues = 4;

bool settled(const TaskEvidence& task) {
    const bool young = task.age.count() > 0 && task.age < kSettledWindows * task.window_length;
    return !task.draining && !task.said_goodbye && !young;
}

std::vector<Member> eligible(const std::vector<Member>& members) {
    std::vector<Member> chosen;
    std::copy_if(members.begin(), members.end(), std::back_inserter(chosen),
                 [](const Member& member) { return settled(*member.task); });
    return chosen.empty() ? members : chosen;
}

using Tasks = std::pair<const std::string, std::vector<const TaskEvidence*>>;

// `same`: the value that the task before had; most tasks have the same, and are then not looked up.
void note(const Member& member, const FactEvidence& fact, Tasks*& same, FactSide& side) {
    const FactValue& latest = fact.values.back();
    if (same == nullptr || same->first != latest.value) {
        same = &*side.tasks.try_emplace(latest.value).first;
        side.usual.insert(latest.value);
    }
    same->second.push_back(member.task);
    ++side.total;
    if (fact.values.size() == 1) return;
    if (fact.restless) {
        side.restless = true;
        for (const FactValue& value : fact.values)
            side.usual.insert(value.value);
        side.unsettled.insert(latest.value);
        return;
    }
    // A value that stood through the newest windows; before that, it may be one of several that take turns.
    const auto stood = (kStandingWindows - 1) * member.task->window_length;
    const bool standing = latest.since <= member.task->last_window - stood;
    for (const FactValue& value : fact.values) {
        if (value.value == latest.value) continue;
        // Seen again after the latest had come: they take turns. Seen only before it: the task has changed.
        const bool turns = value.seen > latest.since;
        if (turns) side.usual.insert(value.value);
        if (turns || !standing) side.unsettled.insert(latest.value);
        if (!standing) side.lately.insert(value.value);
    }
}

// How deep a run of the task ever went: runs differ in that on purpose, whatever the kind.
enum class Depth { way, question, inspection };

Depth depth_of(const DependencyEvidence& evidence) {
    Depth deepest = Depth::way;
    for (const PhaseEvidence& each : evidence.phases) {
        if (each.reached == 0) continue;
        if (each.name == phase::inspect) return Depth::inspection;
        if (each.layer >= Layer::authenticate) deepest = Depth::question;
    }
    return deepest;
}

struct Collected {
    FactView view;
    Tasks* same = nullptr;
    Depth depth = Depth::inspection;  // of the task that went least deep and saw it all the same
};

using Facts = std::map<std::string, Collected>;

// Both the facts of a task and those collected are in the order of their names, and tasks hardly differ in
// which they have: each is mostly the one after the one before.
void collect(const std::vector<Member>& members, FactSide FactView::*side, Facts& facts) {
    for (auto& [name, fact] : facts)
        fact.same = nullptr;
    const auto add = [&](const Member& member) {
        auto next = facts.begin();
        for (const FactEvidence& fact : member.evidence->facts) {
            if (fact.values.empty()) continue;
            if (next == facts.end() || next->first != fact.name) next = facts.try_emplace(fact.name).first;
            FactView& view = next->second.view;
            if (view.name.empty()) view.name = fact.name;
            // The candidate is collected last and has the word; of its tasks the strictest, for one that
            // knows the fact less well than the others takes nothing from them.
            const bool first_of_side = (view.*side).total == 0;
            view.cls = first_of_side ? fact.cls : std::min(view.cls, fact.cls);
            note(member, fact, next->second.same, view.*side);
            ++next;
        }
    };
    walk(
        members, add, [](const Member& member) { ask_for(&member.evidence->facts); },
        [](const Member& member) { ask_for_all(member.evidence->facts); },
        [](const Member& member) {
            for (const FactEvidence& fact : member.evidence->facts)
                ask_for(fact.values.data());
        },
        [](const Member& member) {
            for (const FactEvidence& fact : member.evidence->facts) {
                if (!fact.values.empty()) ask_for(fact.latest().data());
            }
        });
}

// All of them, since each was collected.
bool has_all(const Member& member, const Facts& facts) {
    return member.evidence->facts.size() == facts.size();
}

void note_depths(const std::vector<Member>& members, Facts& facts) {
    for (const Member& member : members) {
        const Depth depth = depth_of(*member.evidence);
        for (const FactEvidence& fact : member.evidence->facts) {
            const auto known = facts.find(fact.name);
            if (known != facts.end() && !fact.values.empty())
                known->second.depth = std::min(known->second.depth, depth);
        }
    }
}

// Where a log-in fails, runs that only connect succeed all the same.
bool fails_now(const DependencyEvidence& evidence) {
    return std::any_of(evidence.phases.begin(), evidence.phases.end(), [](const PhaseEvidence& phase) {
        return !phase.recent.empty() && 2 * phase.recent.back().failed > phase.recent.back().reached;
    });
}

// A task whose runs succeed without a fact that others show lacks it. One whose runs fail says nothing about
// it, nor does one that never went as deep as those that show it: log-ins and inspections are rarer than
// runs; nor one that has more variables than it tells.
void collect_absent(const std::vector<Member>& members, FactSide FactView::*side, Facts& facts) {
    for (const Member& member : members) {
        const auto& known = member.evidence->facts;
        if (has_all(member, facts)) continue;
        if (member.evidence->succeeded == 0 && member.evidence->kind != "task") continue;
        // Of the task, checks fail, not looks.
        if (member.evidence->kind != "task" && fails_now(*member.evidence)) continue;
        const Depth depth = depth_of(*member.evidence);
        const TaskVariables untold = untold_variables(*member.evidence);
        auto at = known.begin();
        for (auto& [name, fact] : facts) {
            while (at != known.end() && at->name < name)
                ++at;
            if (at != known.end() && at->name == name) continue;
            if (may_have(untold, name, fact.view.cls)) continue;
            if (depth < fact.depth) {
                ++(fact.view.*side).too_shallow;
                continue;
            }
            (fact.view.*side).tasks[kAbsent].push_back(member.task);
            ++(fact.view.*side).total;
        }
    }
}

}  // namespace

std::size_t FactSide::count(const std::string& value) const {
    const auto found = tasks.find(value);
    return found == tasks.end() ? 0 : found->second.size();
}

double FactSide::share(const std::string& value) const {
    return total == 0 ? 0 : static_cast<double>(count(value)) / static_cast<double>(total);
}

double FactSide::share_in_zones_of(const FactSide& other, const std::string& value) const {
    if (tasks.size() < 2) return share(value);
    const auto by_zone = [](const FactSide& side) {
        std::map<std::string_view, double> zones;
        for (const auto& [each, having] : side.tasks) {
            for (const TaskEvidence* task : having)
                ++zones[label_of(task->labels, "zone")];
        }
        return zones;
    };
    const auto ours = by_zone(*this);
    std::map<std::string_view, double> having;
    const auto found = tasks.find(value);
    if (found == tasks.end()) return 0;
    for (const TaskEvidence* task : found->second)
        ++having[label_of(task->labels, "zone")];
    double weighed = 0;
    for (const auto& [zone, count] : by_zone(other)) {
        const auto known = ours.find(zone);
        const bool common = known != ours.end();
        weighed += count * (common ? having[zone] / known->second : share(value));
    }
    return other.total == 0 ? share(value) : weighed / static_cast<double>(other.total);
}

std::string FactSide::main_value() const {
    const auto most = std::max_element(tasks.begin(), tasks.end(), [](const auto& a, const auto& b) {
        return a.second.size() < b.second.size();
    });
    return most == tasks.end() ? std::string() : most->first;
}

std::string FactSide::in_words() const {
    if (tasks.empty()) return "not seen";
    if (tasks.size() == 1) return tasks.begin()->first;
    std::vector<std::pair<std::size_t, std::string>> values;
    for (const auto& [value, having] : tasks)
        values.emplace_back(having.size(), value);
    std::stable_sort(values.begin(), values.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    std::string out;
    for (std::size_t i = 0; i < std::min(values.size(), kShownValues); ++i) {
        out += fmt::format("{}{} ({} of {} tasks)", i == 0 ? "" : ", ", values[i].second, values[i].first,
                           total);
    }
    if (values.size() > kShownValues) out += fmt::format(" and {} more values", values.size() - kShownValues);
    return out;
}

bool disagrees(const FactSide& side) {
    std::map<std::string, std::string> first;  // by revision
    for (const auto& [value, tasks] : side.tasks) {
        if (value == kAbsent) continue;
        for (const TaskEvidence* task : tasks) {
            if (first.try_emplace(label_of(task->labels, "revision"), value).first->second != value)
                return true;
        }
    }
    return false;
}

std::map<std::string, FactSide> by_revision(const FactSide& side) {
    std::map<std::string, FactSide> sides;
    for (const auto& [value, tasks] : side.tasks) {
        for (const TaskEvidence* task : tasks) {
            FactSide& part = sides[label_of(task->labels, "revision")];
            part.tasks[value].push_back(task);
            ++part.total;
        }
    }
    if (sides.size() < 2) return {};
    for (auto& [revision, part] : sides) {
        part.usual = side.usual;
        part.unsettled = side.unsettled;
        part.lately = side.lately;
        part.restless = side.restless;
    }
    return sides;
}

std::vector<FactView> facts_of(const DependencyView& dependency, const Policy& policy) {
    const auto before = eligible(dependency.baseline);
    const auto after = eligible(dependency.candidate);
    Facts facts;
    collect(before, &FactView::baseline, facts);
    collect(after, &FactView::candidate, facts);
    const auto lacks = [&](const Member& member) { return !has_all(member, facts); };
    if (std::any_of(before.begin(), before.end(), lacks) || std::any_of(after.begin(), after.end(), lacks)) {
        note_depths(before, facts);
        note_depths(after, facts);
        collect_absent(before, &FactView::baseline, facts);
        collect_absent(after, &FactView::candidate, facts);
    }
    std::vector<FactView> list;
    for (auto& [name, fact] : facts) {
        FactView& view = fact.view;
        const auto own = policy.fact_classes.find(name);
        if (own != policy.fact_classes.end()) view.cls = own->second;
        list.push_back(std::move(view));
    }
    return list;
}

}  // namespace plumb::judge

#include "controller/judge/evidence/phases.hpp"

#include "controller/judge/evidence/ahead.hpp"
#include "controller/judge/evidence/view.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace plumb::judge {
namespace {

using Members = std::vector<PhaseTask> PhaseView::*;

void collect(const std::vector<Member>& members, Members side, std::vector<PhaseView>& phases) {
    const auto add = [&](const Member& member) {
        std::size_t next = 0;  // tasks hardly differ in their phases: mostly the one after the one before
        for (const PhaseEvidence& phase : member.evidence->phases) {
            const auto named = [&](const PhaseView& known) { return known.name == phase.name; };
            auto found = phases.begin() + static_cast<std::ptrdiff_t>(std::min(next, phases.size()));
            if (found == phases.end() || !named(*found))
                found = std::find_if(phases.begin(), phases.end(), named);
            if (found == phases.end()) {
                // Upstream layers first; within a layer the order in which tasks show them.
                const auto after =
                    std::upper_bound(phases.begin(), phases.end(), phase.layer,
                                     [](Layer layer, const PhaseView& known) { return layer < known.layer; });
                found = phases.insert(after, PhaseView{phase.name, phase.layer, {}, {}});
            }
            if (((*found).*side).empty()) ((*found).*side).reserve(members.size());
            ((*found).*side).push_back({member.task, &phase, member.zone});
            next = static_cast<std::size_t>(found - phases.begin()) + 1;
        }
    };
    walk(
        members, add, [](const Member& member) { ask_for(&member.evidence->phases); },
        [](const Member& member) { ask_for_all(member.evidence->phases); });
}

std::uint64_t saturated(std::uint64_t a, std::uint64_t b) {
    return a + std::min(b, std::numeric_limits<std::uint64_t>::max() - a);
}

}  // namespace

double Counts::share() const {
    return reached == 0 ? 0 : static_cast<double>(failed) / static_cast<double>(reached);
}

void Counts::add(const Counts& other) {
    reached = saturated(reached, other.reached);
    failed = saturated(failed, other.failed);
}

Counts PhaseTask::newest(std::uint64_t runs) const {
    Counts counts;
    for (auto window = phase->recent.rbegin(); window != phase->recent.rend(); ++window) {
        if (counts.reached >= runs) break;
        counts.add({window->reached, window->failed});
    }
    return counts;
}

std::vector<PhaseView> phases_of(const DependencyView& dependency) {
    std::vector<PhaseView> phases;
    collect(dependency.candidate, &PhaseView::candidate, phases);
    collect(dependency.baseline, &PhaseView::baseline, phases);
    return phases;
}

Counts sum(const std::vector<PhaseTask>& tasks) {
    Counts counts;
    walk(
        tasks, [&](const PhaseTask& each) { counts.add(each.range()); },
        [](const PhaseTask& each) { ask_for(&each.phase->reached); });
    return counts;
}

Counts window_back(const std::vector<PhaseTask>& tasks, std::size_t back) {
    Counts counts;
    for (const PhaseTask& each : tasks) {
        const auto& recent = each.phase->recent;
        if (back >= recent.size()) continue;
        const RecentWindow& window = recent[recent.size() - 1 - back];
        counts.add({window.reached, window.failed});
    }
    return counts;
}

std::string in_words(const Counts& counts) {
    return fmt::format("{} of {} runs failed", counts.failed, counts.reached);
}

}  // namespace plumb::judge

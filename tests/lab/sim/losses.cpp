// The judge beside the baselines, and what it lost.
#include "tests/lab/sim/score.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace plumb::lab {
namespace {

using judge::Verdict;

// Who holds a quarter of what does not differ finds everything; that it does is no loss of ours.
constexpr double kCriesWolf = 0.25;

bool cries_wolf(const RivalScore& rival) {
    return std::max(rival.false_holds.share(), rival.decoys.share()) >= kCriesWolf;
}

Count& place_of(Group group, RivalScore& score) {
    switch (group) {
        case Group::hard:
        case Group::roots:
            return score.hard;
        case Group::soft:
            return score.soft;
        case Group::latency:
        case Group::slow_mode:
            return score.latency;
        default:
            return score.others;
    }
}

// `holds`, `first` and `windows` of whoever is scored.
void add(const Gate& gate, bool holds, bool first, int windows, RivalScore& score) {
    if (gate.scenario == nullptr) return score.false_holds.add(holds);
    if (gate.scenario->group == Group::decoys) return score.decoys.add(holds);
    if (gate.scenario->label.verdict != Verdict::hold) return;
    place_of(gate.scenario->group, score).add(holds && first);
    score.windows.add(holds && first ? windows : 0);
}

struct Tally {  // of one scenario and fleet
    Count found;
    Windows windows;
};

std::vector<Tally> tallies(const std::vector<const Gate*>& gates, std::size_t rivals) {
    std::vector<Tally> out(rivals + 1);
    for (const Gate* gate : gates) {
        const Answer& ours = gate->contest.ours;
        const bool found = ours.verdict == Verdict::hold && ours.first;
        out[0].found.add(found);
        out[0].windows.add(found ? ours.windows : 0);
        for (std::size_t i = 0; i < rivals; ++i) {
            const Rival& rival = gate->contest.rivals[i];
            const bool right = rival.holds && rival.first;
            out[i + 1].found.add(right);
            out[i + 1].windows.add(right ? rival.windows : 0);
        }
    }
    return out;
}

// The gates of one scenario and fleet stand together.
template <class Each>
void for_each_scenario(const Results& results, const Each& each) {
    std::vector<const Gate*> group;
    for (std::size_t i = 0; i < results.gates.size(); ++i) {
        const Gate& gate = results.gates[i];
        if (gate.scenario == nullptr) continue;
        group.push_back(&gate);
        const Gate* next = i + 1 < results.gates.size() ? &results.gates[i + 1] : nullptr;
        const bool last =
            next == nullptr || next->scenario != gate.scenario || next->fleet.name() != gate.fleet.name();
        if (!last) continue;
        each(group);
        group.clear();
    }
}

std::string faults_of(const Answer& answer, const Scenario& scenario) {
    const Label& label = scenario.label;
    std::string out;
    const auto note = [&out](bool wrong, std::string_view what) {
        if (wrong) out += fmt::format("{}{}", out.empty() ? "" : ", ", what);
    };
    note(!answer.right, "verdict");
    note(label.dependencies.empty() && answer.ever_held && !scenario.was_broken, "held on the way");
    if (label.dependencies.empty()) return out;
    note(!answer.found, "not found");
    note(answer.found && !answer.first, "not first");
    if (!answer.first) return out;
    note(!answer.layer, "layer");
    note(!answer.category, "category");
    note(!answer.cause, "cause");
    note(!answer.scope, "scope");
    note(label.one_root && answer.holding > 1, "several findings");
    note(answer.strays > 0, "others accused");
    return out;
}

std::string in_words(const Tally& tally) {
    const std::string when =
        tally.found.hits == 0 ? "" : fmt::format(", windows: {}", in_words(tally.windows));
    return fmt::format("{} of {}{}", tally.found.hits, tally.found.of, when);
}

bool better(const Tally& rival, const Tally& ours) {
    if (rival.found.hits != ours.found.hits) return rival.found.hits > ours.found.hits;
    return rival.found.hits > 0 && rival.windows.quantile(0.5) < ours.windows.quantile(0.5);
}

}  // namespace

std::vector<RivalScore> rivals_of(const Results& results) {
    std::vector<RivalScore> out(1);
    out[0].name = "this judge";
    for (const std::string& name : baseline_names()) {
        out.emplace_back();
        out.back().name = name;
    }
    for (const Gate& gate : results.gates) {
        if (gate.contest.rivals.empty()) continue;
        const Answer& ours = gate.contest.ours;
        const bool decoy = gate.scenario != nullptr && gate.scenario->group == Group::decoys;
        add(gate, decoy && !gate.scenario->was_broken ? ours.ever_held : ours.verdict == Verdict::hold,
            ours.first, ours.windows, out[0]);
        for (std::size_t i = 0; i < gate.contest.rivals.size(); ++i) {
            const Rival& rival = gate.contest.rivals[i];
            add(gate, rival.holds, rival.first, rival.windows, out[i + 1]);
        }
    }
    return out;
}

std::vector<Loss> misses_of(const Results& results, const Plan& plan) {
    std::vector<Loss> out;
    for (const Gate& gate : results.gates) {
        const bool calm = gate.contest.ours.verdict == Verdict::promote;
        if (gate.scenario == nullptr && !calm) {
            out.push_back({"A/A", gate.fleet.name(), gate.contest.ours.told, reproducer(gate, plan)});
        }
    }
    for_each_scenario(results, [&](const std::vector<const Gate*>& gates) {
        const Scenario& scenario = *gates.front()->scenario;
        std::size_t wrong = 0;
        const Gate* example = nullptr;
        for (const Gate* gate : gates) {
            if (faults_of(gate->contest.ours, scenario).empty()) continue;
            if (wrong++ == 0) example = gate;
        }
        if (wrong == 0) return;
        const Answer& answer = example->contest.ours;
        out.push_back({example->scenario->name, example->fleet.name(),
                       fmt::format("{} of {} wrong ({}): {}", wrong, gates.size(),
                                   faults_of(answer, scenario), answer.told),
                       reproducer(*example, plan)});
    });
    return out;
}

std::vector<Loss> behind_of(const Results& results, const std::vector<RivalScore>& rivals) {
    std::vector<Loss> out;
    for_each_scenario(results, [&](const std::vector<const Gate*>& gates) {
        const Scenario& scenario = *gates.front()->scenario;
        if (scenario.label.verdict != Verdict::hold) return;
        const std::vector<Tally> tally = tallies(gates, rivals.size() - 1);
        std::size_t best = 0;
        for (std::size_t i = 1; i < tally.size(); ++i) {
            if (!cries_wolf(rivals[i]) && better(tally[i], tally[best])) best = i;
        }
        if (best == 0) return;
        out.push_back(
            {scenario.name, gates.front()->fleet.name(),
             fmt::format("ours {}, {} {}", in_words(tally[0]), rivals[best].name, in_words(tally[best])),
             ""});
    });
    return out;
}

}  // namespace plumb::lab

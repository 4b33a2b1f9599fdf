#include "tests/lab/sim/score.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <boost/math/distributions/binomial.hpp>
#include <fmt/format.h>

namespace plumb::lab {
namespace {

using judge::Verdict;

constexpr std::array kGroups{Group::hard,   Group::soft,  Group::latency, Group::slow_mode, Group::facts,
                             Group::gauges, Group::roots, Group::tasks,   Group::decoys};

std::vector<AaScore> aa_of(const Results& results) {
    std::vector<AaScore> out;
    for (const Gate& gate : results.gates) {
        if (gate.scenario != nullptr) continue;
        if (out.empty() || out.back().fleet.name() != gate.fleet.name()) out.push_back({gate.fleet, {}, {}});
        out.back().holds.add(gate.contest.ours.verdict == Verdict::hold);
        out.back().insufficient.add(gate.contest.ours.verdict == Verdict::insufficient);
    }
    return out;
}

GroupScore group_of(const Results& results, Group group) {
    GroupScore out;
    out.group = group;
    for (const Gate& gate : results.gates) {
        if (gate.scenario == nullptr || gate.scenario->group != group) continue;
        const Answer& answer = gate.contest.ours;
        const bool quiet = gate.scenario->label.dependencies.empty();
        out.right.add(answer.right && !(quiet && answer.ever_held && !gate.scenario->was_broken));
        out.warns.add(answer.warnings > 0);
        out.inconclusive.add(answer.verdict == Verdict::insufficient);
        out.windows.add(answer.windows);
        if (quiet) continue;
        out.found.add(answer.right && answer.found);
        if (!answer.right || !answer.found) continue;
        out.first.add(answer.first);
        out.layer.add(answer.layer);
        out.category.add(answer.category);
        out.cause.add(answer.cause);
        out.scope.add(answer.scope);
        out.one_finding.add(answer.holding <= 1);
    }
    return out;
}

void add(Count& to, const Count& from) {
    to.hits += from.hits;
    to.of += from.of;
}

std::string in_words(const Count& count) {
    if (count.of == 0) return "–";
    return fmt::format("{:.2f} % ({} of {})", 100 * count.share(), count.hits, count.of);
}

Measure at_least(std::string name, const Count& count, double target) {
    Measure out{
        std::move(name), in_words(count), target < 1 ? fmt::format("≥ {:.0f} %", 100 * target) : "all", {}};
    if (count.of > 0) out.met = count.share() >= target;
    return out;
}

// `target` 0: there is none.
Measure windows_measure(std::string name, const Windows& windows, int target) {
    Measure out{std::move(name), "–", target > 0 ? fmt::format("≤ {}", target) : "–", {}};
    if (windows.needed.empty()) return out;
    out.value = in_words(windows);
    if (target > 0) out.met = windows.quantile(0.95) <= target;
    return out;
}

// Of the findings that hold, those of what was planted; where nothing was, all of them are wrong.
Count precision_of(const Results& results) {
    Count out;
    for (const Gate& gate : results.gates) {
        const Answer& answer = gate.contest.ours;
        out.hits += answer.holding - answer.strays;
        out.of += answer.holding;
    }
    return out;
}

struct CatalogueFigures {
    Count recall;
    Count hard;
    Count layer;
    Count cause;
    Count scope;
    Count inconclusive;
    Windows hard_windows;
    Windows twice_windows;
    Windows twice_behind_log_in;
};

CatalogueFigures figures_of(const Results& results) {
    CatalogueFigures out;
    for (const Gate& gate : results.gates) {
        if (gate.scenario == nullptr || gate.scenario->group == Group::decoys) continue;
        const Answer& answer = gate.contest.ours;
        const bool found = answer.right && answer.found;
        const Group group = gate.scenario->group;
        if (gate.scenario->counts) out.recall.add(found);
        if (group == Group::hard) {
            out.hard.add(found);
            out.hard_windows.add(answer.windows);
        }
        if (gate.scenario->factor == 2) {
            (gate.scenario->behind_log_in ? out.twice_behind_log_in : out.twice_windows).add(answer.windows);
        }
        out.inconclusive.add(answer.verdict == Verdict::insufficient);
        if (!found) continue;
        out.layer.add(answer.layer);
        out.cause.add(answer.cause);
        out.scope.add(answer.scope);
    }
    return out;
}

Measure aa_measure(const AaScore& score) {
    const bool large = score.fleet.baseline >= 4 && score.fleet.candidate >= 12;
    const bool small = score.fleet.name() == "2x6";
    Measure out;
    out.name = fmt::format("A/A false holds, {}", score.fleet.name());
    out.value = fmt::format("{} of {}, below {:.2f} % at 95 %", score.holds.hits, score.holds.of,
                            100 * upper_bound(score.holds));
    if (score.insufficient.hits > 0) out.value += fmt::format("; {} insufficient", score.insufficient.hits);
    out.target = large ? "none" : small ? "≤ 0.3 %" : "–";
    // Who answers nothing holds nothing.
    const bool answers = score.insufficient.share() <= 0.05;
    if (large) out.met = score.holds.hits == 0 && answers;
    if (small) out.met = score.holds.share() <= 0.003 && answers;
    return out;
}

}  // namespace

double upper_bound(const Count& count) {
    if (count.of == 0 || count.hits == count.of) return 1;
    using Binomial = boost::math::binomial_distribution<double>;
    return Binomial::find_upper_bound_on_p(static_cast<double>(count.of), static_cast<double>(count.hits),
                                           0.05);
}

int Windows::quantile(double q) const {
    if (needed.empty()) return 0;
    std::vector<int> sorted = needed;
    std::sort(sorted.begin(), sorted.end());
    const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(sorted.size())));
    return sorted[std::max<std::size_t>(rank, 1) - 1];
}

std::string in_words(const Windows& windows) {
    if (windows.needed.empty()) return "–";
    const auto told = [&](double q) {
        const int needed = windows.quantile(q);
        return needed == kNever ? std::string("never") : std::to_string(needed);
    };
    return fmt::format("median {}, 95th {}", told(0.5), told(0.95));
}

bool Scores::missed() const {
    return std::any_of(measures.begin(), measures.end(),
                       [](const Measure& each) { return each.met && !*each.met; });
}

std::vector<Measure> measures_of(const Scores& scores, const Results& results) {
    std::vector<Measure> out;
    for (const AaScore& each : scores.aa)
        out.push_back(aa_measure(each));
    if (scores.groups.empty()) return out;
    const CatalogueFigures figures = figures_of(results);
    Count quiet;
    for (const GroupScore& each : scores.groups) {
        if (each.group == Group::decoys) add(quiet, each.right);
    }
    out.push_back(at_least("precision, of findings that hold", precision_of(results), 0.99));
    out.push_back(at_least("recall, hard or twice as slow", figures.recall, 0.97));
    out.push_back(at_least("hard faults found", figures.hard, 1));
    out.push_back(at_least("decoys quiet", quiet, 1));
    out.push_back(at_least("first finding: layer", figures.layer, 0.98));
    out.push_back(at_least("first finding: cause", figures.cause, 0.95));
    out.push_back(at_least("first finding: scope", figures.scope, 0.95));
    out.push_back(windows_measure("windows until a hard fault holds", figures.hard_windows, 1));
    out.push_back(windows_measure("windows until twice as slow holds", figures.twice_windows, 3));
    out.push_back(windows_measure("the same behind a log-in, of few runs", figures.twice_behind_log_in, 0));
    Measure inconclusive{"inconclusive outside decoys", in_words(figures.inconclusive), "≤ 5 %", {}};
    if (figures.inconclusive.of > 0) inconclusive.met = figures.inconclusive.share() <= 0.05;
    out.push_back(std::move(inconclusive));
    return out;
}

Scores score(const Results& results, const Plan& plan) {
    Scores scores;
    scores.aa = aa_of(results);
    for (const Group group : kGroups) {
        GroupScore each = group_of(results, group);
        if (each.right.of > 0) scores.groups.push_back(std::move(each));
    }
    scores.rivals = rivals_of(results);
    scores.measures = measures_of(scores, results);
    scores.misses = misses_of(results, plan);
    scores.behind = behind_of(results, scores.rivals);
    return scores;
}

}  // namespace plumb::lab

// Latency shift: what of the tests becomes a finding. One for each phase and measure at most: the whole
// candidate, or the part of it that is slow where the rest is not.
#include "controller/judge/latency/latency_shifts.hpp"
#include "controller/judge/latency/rules.hpp"

#include <algorithm>

namespace plumb::judge {
namespace {

using Tests = std::vector<LatencyTest>;

// Of the tests of one phase and measure (the whole, then its parts) the one that says it best, or null.
const LatencyTest* subject(Tests::const_iterator from, Tests::const_iterator to) {
    const LatencyTest* whole = nullptr;
    const LatencyTest* part = nullptr;
    for (auto test = from; test != to; ++test) {
        if (!test->found) continue;
        if (test->part.kind == Part::Kind::whole) {
            whole = &*test;
            continue;
        }
        // A part is to blame when what lies outside it is not slow, or hardly so beside it.
        const double beside = std::max(test->delta, (test->effect.d - test->accepted) / 3);
        const bool rest_slow = test->rest.d - test->accepted > beside;
        if (rest_slow) continue;
        if (part == nullptr || test->effect.d > part->effect.d) part = &*test;
    }
    if (part != nullptr) return part;
    if (whole != nullptr) return whole;
    // Several parts, none of them alone.
    const auto first = std::find_if(from, to, [](const LatencyTest& test) { return test.found; });
    return first == to ? nullptr : &*first;
}

// Unlike places differ without a fault, and the one task that the baseline has in a place may be an odd one:
// that warns. It holds when the candidate as a whole is slower, too, and when the places are what was asked
// for.
bool is_sure(const LatencyTest& told, const Tests& tests, const View& view) {
    const auto rests_on_enough = [&](const LatencyTest& test) {
        return (test.effect.stratified || view.zones_are_asked_for) && test.effect.baseline_units >= 2;
    };
    return rests_on_enough(told) || std::any_of(tests.begin(), tests.end(), [&](const LatencyTest& test) {
               return test.found && test.part.kind == Part::Kind::whole &&
                      test.dependency == told.dependency && rests_on_enough(test);
           });
}

// Far beyond the margin but for what was accepted.
bool is_covered(const LatencyTest& test) {
    return !test.found && test.accepted > 0 && is_quantile(test.measure) && test.shift.low > test.delta &&
           test.candidate_ns() - test.baseline_ns() >= test.floor_ns;
}

bool same_question(const LatencyTest& a, const LatencyTest& b) {
    return a.dependency == b.dependency && a.phase == b.phase && a.measure == b.measure;
}

// A body that shifted has slow runs by itself; where it stands still, the tail is told as a slow mode.
std::vector<const LatencyTest*> told_of_phase(const std::array<const LatencyTest*, kMeasures>& found) {
    const auto of = [&](Measure measure) { return found[index(measure)]; };
    const LatencyTest* slow =
        of(Measure::slow_share) != nullptr ? of(Measure::slow_share) : of(Measure::slow_reach);
    if (of(Measure::p50) == nullptr && slow != nullptr) return {slow};
    std::vector<const LatencyTest*> told;
    for (const Measure measure : {Measure::p50, Measure::p90, Measure::p99}) {
        if (of(measure) != nullptr) told.push_back(of(measure));
    }
    return told;
}

}  // namespace

void judge_latency(const View& view, Judgement& judgement) {
    const Tests tests = test_latency(view, judgement);
    for (auto phase = tests.begin(); phase != tests.end();) {
        std::array<const LatencyTest*, kMeasures> found{};
        const auto first = phase;
        while (phase != tests.end() && phase->dependency == first->dependency &&
               phase->phase == first->phase) {
            const auto next = std::find_if_not(
                phase, tests.end(), [&](const LatencyTest& test) { return same_question(*phase, test); });
            found[index(phase->measure)] = subject(phase, next);
            phase = next;
        }
        for (const LatencyTest* test : told_of_phase(found))
            judgement.findings.push_back(latency_finding(*test, view, is_sure(*test, tests, view)));
    }
    for (const LatencyTest& test : tests) {
        Covered covered{test.dependency->name, "latency:" + test.phase};
        if (!is_covered(test)) continue;
        if (judgement.covered.empty() || !(judgement.covered.back() == covered))
            judgement.covered.push_back(std::move(covered));
    }
    if (!view.explain) return;
    for (const LatencyTest& test : tests)
        judgement.comparisons.push_back(latency_comparison(test));
}

}  // namespace plumb::judge

// Latency shift: the tasks' quantiles of clean runs, tested against a change that matters, never against
// zero.
#include "base/duration.hpp"
#include "controller/judge/latency_test.hpp"
#include "controller/judge/phases.hpp"
#include "controller/judge/policy_rules.hpp"
#include "controller/judge/rules.hpp"
#include "controller/judge/statistics.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

namespace plumb::judge {
namespace {

constexpr std::array<Quantile, 3> kQuantiles{{{"p50", 0.50, 20}, {"p90", 0.90, 100}, {"p99", 0.99, 1000}}};
constexpr double kDiscovery = 0.01;       // expected share of false shifts among those reported
constexpr double kTaskVariance = 0.0036;  // tasks differ by about 6 %

struct Test {
    const DependencyView* dependency = nullptr;
    std::string phase;
    Layer layer = Layer::request;
    const Quantile* quantile = nullptr;
    Effect effect;
    Shift shift;
    double accepted = 0;  // ln of the accepted ratio
    double baseline_ns = 0;
    double candidate_ns = 0;
    double adjusted = 1;
};

using Values = std::array<std::vector<TaskValue>, kQuantiles.size()>;

Values values_of(const std::vector<PhaseTask>& tasks, unsigned windows) {
    Values values;
    for (const PhaseTask& each : tasks) {
        if (each.task->windows < windows) continue;
        const Sketch& clean = each.phase->clean;
        for (std::size_t i = 0; i < kQuantiles.size(); ++i) {
            if (clean.count() < kQuantiles[i].clean_runs) break;
            values[i].push_back({std::log(std::max(1.0, clean.quantile(kQuantiles[i].q))), each.zone});
        }
    }
    return values;
}

void gather(const View& view, const DependencyView& dependency, std::vector<Test>& tests,
            Judgement& judgement) {
    const Thresholds& need = view.thresholds();
    bool too_little = false;
    bool any = false;
    for (const PhaseView& phase : phases_of(dependency)) {
        if (phase.candidate.empty()) continue;
        const Values baseline = values_of(phase.baseline, need.minimum_windows);
        const Values candidate = values_of(phase.candidate, need.minimum_windows);
        for (std::size_t i = 0; i < kQuantiles.size(); ++i) {
            const Quantile& quantile = kQuantiles[i];
            const auto& before = baseline[i];
            const auto& after = candidate[i];
            if (before.size() < need.minimum_tasks || after.size() < need.minimum_tasks) {
                too_little |= quantile.q == 0.50;
                continue;
            }
            Test test{&dependency, phase.name, phase.layer, &quantile, {}, {}, 0, 0, 0, 1};
            test.effect = effect_of(before, after).value_or(Effect{});
            test.baseline_ns = std::exp(test.effect.baseline);
            // What the stratified effect says, so that ratio and amounts agree.
            test.candidate_ns = test.baseline_ns * std::exp(test.effect.d);
            tests.push_back(std::move(test));
            any = true;
        }
    }
    if (any || !too_little || dependency.baseline.empty()) return;
    judgement.gaps.push_back({dependency.name, "latency",
                              fmt::format("needs {} tasks a side with {} windows and {} clean runs each",
                                          need.minimum_tasks, need.minimum_windows, kQuantiles[0].clean_runs),
                              false});
}

std::string subject_of(const Test& test) {
    return fmt::format("latency:{}:{}", test.phase, test.quantile->name);
}

// The variance that comparable phases show; a floor keeps a lucky family from being too sure.
double usual_variance(const std::vector<Test>& tests) {
    std::vector<double> seen;
    for (const Test& test : tests) {
        if (test.effect.df > 0) seen.push_back(test.effect.variance);
    }
    return std::max(kTaskVariance, median(std::move(seen)));
}

double rtt_ns(const std::vector<Member>& members) {
    std::vector<double> values;
    for (const Member& member : members) {
        if (!member.evidence->rtt.empty()) values.push_back(member.evidence->rtt.quantile(0.5));
    }
    return median(std::move(values));
}

// The kernel's own round trip does not know our scheduling nor the server's work: what it rose by is the
// path's.
const char* cause_of(const Test& test, Finding& evidence) {
    const double before = rtt_ns(test.dependency->baseline);
    const double after = rtt_ns(test.dependency->candidate);
    // The name server is reached by another connection than the dependency.
    if (before <= 0 || after <= 0 || test.layer == Layer::resolve) return "latency.unknown";
    const double shift = test.candidate_ns - test.baseline_ns;
    const double share = std::clamp((after - before) / shift, 0.0, 1.0);
    evidence.evidence["rtt_ms"] = {{"baseline", rounded(before / 1e6)}, {"candidate", rounded(after / 1e6)}};
    evidence.evidence["network_share"] = rounded(share);
    if (share >= 0.5) return "latency.network";
    // Several round trips make a phase: a rise by a quarter of the shift is no longer nothing.
    return share < 0.25 ? "latency.server" : "latency.unknown";
}

std::string duration(double ns) {
    return format_duration(std::chrono::nanoseconds(std::llround(std::min(ns, 1e17))));
}

Finding finding_of(const Test& test, const View& view) {
    Finding probe;
    const char* cause = cause_of(test, probe);
    Finding finding = finding_for(cause, test.dependency->name, test.layer, subject_of(test));
    finding.evidence = std::move(probe.evidence);
    finding.severity = view.policy->hold_on.latency ? Severity::critical : Severity::warning;
    finding.baseline = fmt::format("{} ({} of {} tasks)", duration(test.baseline_ns), test.quantile->name,
                                   test.effect.baseline_tasks);
    finding.candidate = fmt::format(
        "{} ({} of {} tasks), {:.2f} times as long (95 %: {:.2f} to {:.2f}){}", duration(test.candidate_ns),
        test.quantile->name, test.effect.candidate_tasks, std::exp(test.effect.d), std::exp(test.shift.low),
        std::exp(test.shift.high), test.effect.stratified ? "" : "; the sides lie in different zones");
    finding.confidence = confidence(1 - test.adjusted);
    finding.evidence["ratio"] = {{"value", rounded(std::exp(test.effect.d))},
                                 {"low", rounded(std::exp(test.shift.low))},
                                 {"high", rounded(std::exp(test.shift.high))}};
    finding.evidence["shift_ms"] = rounded((test.candidate_ns - test.baseline_ns) / 1e6);
    finding.evidence["zones_compared_apart"] = test.effect.stratified;
    if (test.accepted > 0) finding.evidence["accepted_ratio"] = rounded(std::exp(test.accepted));
    return finding;
}

bool meaningful(const Test& test, const View& view) {
    // A faster candidate is no danger; a shift below the floor matters to nobody.
    if (test.effect.d - test.accepted <= std::log(view.thresholds().latency_ratio)) return false;
    const double accepted_ns = test.baseline_ns * std::exp(test.accepted);
    const double floor_ns = static_cast<double>(view.thresholds().latency_floor.count());
    return test.candidate_ns - accepted_ns >= floor_ns && test.adjusted <= kDiscovery;
}

}  // namespace

void judge_latency(const View& view, Judgement& judgement) {
    std::vector<Test> tests;
    for (const DependencyView& dependency : view.dependencies)
        gather(view, dependency, tests, judgement);
    judgement.judged.latency = tests.size();
    const double usual = usual_variance(tests);
    const double delta = std::log(std::max(1.0, view.thresholds().latency_ratio));
    std::vector<double> p;
    for (Test& test : tests) {
        const double ratio = accepted_ratio(*view.policy, test.dependency->name, subject_of(test), view.now);
        test.accepted = std::log(std::max(1.0, ratio));
        test.shift = test_shift(test.effect, usual, delta, test.accepted);
        p.push_back(test.shift.p);
    }
    const auto corrected = adjusted(p);
    for (std::size_t i = 0; i < tests.size(); ++i) {
        tests[i].adjusted = corrected[i];
        if (meaningful(tests[i], view)) judgement.findings.push_back(finding_of(tests[i], view));
    }
}

}  // namespace plumb::judge

// What a latency test says, in words and numbers.
#include "base/duration.hpp"
#include "controller/judge/gauges/queueing.hpp"
#include "controller/judge/latency/latency_shifts.hpp"
#include "controller/judge/latency/path_share.hpp"
#include "controller/judge/latency/shift_scope.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace plumb::judge {
namespace {

std::string duration(double ns) {
    return format_duration(std::chrono::nanoseconds(std::llround(std::min(ns, 1e17))));
}

std::string percent(double share) {
    return fmt::format("{:.0f} %", 100 * share);
}

std::string part_words(const Part& part) {
    if (part.kind == Part::Kind::whole) return "";
    return fmt::format(", {} {}", part.kind == Part::Kind::zone ? "zone" : "revision", part.value);
}

const char* zones_words(const LatencyTest& test) {
    return test.effect.stratified ? "" : "; the sides lie in different zones";
}

void tell_quantile(const LatencyTest& test, Finding& finding) {
    finding.baseline = fmt::format("{} ({} of {} tasks)", duration(test.baseline_ns()), name_of(test.measure),
                                   test.effect.baseline_tasks);
    finding.candidate = fmt::format("{} ({} of {} tasks), {:.2f} times as long (95 %: {:.2f} to {:.2f}){}",
                                    duration(test.candidate_ns()), name_of(test.measure),
                                    test.effect.candidate_tasks, std::exp(test.effect.d),
                                    std::exp(test.shift.low), std::exp(test.shift.high), zones_words(test));
    finding.evidence["ratio"] = {{"value", rounded(std::exp(test.effect.d))},
                                 {"low", rounded(std::exp(test.shift.low))},
                                 {"high", rounded(std::exp(test.shift.high))}};
    finding.evidence["shift_ms"] = rounded((test.candidate_ns() - test.baseline_ns()) / 1e6);
}

void tell_slow(const LatencyTest& test, Finding& finding) {
    finding.baseline = fmt::format("{} of runs take longer than {} ({} tasks)", percent(test.slow_before),
                                   duration(test.slow_limit_ns), test.effect.baseline_tasks);
    finding.candidate =
        fmt::format("slow mode {} → {} while the median stands ({} tasks){}", percent(test.slow_before),
                    percent(test.slow_after), test.effect.candidate_tasks, zones_words(test));
    finding.evidence["slow_mode"] = {{"baseline", rounded(test.slow_before)},
                                     {"candidate", rounded(test.slow_after)},
                                     {"slower_than_ms", rounded(test.slow_limit_ns / 1e6)}};
}

// Where the zones thrown together say something else than zone by zone (Simpson's paradox).
void tell_pooled(const LatencyTest& test, Finding& finding) {
    if (!test.effect.stratified || !is_quantile(test.measure)) return;
    if (std::abs(test.effect.pooled - test.effect.d) <= test.delta) return;
    finding.evidence["pooled_ratio"] = rounded(std::exp(test.effect.pooled));
}

void tell_path(const std::optional<PathShare>& path, Finding& finding) {
    if (!path) return;
    finding.evidence["rtt_ms"] = {{"baseline", rounded(path->before_ns / 1e6)},
                                  {"candidate", rounded(path->after_ns / 1e6)}};
    finding.evidence["network_share"] = rounded(path->share);
    finding.evidence["network_share_interval"] = {rounded(path->low), rounded(path->high)};
    finding.evidence["server_share"] = rounded(1 - path->share);
}

// The labels that explain it best; where they explain nothing, the part that was found to be slow.
void tell_place(const LatencyTest& test, const View& view, Finding& finding) {
    Scope scope = scope_of_shift(test, view);
    if (scope.labels.empty() && test.part.kind != Part::Kind::whole) {
        scope.labels.emplace(test.part.kind == Part::Kind::zone ? "zone" : "revision", test.part.value);
    }
    tell_scope(scope, finding);
}

// A server that is the slower the more it is used, while the path stands still, is saturated.
void tell_queue(const LatencyTest& test, Finding& finding) {
    if (finding.cause == "latency.network") return;
    const auto queue = queueing(test.dependency->candidate, test.phase);
    if (!queue) return;
    Finding saturated =
        finding_for("latency.server", finding.dependency, Layer::server, std::move(finding.subject));
    saturated.reason = fmt::format(
        "Its share grows with {} while the network's round-trip times stand still: requests queue at the "
        "server.",
        queue->gauge);
    saturated.evidence = std::move(finding.evidence);
    saturated.evidence["queueing"] = {{"gauge", queue->gauge},
                                      {"agreement", rounded(queue->agreement)},
                                      {"calm_ms", rounded(queue->calm_ns / 1e6)},
                                      {"busy_ms", rounded(queue->busy_ns / 1e6)},
                                      {"rtt_rise_ms", rounded(queue->rtt_rise_ns / 1e6)},
                                      {"tasks", queue->tasks}};
    finding = std::move(saturated);
}

std::string unit_words(const LatencyTest& test, double value) {
    if (test.measure == Measure::slow_share) return fmt::format("{:.2f} (arcsine of shares)", value);
    return fmt::format("{:.2f} times", std::exp(value));
}

std::string side_words(const LatencyTest& test, bool candidate) {
    const std::size_t tasks = candidate ? test.effect.candidate_tasks : test.effect.baseline_tasks;
    if (is_quantile(test.measure)) {
        return fmt::format("{} ({} tasks)", duration(candidate ? test.candidate_ns() : test.baseline_ns()),
                           tasks);
    }
    return fmt::format("{} slower than {} ({} tasks)",
                       percent(candidate ? test.slow_after : test.slow_before), duration(test.slow_limit_ns),
                       tasks);
}

std::string why(const LatencyTest& test) {
    if (test.found) return "beyond what tasks and environments differ by";
    const double beyond = test.effect.d - test.accepted;
    const bool simpson = test.effect.stratified && test.effect.pooled - test.accepted > test.delta;
    if (test.accepted > 0 && test.effect.d > test.delta && beyond <= test.delta)
        return fmt::format("slower, within the accepted ratio of {:.3g}", std::exp(test.accepted));
    if (beyond <= 0) return "not slower";
    if (beyond <= test.delta) {
        return simpson ? "slower only where tasks of unequal zones are thrown together"
                       : "too little to matter";
    }
    if (test.adjusted > test.level) return "not beyond what tasks and environments differ by";
    if (is_quantile(test.measure)) {
        return fmt::format("the shift is under the floor of {}", duration(test.floor_ns));
    }
    return "too few more slow runs to matter";
}

}  // namespace

Finding latency_finding(const LatencyTest& test, const View& view, bool sure) {
    const auto path = path_share(test, view);
    Finding finding = finding_for(cause_of_shift(path), test.dependency->name, test.layer, subject_of(test));
    tell_queue(test, finding);
    const bool holds = view.policy->hold_on.latency && sure;
    finding.severity = holds ? Severity::critical : Severity::warning;
    if (is_quantile(test.measure)) {
        tell_quantile(test, finding);
    } else {
        tell_slow(test, finding);
    }
    tell_path(path, finding);
    tell_pooled(test, finding);
    finding.confidence = confidence(1 - test.adjusted);
    finding.evidence["zones_compared_apart"] = test.effect.stratified;
    if (test.accepted > 0) finding.evidence["accepted_ratio"] = rounded(std::exp(test.accepted));
    tell_place(test, view, finding);
    return finding;
}

Comparison latency_comparison(const LatencyTest& test) {
    Comparison out;
    out.dependency = test.dependency->name;
    out.subject = subject_of(test);
    out.found = test.found;
    out.test = fmt::format("moderated t against a change that matters, {:.0f} degrees of freedom{}",
                           test.shift.df, part_words(test.part));
    out.evidence = fmt::format("{} against {}", side_words(test, false), side_words(test, true));
    out.interval =
        fmt::format("{} to {} (95 %)", unit_words(test, test.shift.low), unit_words(test, test.shift.high));
    out.threshold = fmt::format("{} at p ≤ {:.2g} of all tests together",
                                unit_words(test, test.accepted + test.delta), test.level);
    out.margin = fmt::format("{} of the threshold, p {:.2g}",
                             unit_words(test, test.effect.d - test.accepted - test.delta), test.adjusted);
    out.why = why(test);
    return out;
}

}  // namespace plumb::judge

// Warm-up: how much of the time until the balancer's kill line the app took to its first ready answer. The
// task shows it as a gauge, so that what was reached lately counts; people know it by a subject of its own.
#include "controller/judge/gauges/gauge_rules.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace plumb::judge {
namespace {

constexpr const char* kSubject = "warmup";
// Exactly at the margin is at the margin, however the seconds were divided.
constexpr double kRounding = 1e-9;

Readings slow_ones(const Readings& readings, double headroom) {
    Readings chosen;
    std::copy_if(readings.begin(), readings.end(), std::back_inserter(chosen),
                 [headroom](const Reading& each) { return each.headroom() <= headroom + kRounding; });
    return chosen;
}

std::string in_words_of_seconds(const Readings& readings) {
    if (readings.empty()) return "not seen";
    const double used = middle_used(readings);
    const double line = middle_limit(readings);
    return fmt::format("ready after {:.3g} s of {:.3g} s, {:.0f} % of the kill line", used, line,
                       100 * used / line);
}

Finding finding_of(const GaugeView& gauge, const Readings& slow, bool holds) {
    Finding finding = gauge_finding("warmup.margin", gauge, slow);
    finding.category = Category::health;
    finding.subject = kSubject;
    finding.severity = holds ? Severity::critical : Severity::warning;
    finding.baseline = in_words_of_seconds(gauge.baseline);
    finding.candidate = in_words_of_seconds(slow);
    finding.evidence["tasks"] = {{"slow", slow.size()}, {"of", gauge.candidate.size()}};
    finding.evidence["headroom"] = {{"candidate", rounded(middle_headroom(slow))}};
    return finding;
}

}  // namespace

GaugeAnswer judge_warmup(const View& view, const GaugeView& gauge) {
    const Thresholds& need = view.thresholds();
    Readings slow = slow_ones(gauge.candidate, need.headroom_hold);
    const bool holds = enough(slow, gauge.candidate);
    if (!holds) slow = slow_ones(gauge.candidate, need.headroom_warn);
    GaugeAnswer answer;
    if (!slow.empty()) answer.finding = finding_of(gauge, slow, holds);
    if (!view.explain) return answer;
    Comparison& told = answer.comparison.emplace(gauge_comparison(
        gauge, "warm-up, by the time to the first ready answer and the balancer's kill line"));
    told.subject = kSubject;
    told.evidence = fmt::format("{} against {}", in_words_of_seconds(gauge.baseline),
                                in_words_of_seconds(gauge.candidate));
    told.threshold =
        fmt::format("{:.3g} % of the kill line holds if two tasks take it, or the only one; {:.3g} % warns",
                    100 * (1 - need.headroom_hold), 100 * (1 - need.headroom_warn));
    told.margin = fmt::format("{:.3g} points", 100 * (middle_headroom(gauge.candidate) - need.headroom_hold));
    told.why = slow.empty() ? "quiet: the app is ready long before it would be stopped"
               : holds      ? "holds: a little slower, and the balancer stops it before it is ready"
                            : "warns: the margin to the kill line is small";
    return answer;
}

}  // namespace plumb::judge

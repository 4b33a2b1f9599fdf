// Headroom: how far an amount stands from the limit at which it refuses.
#include "controller/judge/gauges/gauge_rules.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace plumb::judge {
namespace {

Readings below(const Readings& readings, double headroom) {
    Readings chosen;
    std::copy_if(readings.begin(), readings.end(), std::back_inserter(chosen),
                 [headroom](const Reading& each) { return each.headroom() < headroom; });
    return chosen;
}

Finding finding_of(const View& view, const GaugeView& gauge, const Readings& low, bool holds) {
    Finding finding = gauge_finding("gauge.headroom", gauge, low);
    finding.severity = holds ? Severity::critical : Severity::warning;
    finding.evidence["headroom"] = {{"candidate", rounded(middle_headroom(low))}};
    if (!gauge.baseline.empty()) {
        const double before = middle_headroom(gauge.baseline);
        finding.evidence["headroom"].as_object()["baseline"] = rounded(before);
        // Low on both sides is no difference, yet the danger is the candidate's all the same.
        finding.evidence["baseline_low_too"] = before < view.thresholds().headroom_hold;
    }
    finding.evidence["tasks"] = {{"low", low.size()}, {"of", gauge.candidate.size()}};
    return finding;
}

std::string why(const Readings& low, const GaugeView& gauge, const Thresholds& need, bool holds) {
    const double line = 100 * (holds ? need.headroom_hold : need.headroom_warn);
    if (low.empty()) return fmt::format("quiet: every task has {:.3g} % free or more", line);
    return fmt::format("{}: {} of {} tasks have less than {:.3g} % free", holds ? "holds" : "warns",
                       low.size(), gauge.candidate.size(), line);
}

}  // namespace

GaugeAnswer judge_headroom(const View& view, const GaugeView& gauge) {
    const Thresholds& need = view.thresholds();
    Readings low = below(gauge.candidate, need.headroom_hold);
    const bool holds = enough(low, gauge.candidate);
    if (!holds) low = below(gauge.candidate, need.headroom_warn);
    GaugeAnswer answer;
    if (!low.empty()) answer.finding = finding_of(view, gauge, low, holds);
    if (!view.explain) return answer;
    // Two tasks decide, so the margin is that of the second lowest.
    std::vector<double> free;
    for (const Reading& each : gauge.candidate)
        free.push_back(each.headroom());
    std::sort(free.begin(), free.end());
    const double decides = 100 * (free.size() > 1 ? free[1] : free[0]);
    Comparison& told = answer.comparison.emplace(
        gauge_comparison(gauge, "headroom, by the amount that two of the newest three windows reached"));
    told.interval =
        fmt::format("{:.3g} to {:.3g} % free over the tasks", 100 * free.front(), 100 * free.back());
    told.threshold =
        fmt::format("under {:.3g} % free holds if two tasks see it, or the only one; under {:.3g} % warns",
                    100 * need.headroom_hold, 100 * need.headroom_warn);
    told.margin = fmt::format("{:.3g} points {}", std::abs(decides - 100 * need.headroom_hold),
                              decides < 100 * need.headroom_hold ? "beyond" : "to go");
    told.why = why(low, gauge, need, holds);
    return answer;
}

}  // namespace plumb::judge

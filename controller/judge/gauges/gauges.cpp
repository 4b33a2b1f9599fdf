// Gauges that refuse at their limit: three questions are asked of each.
#include "controller/judge/evidence/side_by_side.hpp"
#include "controller/judge/gauges/gauge_rules.hpp"
#include "controller/judge/gauges/rule.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace plumb::judge {
namespace {

constexpr std::string_view kWarmup = "task.warmup";

// What the baseline shows with a limit and the candidate, although its runs succeed, does not. A candidate
// that shows the amount without a limit has none to run into.
void note_unseen(const GaugeView& gauge, Judgement& judgement) {
    const DependencyView& dependency = *gauge.dependency;
    const bool unlimited =
        std::any_of(dependency.candidate.begin(), dependency.candidate.end(), [&](const Member& member) {
            const auto& gauges = member.evidence->gauges;
            return std::any_of(gauges.begin(), gauges.end(), [&](const GaugeEvidence& each) {
                return each.name == gauge.name && !each.points.empty() &&
                       !each.points.back().refuses_at_limit;
            });
        });
    if (unlimited || dependency.candidate.empty()) return;
    if (!gauge.own() && !any_success(dependency.candidate)) return;
    judgement.gaps.push_back({dependency.name, fmt::format("gauge:{}", gauge.name),
                              "the baseline shows it with a limit, the candidate does not", !gauge.own()});
}

// The answers go on one by one, so that what accepts one of them hides none of the others; folding joins
// them.
void judge_gauge(const View& view, const GaugeView& gauge, Judgement& judgement) {
    ++judgement.judged.gauges;
    std::vector<GaugeAnswer> answers;
    if (gauge.own() && gauge.name == kWarmup) {
        answers.push_back(judge_warmup(view, gauge));
    } else {
        answers.push_back(judge_headroom(view, gauge));
        answers.push_back(judge_forecast(view, gauge));
        answers.push_back(judge_projection(view, gauge));
    }
    for (GaugeAnswer& each : answers) {
        if (!each.unknown.empty()) {
            judgement.gaps.push_back({gauge.dependency->name, fmt::format("gauge:{}", gauge.name),
                                      std::move(each.unknown), false});
        }
        if (each.comparison) {
            each.comparison->found = each.finding.has_value();
            judgement.comparisons.push_back(std::move(*each.comparison));
        }
        if (each.finding) judgement.findings.push_back(std::move(*each.finding));
    }
}

}  // namespace

void judge_gauges(const View& view, Judgement& judgement) {
    judge_each(view, judgement, [&](const DependencyView& dependency, Judgement& part) {
        for (const GaugeView& gauge : gauges_of(dependency, view.thresholds().stale_windows)) {
            if (gauge.candidate.empty()) {
                note_unseen(gauge, part);
            } else {
                judge_gauge(view, gauge, part);
            }
        }
    });
}

}  // namespace plumb::judge

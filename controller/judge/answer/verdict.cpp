#include "controller/judge/answer/verdict.hpp"

#include "base/duration.hpp"

#include <algorithm>
#include <chrono>

namespace plumb::judge {
namespace {

boost::json::object side(const SideView& view) {
    boost::json::object out{{"selector", view.cohort->name},
                            {"tasks", view.tasks.size()},
                            {"gone", view.gone.size()},
                            {"windows", view.windows}};
    if (view.newest) {
        const auto age = std::chrono::duration_cast<std::chrono::seconds>(view.now - *view.newest).count();
        out["newest_age_s"] = std::max<std::int64_t>(age, 0);
    } else {
        out["newest_age_s"] = nullptr;
    }
    if (view.cohort->runs_from > Time::min()) out["runs_from"] = format_time(view.cohort->runs_from);
    std::chrono::milliseconds length{};
    for (const TaskEvidence* task : view.tasks)
        length = std::max(length, task->window_length);
    if (length.count() > 0) out["window_s"] = static_cast<double>(length.count()) / 1000;
    return out;
}

boost::json::array not_judged(const std::vector<Gap>& gaps) {
    // What blocks comes first.
    boost::json::array out;
    for (const bool blocks : {true, false}) {
        for (const Gap& gap : gaps) {
            if (gap.blocks != blocks) continue;
            out.push_back({{"dependency", gap.dependency},
                           {"subject", gap.subject},
                           {"reason", gap.reason},
                           {"blocks", gap.blocks}});
        }
    }
    return out;
}

// What was measured beside what the policy says; none where nothing could be.
boost::json::object measured_of(const Measured& measured, const Thresholds& thresholds) {
    boost::json::object out;
    const auto beside = [&](const char* name, std::optional<double> value, double policy) {
        if (value) out[name] = {{"measured", rounded(*value)}, {"policy", rounded(policy)}};
    };
    beside("environment_spread", measured.environment_spread, thresholds.environment_spread);
    beside("task_correlation", measured.task_correlation, thresholds.task_correlation);
    if (measured.timer_noise_ns > 0) out["timer_noise_ms"] = rounded(measured.timer_noise_ns / 1e6);
    return out;
}

}  // namespace

Verdict verdict_of(const std::vector<Finding>& findings, const std::vector<Gap>& gaps) {
    const bool holds = std::any_of(findings.begin(), findings.end(),
                                   [](const Finding& each) { return each.severity == Severity::critical; });
    if (holds) return Verdict::hold;
    const bool wanting = std::any_of(gaps.begin(), gaps.end(), [](const Gap& gap) { return gap.blocks; });
    return wanting ? Verdict::insufficient : Verdict::promote;
}

void bound_comparisons(Report& report, std::size_t limit) {
    auto& all = report.comparisons;
    if (all.size() <= limit) return;
    // What was found is told first.
    std::stable_partition(all.begin(), all.end(), [](const Comparison& each) { return each.found; });
    report.coverage["comparisons_left_out"] = all.size() - limit;
    all.resize(limit);
}

boost::json::object coverage_of(const View& view, const Judgement& judgement, PolicyEffect effect) {
    const Judged& judged = judgement.judged;
    boost::json::object out;
    out["baseline"] = side(view.baseline);
    out["candidate"] = side(view.candidate);
    out["judged"] = {{"dependencies", judged.dependencies},
                     {"failures", judged.failures},
                     {"facts", judged.facts},
                     {"gauges", judged.gauges},
                     {"latency", judged.latency}};
    auto measured = measured_of(judgement.measured, view.thresholds());
    if (!measured.empty()) out["measured"] = std::move(measured);
    out["not_judged"] = not_judged(judgement.gaps);
    out["accepted"] = std::move(effect.accepted);
    out["ignored"] = effect.ignored;
    const auto& overruled = view.policy->overruled;
    if (!overruled.empty()) out["overruled"] = boost::json::array(overruled.begin(), overruled.end());
    boost::json::array errors;
    for (const Cohort* cohort : {view.baseline.cohort, view.candidate.cohort}) {
        for (const std::string& error : cohort->errors)
            errors.emplace_back(error);
    }
    out["errors"] = std::move(errors);
    return out;
}

}  // namespace plumb::judge

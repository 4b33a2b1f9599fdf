#include "controller/judge/judge.hpp"

#include "controller/judge/fold.hpp"
#include "controller/judge/policy_rules.hpp"
#include "controller/judge/rules.hpp"
#include "controller/judge/verdict.hpp"
#include "controller/judge/view.hpp"

namespace plumb::judge {

Report judge(const Cohort& baseline, const Cohort& candidate, const Policy& policy, Time now) {
    const View view = make_view(baseline, candidate, policy, now);
    Judgement judgement;
    judge_coverage(view, judgement);
    if (view.baseline.fresh() && view.candidate.fresh()) {
        judge_failures(view, judgement);
        judge_facts(view, judgement);
        judge_gauges(view, judgement);
        judge_latency(view, judgement);
    }
    PolicyEffect effect = apply_policy(policy, now, judgement);
    Report report;
    report.findings = fold(std::move(judgement.findings), view);
    report.verdict = verdict_of(report.findings, judgement.gaps);
    report.coverage = coverage_of(view, judgement, std::move(effect));
    return report;
}

}  // namespace plumb::judge

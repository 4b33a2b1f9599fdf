#include "controller/judge/judge.hpp"

#include "controller/judge/answer/fold.hpp"
#include "controller/judge/answer/own_facts.hpp"
#include "controller/judge/answer/verdict.hpp"
#include "controller/judge/evidence/view.hpp"
#include "controller/judge/facts/rule.hpp"
#include "controller/judge/failures/rule.hpp"
#include "controller/judge/gauges/rule.hpp"
#include "controller/judge/latency/rules.hpp"
#include "controller/judge/policy/policy_rules.hpp"
#include "controller/judge/scope/scope.hpp"
#include "controller/judge/tasks/rules.hpp"
#include "controller/judge/tasks/starvation.hpp"

#include <algorithm>

namespace plumb::judge {
namespace {

// Until here a scope names all of its tasks, so that folding counts all of them.
void shorten_scopes(std::vector<Finding>& findings) {
    for (Finding& finding : findings) {
        finding.scope = shortened(finding.scope);
        shorten_scopes(finding.folded);
    }
}

}  // namespace

Report judge(const Cohort& baseline, const Cohort& candidate, const Policy& policy, const Look& look) {
    View view = make_view(baseline, candidate, policy, look.now);
    view.alarm_share = std::clamp(look.alarm_share, 0.0, 1.0);
    view.explain = look.explain;
    Judgement judgement;
    judge_coverage(view, judgement);
    judge_unseen(view, judgement);
    judge_vanished(view, judgement);  // when all are gone, too
    if (view.baseline.fresh() && view.candidate.fresh()) {
        judge_survivors(view, judgement);
        judge_failures(view, judgement);
        judge_facts(view, judgement);
        judge_gauges(view, judgement);
        judge_latency(view, judgement);
        judge_retransmissions(view, judgement);
        judge_starvation(view, judgement);
    }
    quote_own_facts(view, judgement.findings);
    // Before the policy: who accepts that the tasks starve accepts how slow it makes their dependencies, too.
    judgement.findings = fold_starved(std::move(judgement.findings), view);
    PolicyEffect effect = apply_policy(policy, look.now, judgement);
    Report report;
    report.findings = fold(std::move(judgement.findings), view);
    shorten_scopes(report.findings);
    report.verdict = verdict_of(report.findings, judgement.gaps);
    report.coverage = coverage_of(view, judgement, std::move(effect));
    report.comparisons = std::move(judgement.comparisons);
    bound_comparisons(report);
    return report;
}

}  // namespace plumb::judge

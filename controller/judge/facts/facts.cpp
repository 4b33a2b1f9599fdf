// Facts, by their class. A value is weighed by the tasks that have it, not by runs.
#include "controller/judge/evidence/side_by_side.hpp"
#include "controller/judge/facts/fact_comparison.hpp"
#include "controller/judge/facts/fact_lists.hpp"
#include "controller/judge/facts/fact_shares.hpp"
#include "controller/judge/facts/fact_surplus.hpp"
#include "controller/judge/facts/list_words.hpp"
#include "controller/judge/facts/rule.hpp"
#include "controller/judge/scope/scope.hpp"
#include "controller/judge/statistics/ranking.hpp"
#include "model/agent_version.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace plumb::judge {
namespace {

constexpr double kChance = 0.001;  // where a value occurs on both sides, a share must differ beyond chance
constexpr std::size_t kToldValues = 64;  // of a side, in the evidence

struct FactQuestion {
    const View& view;
    const DependencyView& dependency;
    const FactView& fact;
    SurplusMargins margins() const {
        return {view.thresholds().fact_share_points, kChance * view.alarm_share};
    }
};

// What a policy may accept: the values, without the shares that move. Too many to tell: none of them.
void tell_values(const FactView& fact, Finding& finding) {
    boost::json::object values;
    for (const auto& [name, side] : {std::pair{"baseline", &fact.baseline}, {"candidate", &fact.candidate}}) {
        if (side->tasks.size() > kToldValues) return;
        boost::json::array list;
        for (const auto& [value, tasks] : side->tasks)
            list.emplace_back(value);
        values[name] = std::move(list);
    }
    finding.evidence["values"] = std::move(values);
}

Finding start(const FactQuestion& question, const char* cause) {
    const FactView& fact = question.fact;
    Finding finding = finding_for(cause, question.dependency.name,
                                  layer_of_fact(fact.name, question.dependency.kind), "fact:" + fact.name);
    finding.baseline = fact.baseline.in_words();
    finding.candidate = fact.candidate.in_words();
    finding.evidence["class"] = to_string(fact.cls);
    finding.evidence["tasks"] = {{"baseline", fact.baseline.total}, {"candidate", fact.candidate.total}};
    tell_values(fact, finding);
    return finding;
}

void set_scope(const FactQuestion& question, const std::string& value, Finding& finding) {
    std::vector<const TaskEvidence*> others;
    for (const auto& [other, tasks] : question.fact.candidate.tasks) {
        if (other != value) others.insert(others.end(), tasks.begin(), tasks.end());
    }
    finding.scope = explain(question.fact.candidate.tasks.at(value), others).labels;
}

// Whether every task that lacks the fact has an older agent than every task that shows it: the older ones may
// not know of it. Says so in words, else nothing.
std::optional<std::string> older_agents(const FactView& fact) {
    std::set<std::string> lacking;
    std::set<std::string> showing;
    for (const FactSide* side : {&fact.baseline, &fact.candidate}) {
        for (const auto& [value, tasks] : side->tasks) {
            for (const TaskEvidence* task : tasks)
                (value == kAbsent ? lacking : showing)
                    .insert(label_of(task->labels, std::string(kAgentVersionLabel)));
        }
    }
    for (const std::string& older : lacking) {
        for (const std::string& newer : showing) {
            const bool told = !older.empty() && !newer.empty();
            if (!told || natural_order(older, newer) != Order::lower) return std::nullopt;
        }
    }
    if (lacking.empty() || showing.empty()) return std::nullopt;
    return fmt::format("The agents differ: {} lacks what {} shows, and may just not know of it.",
                       *lacking.begin(), *showing.begin());
}

// Whether most tasks with the value fail now, in the fact's layer or before it, and with runs too few yet to
// be called a fault. What a run sees on its way to failing (an error's status, the certificate it refuses) is
// the failure's, which tells it as soon as there are runs enough.
bool of_failing_tasks(const FactQuestion& question, const std::vector<const TaskEvidence*>& tasks,
                      Layer layer) {
    if (question.dependency.kind == "task") return false;  // its checks say nothing of its facts
    const unsigned enough = question.view.thresholds().hard_fault_runs;
    std::set<const TaskEvidence*> failing;
    for (const Member& member : question.dependency.candidate) {
        const auto& phases = member.evidence->phases;
        const bool fails = std::any_of(phases.begin(), phases.end(), [=](const PhaseEvidence& each) {
            return !each.recent.empty() && each.layer <= layer && each.failed < enough &&
                   2 * each.recent.back().failed > each.recent.back().reached;
        });
        if (fails) failing.insert(member.task);
    }
    const auto so = std::count_if(tasks.begin(), tasks.end(),
                                  [&](const TaskEvidence* task) { return failing.contains(task); });
    return 2 * static_cast<std::size_t>(so) > tasks.size();
}

// Whether the fact is of the image, and the tasks that show the value run another one (label `image`) than
// all tasks of the baseline: a release brings its own packages along, and is no drift.
bool of_another_image(const FactQuestion& question, const std::vector<const TaskEvidence*>& tasks) {
    if (question.dependency.kind != "task" || !question.fact.name.starts_with("image.")) return false;
    std::set<std::string> known;
    for (const Member& member : question.dependency.baseline)
        known.insert(label_of(member.task->labels, "image"));
    return std::none_of(tasks.begin(), tasks.end(), [&](const TaskEvidence* task) {
        const std::string& own = label_of(task->labels, "image");
        return own.empty() || known.contains(own);
    });
}

// How heavy it is that tasks of `after` show the value, how sure, and which tasks. `known`: the baseline
// shows what the value is to be.
void weigh(const FactQuestion& question, const FactSide& after, const std::string& value, bool known,
           Finding& finding) {
    const FactSide& before = question.fact.baseline;
    // One odd task among several is said, but does not hold; nor does something that only the candidate has,
    // nor a value that comes and goes, on either side: the other may just not have met it yet.
    const bool settled =
        !after.unsettled.contains(value) && !before.lately.contains(value) && !before.restless;
    const bool enough = known && settled && (after.count(value) >= 2 || after.total == 1);
    const bool failing = of_failing_tasks(question, after.tasks.at(value), finding.layer);
    const bool release = of_another_image(question, after.tasks.at(value));
    finding.severity = enough && !failing && !release ? Severity::critical : Severity::warning;
    finding.confidence = confidence(after.share(value) - before.share(value));
    set_scope(question, value, finding);
}

// A fact that one version of the agent tells and the other does not.
void excuse_older_agents(const FactQuestion& question, const std::string& value, Finding& finding) {
    if (value != kAbsent) return;
    if (auto reason = older_agents(question.fact)) {
        finding.severity = Severity::warning;
        finding.reason = std::move(*reason);
        finding.action = "Bring the agents of both sides to one version and compare again.";
    }
}

// The variables that are told by name only: of names that some side tells one by one, their own facts tell.
std::optional<Finding> different_others(const FactQuestion& question, const FactSide& after,
                                        const std::string& value) {
    const auto others = others_difference(question.dependency, question.fact, value);
    if (!others.differs) return std::nullopt;
    Finding finding = start(question, "fact.differs");
    weigh(question, after, value, others.lacking, finding);
    tell_list_difference(others.names, finding);
    excuse_older_agents(question, value, finding);
    return finding;
}

// `after`: the candidate, or one revision of it.
std::optional<Finding> different(const FactQuestion& question, const FactSide& after,
                                 const Surplus& surplus) {
    if (!surplus.value) return std::nullopt;
    const std::string& value = *surplus.value;
    if (question.fact.name == kOtherVariables) return different_others(question, after, value);
    const bool seen = question.fact.baseline.seen();
    Finding finding = start(question, value == kAbsent || !seen ? "fact.missing" : "fact.differs");
    weigh(question, after, value, seen, finding);
    tell_lists(question.dependency, question.fact, value, finding);
    if (question.fact.name == "dns.scope" && value == "public") {
        // The cause that a target's own expectation would have had.
        Finding unexpected = finding_for("dns.unexpected", finding.dependency, finding.layer, {});
        finding.reason = std::move(unexpected.reason);
        finding.action = std::move(unexpected.action);
    }
    excuse_older_agents(question, value, finding);
    return finding;
}

std::optional<Finding> ordered(const FactQuestion& question, const FactSide& after, const Surplus& surplus) {
    auto finding = different(question, after, surplus);
    if (!finding) return std::nullopt;
    finding->severity = Severity::warning;
    if (finding->cause == "fact.missing") return finding;
    const Order order = natural_order(*surplus.value, question.fact.baseline.main_value());
    if (order == Order::same) return std::nullopt;
    const char* direction = order == Order::lower ? "lower" : "higher";
    finding->candidate += fmt::format(", {} than the baseline", direction);
    finding->evidence["direction"] = direction;
    return finding;
}

using Rule = std::optional<Finding> (*)(const FactQuestion&, const FactSide&, const Surplus&);

// The candidate as a whole, then each revision by itself: the few tasks of a rollout's beginning would
// vanish among the many.
std::optional<Finding> more_often(const FactQuestion& question, Rule rule) {
    const FactSide& before = question.fact.baseline;
    const FactSide& after = question.fact.candidate;
    if (auto whole = rule(question, after, surplus_of(before, after, question.margins()))) return whole;
    if (question.view.candidate.revisions < 2) return std::nullopt;
    for (const auto& [revision, part] : by_revision(after)) {
        if (auto found = rule(question, part, surplus_of(before, part, question.margins()))) return found;
    }
    return std::nullopt;
}

// What is required and missing is a fault by itself, in one task and whatever the other environment has.
std::optional<Finding> required(const FactQuestion& question) {
    const std::string missing(kMissing);
    const auto lacking = question.fact.candidate.tasks.find(missing);
    if (lacking != question.fact.candidate.tasks.end()) {
        Finding finding = start(question, "fact.missing");
        finding.severity = Severity::critical;
        finding.confidence = confidence(1);
        finding.reason =
            "A variable or secret that is named as required is not set in these tasks, or is empty: it was "
            "never "
            "created here, the task definition does not pass it on, or its name is misspelt.";
        finding.action = "Add it to environment or secrets of the task definition, and deploy again.";
        set_scope(question, missing, finding);
        return finding;
    }
    auto finding = more_often(question, different);
    // Where the baseline lacks it, the candidate has only mended that.
    if (finding && question.fact.baseline.main_value() == missing) finding->severity = Severity::warning;
    return finding;
}

// One value in both environments is itself the fault: staging that reaches the production database.
std::optional<Finding> must_differ(const FactQuestion& question) {
    if (question.view.same_environment) return std::nullopt;
    for (const auto& [value, tasks] : question.fact.candidate.tasks) {
        if (value == kAbsent || question.fact.baseline.count(value) == 0) continue;
        Finding finding = start(question, "fact.differs");
        // A task's own variable that is equal in both may be a copied secret, or one that both may share.
        finding.severity = question.dependency.kind == "task" ? Severity::warning : Severity::critical;
        finding.confidence = confidence(1);
        finding.reason =
            "Both environments show the same value for something that must differ: one of them uses "
            "what belongs to the other.";
        finding.action =
            "Check the target's address and secret in both environments before anything is written "
            "through them.";
        set_scope(question, value, finding);
        return finding;
    }
    return std::nullopt;
}

// Whether, of one revision, so many tasks do not show what most of them do that it is no odd one.
bool many_disagree(const FactSide& side, double points) {
    auto parts = by_revision(side);
    if (parts.empty()) parts.emplace("", side);
    return std::any_of(parts.begin(), parts.end(), [&](const auto& each) {
        const FactSide& part = each.second;
        std::size_t most = 0;
        for (const auto& [value, tasks] : part.tasks) {
            if (value != kAbsent) most = std::max(most, tasks.size());
        }
        const std::size_t seen = part.total - part.count(kAbsent);
        const std::size_t odd = seen - most;
        return odd >= 2 && static_cast<double>(odd) >= points * static_cast<double>(seen);
    });
}

// The tasks of one environment (and revision) must agree; across environments the value says nothing.
std::optional<Finding> must_agree(const FactQuestion& question) {
    if (!disagrees(question.fact.candidate) || disagrees(question.fact.baseline)) return std::nullopt;
    Finding finding = start(question, "fact.differs");
    const bool many = many_disagree(question.fact.candidate, question.margins().points);
    finding.severity = many ? Severity::critical : Severity::warning;
    const std::string main = question.fact.candidate.main_value();
    finding.confidence = confidence(1);
    finding.reason = "The tasks of one environment should agree on this and do not.";
    for (const auto& [value, tasks] : question.fact.candidate.tasks) {
        if (value == main || value == kAbsent) continue;
        set_scope(question, value, finding);
        break;
    }
    return finding;
}

std::optional<Finding> judge_fact(const FactQuestion& question) {
    switch (question.fact.cls) {
        case FactClass::required:
            return required(question);
        case FactClass::must_match:
            return more_often(question, different);
        case FactClass::ordered:
            return more_often(question, ordered);
        case FactClass::must_differ:
            return must_differ(question);
        case FactClass::must_agree:
            return must_agree(question);
        case FactClass::informational:
            break;
    }
    return std::nullopt;
}

// Nobody of a side looked where the other side shows something, and nothing failed that would say why.
void note_unseen(const DependencyView& dependency, const FactView& fact, Judgement& judgement) {
    const bool candidate = fact.candidate.total == 0;
    const FactSide& blind = candidate ? fact.candidate : fact.baseline;
    const FactSide& other = candidate ? fact.baseline : fact.candidate;
    if (blind.too_shallow == 0 || other.total == 0) return;
    judgement.gaps.push_back(
        {dependency.name, "fact:" + fact.name,
         fmt::format("no run of the {} went as deep as those of the {}: log-ins or inspections are "
                     "too rare for this range",
                     candidate ? "candidate" : "baseline", candidate ? "baseline" : "candidate"),
         dependency.kind != "task"});
}

void judge_dependency(const View& view, const DependencyView& dependency, Judgement& judgement) {
    for (const FactView& fact : facts_of(dependency, *view.policy)) {
        if (fact.cls == FactClass::informational) {
            if (view.explain) explain_informational(dependency, fact, judgement);
            continue;
        }
        // Without a task that could have seen it there is nothing to compare; the failures say why.
        if (fact.baseline.total == 0 || fact.candidate.total == 0) {
            note_unseen(dependency, fact, judgement);
            if (view.explain) explain_unseen(dependency, fact, judgement);
            continue;
        }
        ++judgement.judged.facts;
        const FactQuestion question{view, dependency, fact};
        auto finding = judge_fact(question);
        if (view.explain) {
            judgement.comparisons.push_back(
                comparison_of(view, dependency, fact, question.margins(), finding ? &*finding : nullptr));
        }
        if (finding) judgement.findings.push_back(std::move(*finding));
    }
}

}  // namespace

void judge_facts(const View& view, Judgement& judgement) {
    judge_each(view, judgement, [&](const DependencyView& dependency, Judgement& part) {
        judge_dependency(view, dependency, part);
    });
}

}  // namespace plumb::judge

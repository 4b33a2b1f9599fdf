#include "controller/judge/facts/fact_comparison.hpp"

#include "controller/judge/facts/other_variables.hpp"
#include "controller/judge/statistics/statistics.hpp"

#include <cmath>

#include <fmt/format.h>

namespace plumb::judge {
namespace {

Comparison start(const DependencyView& dependency, const FactView& fact) {
    Comparison out;
    out.dependency = dependency.name;
    out.subject = "fact:" + fact.name;
    out.test = fmt::format("latest value by task, {}", to_string(fact.cls));
    out.evidence = fmt::format("{} against {}", fact.baseline.in_words(), fact.candidate.in_words());
    return out;
}

bool all_alike(const FactView& fact) {
    return fact.baseline.tasks.size() == 1 && fact.candidate.tasks.size() == 1 &&
           fact.baseline.tasks.begin()->first == fact.candidate.tasks.begin()->first;
}

std::string points_from(double share, double threshold) {
    const double points = 100 * (share - threshold);
    return fmt::format("{:.0f} points {}", std::abs(points), points < 0 ? "below" : "above");
}

// Of the difference of the shares of tasks that show the value.
std::string interval_of(const FactView& fact, const std::string& value) {
    const auto share = [&](const FactSide& side) {
        return Share{side.share(value), static_cast<double>(side.total)};
    };
    const Interval points = newcombe(share(fact.baseline), share(fact.candidate), normal_quantile(0.975));
    return fmt::format("{:.0f} to {:.0f} points of tasks (95 %)", 100 * points.low, 100 * points.high);
}

std::string why_found(const Finding& finding) {
    if (finding.severity == Severity::critical) return "It stands beyond the margin in enough tasks to hold.";
    const auto* cls = finding.evidence.if_contains("class");
    if (cls != nullptr && *cls == "ordered")
        return "It stands beyond the margin; what is ordered only warns.";
    return "It stands beyond the margin, but warns: one odd task among several, a value that came lately or "
           "comes and goes, or something that only the candidate has.";
}

std::string why_quiet(const FactView& fact, const Surplus& surplus, const SurplusMargins& margins) {
    if (all_alike(fact)) return "All tasks of both sides show the same.";
    if (surplus.value && fact.name == kOtherVariables)
        return "Both sides have the same further variables; what is told of one by one has facts of its own.";
    if (surplus.value) return "The values differ in nothing that orders them.";
    if (surplus.points < margins.points) return "No value is that much more common on the candidate.";
    return fmt::format("Tasks of the baseline show '{}', too: that many of the candidate may be chance.",
                       surplus.nearest);
}

void explain_shares(const FactView& fact, const SurplusMargins& margins, const Finding* finding,
                    Comparison& out) {
    const Surplus surplus = surplus_of(fact.baseline, fact.candidate, margins);
    out.threshold = fmt::format("{:.0f} points more tasks", 100 * margins.points);
    out.interval = interval_of(fact, surplus.value.value_or(surplus.nearest));
    out.margin = points_from(surplus.points, margins.points);
    if (surplus.chance) {
        out.test += "; Fisher's exact test, since the baseline knows the value";
        out.threshold += fmt::format(", p at most {:.2g}", margins.chance);
        out.margin += fmt::format(", p = {:.2g}", *surplus.chance);
    }
    const bool of_a_revision = finding != nullptr && !surplus.value;
    out.why = finding == nullptr ? why_quiet(fact, surplus, margins) : why_found(*finding);
    if (of_a_revision) out.why = "Within one revision of the candidate: " + out.why;
}

void explain_must_differ(const View& view, const FactView& fact, const Finding* finding, Comparison& out) {
    out.threshold = "one value on both sides";
    std::size_t shared = 0;
    for (const auto& [value, tasks] : fact.candidate.tasks)
        shared += value != kAbsent && fact.baseline.count(value) > 0 ? tasks.size() : 0;
    out.margin = fmt::format("{} of {} tasks of the candidate show one", shared, fact.candidate.total);
    if (finding != nullptr) {
        out.why = "Both sides show it, and it must differ.";
    } else {
        out.why = view.same_environment ? "Both sides are one environment, where it may be the same."
                                        : "No value is seen on both sides.";
    }
}

void explain_must_agree(const FactView& fact, const SurplusMargins& margins, const Finding* finding,
                        Comparison& out) {
    out.threshold = fmt::format(
        "two values within one revision of the candidate; to hold, other than most in two tasks and {:.0f} % "
        "of them",
        100 * margins.points);
    const std::size_t most = fact.candidate.count(fact.candidate.main_value());
    out.margin = fmt::format("{} of {} tasks of the candidate show other than most",
                             fact.candidate.total - most, fact.candidate.total);
    if (finding != nullptr) {
        out.why = "Tasks of one revision show different values.";
    } else {
        out.why = disagrees(fact.candidate) ? "The baseline's tasks do not agree either."
                                            : "The candidate's tasks agree.";
    }
}

}  // namespace

Comparison comparison_of(const View& view, const DependencyView& dependency, const FactView& fact,
                         const SurplusMargins& margins, const Finding* finding) {
    Comparison out = start(dependency, fact);
    out.found = finding != nullptr;
    const std::size_t lacking = fact.candidate.count(std::string(kMissing));
    switch (fact.cls) {
        case FactClass::required:
            if (lacking > 0) {
                out.threshold = "one task without it";
                out.margin =
                    fmt::format("{} of {} tasks of the candidate lack it", lacking, fact.candidate.total);
                out.why = "It is required, and missing, whatever the baseline shows.";
                break;
            }
            explain_shares(fact, margins, finding, out);
            break;
        case FactClass::must_match:
        case FactClass::ordered:
            explain_shares(fact, margins, finding, out);
            break;
        case FactClass::must_differ:
            explain_must_differ(view, fact, finding, out);
            break;
        case FactClass::must_agree:
            explain_must_agree(fact, margins, finding, out);
            break;
        case FactClass::informational:
            break;
    }
    return out;
}

void explain_informational(const DependencyView& dependency, const FactView& fact, Judgement& judgement) {
    if (all_alike(fact)) return;
    Comparison out = start(dependency, fact);
    out.why = "It is informational: shown, never judged.";
    judgement.comparisons.push_back(std::move(out));
}

void explain_unseen(const DependencyView& dependency, const FactView& fact, Judgement& judgement) {
    Comparison out = start(dependency, fact);
    out.why = fmt::format("No task of the {} could have seen it: its runs fail, or none went deep enough.",
                          fact.candidate.total == 0 ? "candidate" : "baseline");
    judgement.comparisons.push_back(std::move(out));
}

}  // namespace plumb::judge

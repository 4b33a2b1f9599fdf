#include "controller/judge/failures/failures.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace plumb::judge {
namespace {

std::map<std::string, std::uint64_t> causes_of(const std::vector<PhaseTask>& tasks) {
    std::map<std::string, std::uint64_t> causes;
    for (const PhaseTask& each : tasks) {
        for (const auto& [cause, count] : each.phase->causes) {
            std::uint64_t& sum = causes[cause];
            sum += std::min(count, ~std::uint64_t{0} - sum);
        }
    }
    return causes;
}

std::string majority(const std::map<std::string, std::uint64_t>& causes) {
    const auto most = std::max_element(causes.begin(), causes.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    return most == causes.end() ? "unknown" : most->first;
}

bool has_one_of(const TaskEvidence& task, const std::string& label, const std::string& values) {
    const std::string own = label == "task" ? task_name(task) : label_of(task.labels, label);
    return !own.empty() && lists(values, own);
}

}  // namespace

Finding failure_finding(const PhaseQuestion& question, const std::vector<PhaseTask>& affected) {
    const auto causes = causes_of(affected);
    const PhaseView& phase = *question.phase;
    Finding finding = finding_for(majority(causes), question.dependency->name, phase.layer, "failures");
    const Counts before = sum(phase.baseline);
    const Counts after = sum(phase.candidate);
    finding.baseline = before.reached == 0 ? "no run reached it" : in_words(before);
    finding.candidate = in_words(after);
    finding.evidence["phase"] = phase.name;
    finding.evidence["reached"] = {{"baseline", before.reached}, {"candidate", after.reached}};
    finding.evidence["failed"] = {{"baseline", before.failed}, {"candidate", after.failed}};
    boost::json::object counted;
    for (const auto& [cause, count] : causes)
        counted[cause] = count;
    finding.evidence["causes"] = std::move(counted);
    return finding;
}

Comparison failure_comparison(const PhaseQuestion& question) {
    Comparison comparison;
    comparison.dependency = question.dependency->name;
    comparison.subject = "failures:" + question.phase->name;
    comparison.evidence = fmt::format("{} against {}", in_words(sum(question.phase->baseline)),
                                      in_words(sum(question.phase->candidate)));
    return comparison;
}

std::vector<PhaseTask> same_place(const std::vector<PhaseTask>& tasks, const Labels& place) {
    Labels known;
    for (const auto& pair : place) {
        if (pair.first == "task") continue;  // a namesake on the other side is no reference
        const bool somebody = std::any_of(tasks.begin(), tasks.end(), [&](const PhaseTask& each) {
            return has_one_of(*each.task, pair.first, pair.second);
        });
        if (somebody) known.insert(pair);
    }
    std::vector<PhaseTask> inside;
    std::copy_if(tasks.begin(), tasks.end(), std::back_inserter(inside),
                 [&](const PhaseTask& each) { return lies_in(*each.task, known); });
    return inside.empty() ? tasks : inside;
}

}  // namespace plumb::judge

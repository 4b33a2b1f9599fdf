#include "controller/ctl/diff/presence.hpp"

#include "base/text.hpp"
#include "controller/judge/finding/judgement.hpp"
#include "model/sources.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace plumb::ctl {
namespace {

using judge::Finding;
using judge::Severity;

constexpr const char* kTask = "task";
constexpr std::size_t kMaxFileName = 512;
constexpr const char* kChecked = "checked";
constexpr const char* kNotChecked = "not checked";

Finding start(const std::string& dependency, std::string subject) {
    Finding finding = judge::finding_for("fact.missing", dependency, Layer::task, std::move(subject));
    finding.confidence = 1;
    return finding;
}

std::string file_of(const CheckOutput& side) {
    return sanitize(side.name, kMaxFileName);
}

const SavedDependency* task_of(const CheckOutput& side) {
    const auto found = side.dependencies.find(kTask);
    return found == side.dependencies.end() || found->second.facts.empty() ? nullptr : &found->second;
}

std::string look_of(const SavedDependency& task) {
    const auto found = task.facts.find(std::string(kUnfinishedLook));
    return found == task.facts.end() ? std::string() : found->second.value;
}

}  // namespace

Finding absent(const std::string& dependency, const CheckOutput& baseline, const CheckOutput& candidate) {
    Finding finding = start(dependency, "fact:dependency");
    const bool in_baseline = baseline.dependencies.contains(dependency);
    const auto& lacks = in_baseline ? candidate : baseline;
    finding.severity = Severity::warning;
    if (lacks.ended_before(dependency)) {
        const auto words = fmt::format("not checked in {} (interrupted)", file_of(lacks));
        finding.baseline = in_baseline ? kChecked : words;
        finding.candidate = in_baseline ? words : kChecked;
        finding.reason = "the check was interrupted before it came to this target";
        finding.action = "save the check of that side again, and let it come to its end";
        return finding;
    }
    if (in_baseline) finding.severity = Severity::critical;
    finding.baseline = in_baseline ? kChecked : kNotChecked;
    finding.candidate = in_baseline ? kNotChecked : kChecked;
    // What a policy may accept, in the words that are printed.
    finding.evidence["values"] = {{"baseline", boost::json::array{finding.baseline}},
                                  {"candidate", boost::json::array{finding.candidate}}};
    finding.reason = fmt::format(
        "only one side has a target named '{}': a variable or secret is absent, or the checks "
        "were given different targets",
        dependency);
    finding.action = "compare the task definitions' environment and secrets";
    return finding;
}

std::optional<Finding> incomplete_task(const CheckOutput& baseline, const CheckOutput& candidate) {
    const auto* before = task_of(baseline);
    const auto* after = task_of(candidate);
    if (before == nullptr || after == nullptr) return std::nullopt;
    const auto cut_before = look_of(*before);
    const auto cut_after = look_of(*after);
    if (cut_before.empty() && cut_after.empty()) return std::nullopt;
    Finding finding = start(kTask, fmt::format("fact:{}", kUnfinishedLook));
    finding.severity = Severity::warning;
    finding.baseline = cut_before.empty() ? "whole" : cut_before;
    finding.candidate = cut_after.empty() ? "whole" : cut_after;
    const bool both = !cut_before.empty() && !cut_after.empty();
    const auto where = both ? fmt::format("{} and {}", file_of(baseline), file_of(candidate))
                            : file_of(cut_before.empty() ? candidate : baseline);
    finding.reason =
        fmt::format("the task's evidence is incomplete in {}: its facts were not compared", where);
    finding.action = "save the check of that side again, to its end";
    return finding;
}

}  // namespace plumb::ctl

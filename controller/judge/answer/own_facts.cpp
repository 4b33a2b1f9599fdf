#include "controller/judge/answer/own_facts.hpp"

#include "controller/judge/scope/scope.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace plumb::judge {
namespace {

constexpr std::string_view kTask = "task";

// "" where the check's failure says it all.
std::string fact_beside(const std::string& check) {
    if (check == "port") return "task.health_port";
    if (check == "warmup") return "task.readiness";
    if (check == "readiness") return "task.ready_early";
    return check == "listeners" || check.starts_with("sockets.") ? check + ".trouble" : "";
}

const FactValue* shown_by(const Member& member, const std::string& check, const std::string& fact) {
    const auto& phases = member.evidence->phases;
    const auto& facts = member.evidence->facts;
    const bool fails = std::any_of(phases.begin(), phases.end(), [&](const PhaseEvidence& each) {
        return each.name == check && each.failed > 0;
    });
    const auto found =
        std::find_if(facts.begin(), facts.end(), [&](const FactEvidence& each) { return each.name == fact; });
    return fails && found != facts.end() && !found->values.empty() ? &found->values.back() : nullptr;
}

void quote(const DependencyView& task, Finding& finding) {
    const auto* phase = finding.evidence.if_contains("phase");
    if (phase == nullptr || !phase->is_string()) return;
    const std::string check(phase->as_string());
    const auto fact = fact_beside(check);
    const FactValue* newest = nullptr;
    for (const Member& member : task.candidate) {
        if (fact.empty() || !lies_in(*member.task, finding.scope)) continue;
        const auto* shown = shown_by(member, check, fact);
        if (shown != nullptr && (newest == nullptr || *newest < *shown)) newest = shown;
    }
    if (newest == nullptr) return;
    finding.candidate += ": " + newest->value;
    finding.evidence["shown"] = newest->value;
}

}  // namespace

void quote_own_facts(const View& view, std::vector<Finding>& findings) {
    const auto task = std::find_if(view.dependencies.begin(), view.dependencies.end(),
                                   [](const DependencyView& each) { return each.name == kTask; });
    if (task == view.dependencies.end()) return;
    for (Finding& finding : findings) {
        if (finding.dependency == kTask && finding.subject == "failures") quote(*task, finding);
    }
}

}  // namespace plumb::judge

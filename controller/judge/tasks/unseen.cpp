#include "controller/judge/tasks/rules.hpp"
#include "model/sources.hpp"

#include <algorithm>

namespace plumb::judge {
namespace {

bool says_unseen(const DependencyEvidence& evidence, std::string_view source) {
    return std::any_of(evidence.facts.begin(), evidence.facts.end(), [source](const FactEvidence& fact) {
        return fact.name == source && !fact.values.empty() && fact.latest().starts_with(kUnseen);
    });
}

bool some_unseen(const std::vector<Member>& members, std::string_view source) {
    return std::any_of(members.begin(), members.end(),
                       [source](const Member& member) { return says_unseen(*member.evidence, source); });
}

}  // namespace

void judge_unseen(const View& view, Judgement& judgement) {
    for (const DependencyView& dependency : view.dependencies) {
        if (dependency.kind != "task") continue;
        for (const std::string_view source : {kVariablesSource, kImageSource}) {
            if (!some_unseen(dependency.baseline, source) && !some_unseen(dependency.candidate, source))
                continue;
            const bool variables = source == kVariablesSource;
            judgement.gaps.push_back({dependency.name, variables ? "fact:env" : "fact:image",
                                      std::string(variables ? "the app's variables" : "the app's image") +
                                          " cannot be seen from the agents' own containers; they can with a "
                                          "shared process namespace "
                                          "(pidMode: task)",
                                      false});
        }
    }
}

}  // namespace plumb::judge

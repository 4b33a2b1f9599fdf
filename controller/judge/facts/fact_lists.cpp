#include "controller/judge/facts/fact_lists.hpp"

#include "controller/judge/facts/list_words.hpp"
#include "model/fact_list.hpp"
#include "model/sources.hpp"

#include <algorithm>
#include <map>

namespace plumb::judge {

std::vector<std::string> pages_of(const DependencyEvidence& evidence, const std::string& fact) {
    const std::string prefix = fact + std::string(kListPages);
    Time newest = Time::min();
    for (const PageEvidence& page : evidence.pages) {
        if (page.name.starts_with(prefix)) newest = std::max(newest, page.seen);
    }
    std::map<std::size_t, std::string> ordered;
    for (const PageEvidence& page : evidence.pages) {
        if (page.seen != newest || !page.name.starts_with(prefix) || !is_list_page(page.name)) continue;
        if (page.name.size() > prefix.size() + 6) continue;
        ordered.emplace(std::stoul(page.name.substr(prefix.size())), page.text);
    }
    std::vector<std::string> pages;
    pages.reserve(ordered.size());
    for (auto& [number, text] : ordered)
        pages.push_back(std::move(text));
    return pages;
}

namespace {

// Calls `see` for each of the tasks that show the value, until it says false.
template <class See>
void each_showing(const std::vector<Member>& members, const FactSide& side, const std::string& value,
                  const See& see) {
    const auto having = side.tasks.find(value);
    if (having == side.tasks.end()) return;
    for (const Member& member : members) {
        const auto& tasks = having->second;
        const bool shows = std::find(tasks.begin(), tasks.end(), member.task) != tasks.end();
        if (shows && !see(*member.evidence)) return;
    }
}

std::vector<std::string> pages_behind(const std::vector<Member>& members, const FactSide& side,
                                      const std::string& value, const std::string& fact) {
    std::vector<std::string> pages;
    each_showing(members, side, value, [&](const DependencyEvidence& evidence) {
        pages = pages_of(evidence, fact);
        return pages.empty();
    });
    return pages;
}

TaskVariables variables_of(const DependencyEvidence& evidence) {
    TaskVariables out;
    for (const FactEvidence& fact : evidence.facts) {
        if (!fact.values.empty()) add_fact(fact.name, fact.latest(), out);
    }
    add_pages(pages_of(evidence, std::string(kOtherVariables)), out);
    return out;
}

TaskVariables variables_behind(const std::vector<Member>& members, const FactSide& side,
                               const std::string& value) {
    TaskVariables out;
    each_showing(members, side, value, [&](const DependencyEvidence& evidence) {
        out = variables_of(evidence);
        return false;
    });
    return out;
}

}  // namespace

TaskVariables untold_variables(const DependencyEvidence& evidence) {
    const bool some = std::any_of(evidence.facts.begin(), evidence.facts.end(), [](const FactEvidence& fact) {
        return fact.name == kOtherVariables || fact.name == kOtherValues || fact.name == kVariablesSource;
    });
    return some ? variables_of(evidence) : TaskVariables();
}

OthersDifference others_difference(const DependencyView& dependency, const FactView& fact,
                                   const std::string& value) {
    return compare_others(variables_behind(dependency.baseline, fact.baseline, fact.baseline.main_value()),
                          variables_behind(dependency.candidate, fact.candidate, value));
}

void tell_lists(const DependencyView& dependency, const FactView& fact, const std::string& value,
                Finding& finding) {
    const auto before =
        pages_behind(dependency.baseline, fact.baseline, fact.baseline.main_value(), fact.name);
    const auto after = pages_behind(dependency.candidate, fact.candidate, value, fact.name);
    tell_lists_of_pages(before, after, finding);
}

}  // namespace plumb::judge

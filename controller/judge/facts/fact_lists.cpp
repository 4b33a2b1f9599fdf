#include "controller/judge/facts/fact_lists.hpp"

#include "controller/judge/facts/list_words.hpp"
#include "model/fact_list.hpp"

#include <algorithm>
#include <map>

namespace plumb::judge {
namespace {

// The pages of one task's latest list, in their order: older ones may be left over from a longer list.
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

std::vector<std::string> pages_behind(const std::vector<Member>& members, const FactSide& side,
                                      const std::string& value, const std::string& fact) {
    const auto having = side.tasks.find(value);
    if (having == side.tasks.end()) return {};
    for (const Member& member : members) {
        if (std::find(having->second.begin(), having->second.end(), member.task) == having->second.end())
            continue;
        auto pages = pages_of(*member.evidence, fact);
        if (!pages.empty()) return pages;
    }
    return {};
}

}  // namespace

void tell_lists(const DependencyView& dependency, const FactView& fact, const std::string& value,
                Finding& finding) {
    const auto before =
        pages_behind(dependency.baseline, fact.baseline, fact.baseline.main_value(), fact.name);
    const auto after = pages_behind(dependency.candidate, fact.candidate, value, fact.name);
    if (before.empty() || after.empty()) return;
    tell_list_difference(compare_lists(before, after), finding);
}

}  // namespace plumb::judge

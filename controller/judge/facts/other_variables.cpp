#include "controller/judge/facts/other_variables.hpp"

#include "model/sources.hpp"

#include <algorithm>
#include <charconv>

namespace plumb::judge {
namespace {

constexpr std::string_view kVariable = "env.";

bool has(const std::vector<std::string>& sorted, std::string_view name) {
    return std::binary_search(sorted.begin(), sorted.end(), name);
}

// "DATABASE_URL" of "DATABASE_URL.place" and "DATABASE_URL.value"; else nothing.
std::string_view owner_of(std::string_view name) {
    for (const std::string_view part : {".place", ".value"}) {
        if (name.ends_with(part)) return name.substr(0, name.size() - part.size());
    }
    return {};
}

// Whether the lists of a task end before this name.
bool is_behind(const TaskVariables& task, std::string_view name) {
    const auto& listed = task.listed;
    return task.others && listed.cut && (listed.names.empty() || name > listed.names.back());
}

std::size_t count_of(const TaskVariables& task) {
    std::size_t count = 0;
    if (task.others) std::from_chars(task.others->data(), task.others->data() + task.others->size(), count);
    for (const auto& name : task.told)
        count += has(task.told, owner_of(name)) ? 0 : 1;
    return count;
}

std::vector<std::string> only_listed_in(const TaskVariables& task, const TaskVariables& other) {
    std::vector<std::string> out;
    for (const auto& name : task.listed.names) {
        if (!has(other.told, name) && !has(other.listed.names, name) && !is_behind(other, name))
            out.push_back(name);
    }
    return out;
}

}  // namespace

void add_fact(std::string_view name, std::string_view value, TaskVariables& variables) {
    if (name.starts_with(kVariable) && value != kMissing)
        variables.told.emplace_back(name.substr(kVariable.size()));
    if (name == kOtherVariables) variables.others = std::string(value);
    if (name == kOtherValues) variables.values_left_out = true;
    if (name == kVariablesSource) variables.unseen = value.starts_with(kUnseen);
    if (name == kImageSource) variables.image_unseen = value.starts_with(kUnseen);
}

void add_pages(std::span<const std::string> pages, TaskVariables& variables) {
    variables.listed = names_on(pages);
    if (variables.listed.names.empty()) variables.listed.cut = variables.others.has_value();
}

bool may_have(const TaskVariables& task, std::string_view fact, FactClass cls) {
    if (fact == kOtherValues) return true;  // where all have room there is none
    if (task.tells_all()) return false;
    if (task.image_unseen && of_one_container(fact)) return true;
    if (task.unseen && (fact.starts_with(kVariable) || fact == kOtherVariables)) return true;
    if (!fact.starts_with(kVariable)) return false;
    const auto name = fact.substr(kVariable.size());
    if (has(task.listed.names, name)) return true;
    if (const auto owner = owner_of(name); !owner.empty()) {
        if (task.values_left_out) return true;
        if (task.others && !has(task.told, owner)) return true;
    }
    return cls != FactClass::required && is_behind(task, name);
}

OthersDifference compare_others(const TaskVariables& baseline, const TaskVariables& candidate) {
    OthersDifference out;
    out.names.only_first = only_listed_in(baseline, candidate);
    out.names.only_second = only_listed_in(candidate, baseline);
    for (const auto* side : {&baseline, &candidate}) {
        if (!side->others || !side->listed.cut || side->listed.names.empty()) continue;
        const auto& last = side->listed.names.back();
        if (out.names.ends_at.empty() || last < out.names.ends_at) out.names.ends_at = last;
    }
    const bool named = !out.names.only_first.empty() || !out.names.only_second.empty();
    const bool cut = (baseline.others && baseline.listed.cut) || (candidate.others && candidate.listed.cut);
    out.differs = named || cut;
    // Where the names that differ are not known, the counts say which side has fewer.
    const auto before = count_of(baseline);
    const auto after = count_of(candidate);
    const bool fewer = after < before || (after == before && baseline.told == candidate.told);
    out.lacking = !out.names.only_first.empty() || (named ? cut && after < before : fewer);
    return out;
}

}  // namespace plumb::judge

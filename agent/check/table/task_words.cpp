#include "agent/check/table/task_words.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace plumb::agent {
namespace {

constexpr std::string_view kOwn = "task.";
constexpr std::size_t kNamed = 3;

// In parentheses, each once.
std::string listed(std::vector<std::string> names) {
    std::vector<std::string> once;
    for (auto& name : names) {
        if (std::find(once.begin(), once.end(), name) == once.end()) once.push_back(std::move(name));
    }
    std::string list;
    for (std::size_t i = 0; i < std::min(once.size(), kNamed); ++i)
        list += (list.empty() ? "" : ", ") + once[i];
    if (once.size() > kNamed) list += fmt::format(" and {} more", once.size() - kNamed);
    return '(' + list + ')';
}

std::string wrong_things(const TaskTrouble& trouble) {
    std::vector<std::string> names;
    for (const auto* fact : trouble.missing)
        names.push_back(fact->name.starts_with("env.") ? "required variables" : fact->name);
    for (const auto* check : trouble.failed)
        names.push_back(check->name);
    return listed(std::move(names));
}

std::string scarce_things(const TaskTrouble& trouble) {
    std::vector<std::string> names;
    for (const auto& scarce : trouble.scarce)
        names.push_back(gauge_words(*scarce.gauge));
    return listed(std::move(names));
}

}  // namespace

std::string unfinished_words(const task::Look& look) {
    return "the look was " + look.evidence.find_fact(kUnfinishedLook)->value;
}

std::string gauge_words(const Gauge& gauge) {
    std::string name = gauge.name.starts_with(kOwn) ? gauge.name.substr(kOwn.size()) : gauge.name;
    std::replace(name.begin(), name.end(), '_', ' ');
    return name;
}

std::string trouble_words(const TaskTrouble& trouble) {
    const auto wrong = trouble.failed.size() + trouble.missing.size();
    if (wrong == 1) return "1 thing is wrong";
    if (wrong > 1) return fmt::format("{} things are wrong", wrong);
    if (!trouble.scarce.empty()) return "near its limits";
    return trouble.notes.empty() ? "no trouble" : "worth a look";
}

std::string task_words(const task::Look& look) {
    const auto trouble = trouble_of(look);
    if (trouble.broken()) return trouble_words(trouble) + ' ' + wrong_things(trouble);
    if (task::unfinished(look)) {
        const auto words = unfinished_words(look);
        return words.substr(0, words.find(':'));
    }
    if (trouble.none()) return "";
    return trouble_words(trouble) + (trouble.scarce.empty() ? "" : ' ' + scarce_things(trouble));
}

}  // namespace plumb::agent

#include "controller/judge/scope/scope_tasks.hpp"

#include "controller/judge/scope/scope.hpp"

#include <algorithm>

namespace plumb::judge {
namespace {

std::size_t size(const std::vector<bool>& set) {
    return static_cast<std::size_t>(std::count(set.begin(), set.end(), true));
}

}  // namespace

ScopeTasks::ScopeTasks(const View& view) : tasks_(view.candidate.tasks) {
    for (std::size_t i = 0; i < tasks_.size(); ++i)
        index_.emplace(tasks_[i], i);
}

bool ScopeTasks::contains(const Labels& scope, const TaskEvidence* task) {
    const auto found = index_.find(task);
    return found != index_.end() && of(scope)[found->second];
}

const std::vector<bool>& ScopeTasks::of(const Labels& scope) {
    const auto found = known_.find(scope);
    if (found != known_.end()) return found->second;
    std::vector<bool> set;
    set.reserve(tasks_.size());
    for (const TaskEvidence* task : tasks_)
        set.push_back(lies_in(*task, scope));
    return known_.emplace(scope, std::move(set)).first->second;
}

std::size_t ScopeTasks::shared(const Labels& a, const Labels& b) {
    const auto& one = of(a);
    const auto& two = of(b);
    std::size_t count = 0;
    for (std::size_t i = 0; i < one.size(); ++i)
        count += one[i] && two[i] ? 1 : 0;
    return count;
}

bool ScopeTasks::same(const Labels& a, const Labels& b) {
    if (a == b) return true;
    const std::size_t both = shared(a, b);
    const std::size_t either = size(of(a)) + size(of(b)) - both;
    return both > 0 && 5 * both >= 4 * either;
}

bool ScopeTasks::covers(const Labels& cause, const Labels& effect) {
    if (cause.empty() || cause == effect) return true;
    const std::size_t both = shared(cause, effect);
    return both > 0 && 2 * both >= size(of(effect));
}

}  // namespace plumb::judge

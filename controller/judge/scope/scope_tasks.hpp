// Scopes of findings as sets of the candidate's tasks, to tell whether two findings speak of the same ones.
#pragma once

#include "controller/judge/evidence/view.hpp"

#include <map>
#include <unordered_map>
#include <vector>

namespace plumb::judge {

// Remembers each scope that it was asked for. The view outlives it.
class ScopeTasks {
  public:
    explicit ScopeTasks(const View& view);

    // False for a task that the view does not count.
    bool contains(const Labels& scope, const TaskEvidence* task);
    // Nearly all tasks of either lie in both: four of five.
    bool same(const Labels& a, const Labels& b);
    // At least half of the tasks of `effect` lie in `cause`.
    bool covers(const Labels& cause, const Labels& effect);

  private:
    const std::vector<bool>& of(const Labels& scope);
    std::size_t shared(const Labels& a, const Labels& b);

    const std::vector<const TaskEvidence*>& tasks_;
    std::unordered_map<const TaskEvidence*, std::size_t> index_;
    std::map<Labels, std::vector<bool>> known_;
};

}  // namespace plumb::judge

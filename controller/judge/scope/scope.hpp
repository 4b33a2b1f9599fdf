// Which labels explain the tasks that something happened to.
//
// Every way to cut the tasks in two by labels (cuts.hpp) is weighed against not cutting them: how much better
// two levels tell what the tasks show than one does, less what the choice among so many cuts costs. So a
// place in which four runs of ten fail is found as well as one in which all do.
#pragma once

#include "controller/judge/finding/finding.hpp"
#include "controller/judge/scope/cuts.hpp"

#include <string>
#include <vector>

namespace plumb::judge {

struct Scope {
    Labels labels;                     // empty: the whole environment; several values stand in_a_row()
    std::vector<std::string> aliases;  // "revision=42": other labels that cut the tasks alike
    bool by_place = true;              // false: no label but the task's own name explains them
    std::vector<Labels>
        alternatives;         // places that the evidence can hardly tell from it (3 nats), best first
    std::size_t choices = 1;  // among how many it was chosen
};

// Tasks that are affected or not. When no place explains them and they are no more than half of all, they are
// named.
Scope explain(const std::vector<const TaskEvidence*>& affected,
              const std::vector<const TaskEvidence*>& others);

// Names the tasks themselves.
void name_tasks(const std::vector<const TaskEvidence*>& tasks, Scope& scope);

// Where more of the runs fail: `k` of `n` for each task.
Scope explain_shares(const std::vector<TaskReading>& tasks);

// Where a level is higher: `k` is the logarithm of how many times as long a task takes as it usually would
// (the mean of the baseline in its zone), `n` is 1.
Scope explain_values(const std::vector<TaskReading>& tasks);

// Whether the task lies in the scope. A label that the task lacks does not exclude it.
bool lies_in(const TaskEvidence& task, const Scope& scope);
bool lies_in(const TaskEvidence& task, const Labels& scope);

// As people read it: of many tasks the first and how many more.
Labels shortened(const Labels& scope);

// Scope and, in the evidence, `same_tasks_as` and `scope_alternatives`.
void tell_scope(const Scope& scope, Finding& finding);

}  // namespace plumb::judge

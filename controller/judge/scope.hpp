// Which labels explain the tasks that something happened to.
#pragma once

#include "controller/judge/cohort.hpp"

#include <string>
#include <vector>

namespace plumb::judge {

struct Scope {
    Labels labels;                     // empty: the whole environment
    std::vector<std::string> aliases;  // "revision=42": other labels that cut the tasks alike
    bool by_place = true;              // false: no label but the task's own name explains them
};

// The environment when there are no others. Else the first label, of zone, subnet, revision, image and host,
// with one value that all affected tasks have and no other; then a label with several such values; then the
// tasks by name.
Scope explain(const std::vector<const TaskEvidence*>& affected,
              const std::vector<const TaskEvidence*>& others);

// Whether the task lies in the scope. A label that the task lacks does not exclude it.
bool lies_in(const TaskEvidence& task, const Scope& scope);

}  // namespace plumb::judge

// Variables that a task has and does not tell one by one, for want of room: task.other_variables counts and
// digests their names, and pages name as many as fit. Which variables are told goes by the alphabet, so one
// more of them pushes another one out: what is not told is not missing.
#pragma once

#include "model/fact.hpp"
#include "model/fact_list.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::judge {

inline constexpr std::string_view kOtherVariables = "task.other_variables";
inline constexpr std::string_view kOtherValues = "task.other_values";  // of told ones, that had no room

struct TaskVariables {
    std::vector<std::string> told;      // what stands behind "env." in the names of its facts; sorted
    std::optional<std::string> others;  // "14 more, 1a2b3c4d"
    ListedNames listed;                 // of those
    bool values_left_out = false;
    bool unseen = false;        // the agent cannot see the app's variables (model/sources.hpp)
    bool image_unseen = false;  // nor its image and rights

    bool tells_all() const { return !others && !values_left_out && !unseen && !image_unseen; }
};

// Adds what one fact of the task says. The facts come in the order of their names.
void add_fact(std::string_view name, std::string_view value, TaskVariables& variables);
// REQUIRES: every fact was added. `pages`: those of kOtherVariables; agents of old wrote none.
void add_pages(std::span<const std::string> pages, TaskVariables& variables);

// Whether a task that does not tell this fact may have what it is about all the same. What is required is
// told before anything else.
bool may_have(const TaskVariables& task, std::string_view fact, FactClass cls);

struct OthersDifference {
    ListDifference names;  // that neither side tells one by one; those have findings of their own
    bool differs = false;
    bool lacking = false;  // the candidate lacks something
};
// For two sides of which at least one has others, and not the same.
OthersDifference compare_others(const TaskVariables& baseline, const TaskVariables& candidate);

}  // namespace plumb::judge

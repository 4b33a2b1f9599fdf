// The task's own trouble in a line: for the table's last line and for the changes between rounds. Pure.
#pragma once

#include "agent/check/trouble.hpp"
#include "probes/task/section.hpp"

#include <string>

namespace plumb::agent {

// "2 things are wrong (required variables, memory)", "near its limits (descriptors)", "the look was not over
// in time"; "" without trouble.
std::string task_words(const task::Look& look);

// "2 things are wrong", without what they are.
std::string trouble_words(const TaskTrouble& trouble);

// "the look was not over in time", and why behind a colon. REQUIRES: unfinished(look).
std::string unfinished_words(const task::Look& look);

std::string gauge_words(const Gauge& gauge);  // "memory peak" of task.memory_peak

}  // namespace plumb::agent

// The task's own trouble in a line: for the table's last line and for the changes between rounds. Pure.
#pragma once

#include "agent/check/trouble.hpp"
#include "probes/task/section.hpp"

#include <string>

namespace plumb::agent {

// The look was not over in time: that it shows no trouble says nothing.
bool unseen(const task::Look& look);

// "2 things are wrong (required variables, memory)", "near its limits (descriptors)", "could not be looked at
// in time"; "" without trouble.
std::string task_words(const task::Look& look);

// "2 things are wrong", without what they are.
std::string trouble_words(const TaskTrouble& trouble);

std::string gauge_words(const Gauge& gauge);  // "memory peak" of task.memory_peak

}  // namespace plumb::agent

// What of the task's own evidence is trouble by itself, whatever another environment shows. Pure: for the
// table, and for whoever else tells people or machines about the task.
#pragma once

#include "probes/task/section.hpp"

#include <optional>
#include <string>
#include <vector>

namespace plumb::agent {

// A gauge that refuses at its limit and is near it.
struct Scarce {
    const Gauge* gauge = nullptr;
    double free = 0;        // share of the limit, 0 to 1
    bool critical = false;  // less than a tenth
};

// What it points to lives as long as the look.
struct TaskTrouble {
    std::vector<const task::Check*> failed;
    std::vector<const Fact*> missing;  // required, and absent
    std::vector<Scarce> scarce;        // less than a fifth free; the scarcest first
    bool memory_tight = false;         // memory is among them
    // What one look cannot tell from a passing state, in words: connections that the app has not closed.
    std::vector<std::string> notes;

    bool none() const { return failed.empty() && missing.empty() && scarce.empty() && notes.empty(); }
    bool broken() const { return !failed.empty() || !missing.empty(); }  // more than near a limit
};

TaskTrouble trouble_of(const task::Look& look);

// Nothing for a gauge without a limit, for one that does not refuse there, and with a fifth and more free.
std::optional<Scarce> scarcity_of(const Gauge& gauge);

// "required variable DATABASE_URL is not set". REQUIRES: a fact of TaskTrouble::missing.
std::string missing_words(const Fact& fact);

}  // namespace plumb::agent

// The ways to cut tasks in two by their labels: what a scope may be. scope.cpp weighs them.
#pragma once

#include "controller/judge/evidence/cohort.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::judge {

// One task: `k` of `n` runs, or a level `k` with `n` = 1.
struct TaskReading {
    const TaskEvidence* task = nullptr;
    double n = 0;
    double k = 0;
};

struct Sums {  // of readings
    double tasks = 0;
    double n = 0;
    double k = 0;
    double nn = 0;
    double nk = 0;
    double kk = 0;

    void add(const TaskReading& reading);
    Sums without(const Sums& part) const;
    double level() const { return n > 0 ? k / n : 0; }
    // The squares that are left when every task is expected at the level.
    double residual() const;
};

enum class CutKind { value, values, pair, tasks };  // the order in which one is told before its aliases

struct Cut {
    CutKind kind = CutKind::value;
    std::size_t place = 0;  // of its label, or of both, in the order of preference
    Labels labels;          // several values of one label stand one after the other: in_a_row()
    double cost = 0;        // nats: what the choice among so many takes off its evidence
    Sums inside;
    std::uint64_t members = 0;  // equal for cuts that choose the same tasks
};

struct Cuts {
    Sums all;
    std::vector<Cut> cuts;  // that leave tasks on both sides, with the higher level inside
};

// Each value of zone, subnet, revision, image and host; up to four values of one of them; each pair of values
// of two; and up to 32 tasks by name. A value that a task lacks never chooses it.
Cuts cuts_of(const std::vector<TaskReading>& readings);

std::string task_name(const TaskEvidence& task);
// By name, joined by commas: all of them, for who asks which they are; and of many the first four and how
// many more, for people.
std::string in_a_row(std::vector<std::string> names);
std::string joined(std::vector<std::string> names);
// Whether one of the names that were joined is this one.
bool lists(std::string_view names, std::string_view one);

}  // namespace plumb::judge

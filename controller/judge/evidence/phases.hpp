// The phases of one dependency with the counts of every task, as the failure rules read them.
#pragma once

#include "controller/judge/evidence/cohort.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::judge {

struct DependencyView;

struct Counts {
    std::uint64_t reached = 0;
    std::uint64_t failed = 0;
    double share() const;  // 0 when nothing reached it
    void add(const Counts& other);
};

struct PhaseTask {
    const TaskEvidence* task = nullptr;
    const PhaseEvidence* phase = nullptr;
    std::string_view zone;  // of the task's labels
    Counts range() const { return {phase->reached, phase->failed}; }
    // The newest windows that hold at least `runs` runs together; fewer when there are no more.
    Counts newest(std::uint64_t runs) const;
};

struct PhaseView {
    std::string name;
    Layer layer = Layer::request;
    std::vector<PhaseTask> baseline;
    std::vector<PhaseTask> candidate;
};

// In the order of a run; make_view() asks for them once.
std::vector<PhaseView> phases_of(const DependencyView& dependency);

Counts sum(const std::vector<PhaseTask>& tasks);
// The window `back` windows before the newest, over all tasks (each counts its own).
Counts window_back(const std::vector<PhaseTask>& tasks, std::size_t back);

std::string in_words(const Counts& counts);  // "3 of 360 runs failed"

}  // namespace plumb::judge

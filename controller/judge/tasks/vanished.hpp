// Tasks that went and what their going says: a probable kill for memory, or a loop of replacements.
#pragma once

#include "controller/judge/evidence/view.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace plumb::judge {

struct LastMemory {  // gauge task.memory (bytes) of the dependency `task`, in the task's last window
    double used = 0;
    double limit = 0;
    double share() const { return used / limit; }
};

std::optional<LastMemory> last_memory(const TaskEvidence& task);

inline constexpr std::size_t kLoopTurns = 2;  // of one place, to be a loop
inline constexpr std::size_t kLoopEnded = 3;  // over all places

// Tasks of one service and revision, each gone soon after its start, and each with one that took its place.
struct ReplacementLoop {
    std::vector<const TaskEvidence*> ended;  // in the order of their starts
    std::size_t turns = 0;                   // how often one place was filled anew, at the most
    std::chrono::seconds longest{};          // life of one of them
};

// The largest loop of a service that still turns, by the number of tasks that ended.
std::optional<ReplacementLoop> loop_of(const SideView& side, const std::string& service);

}  // namespace plumb::judge

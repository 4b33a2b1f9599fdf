// Saturation told from a slower path, within one side: a queue makes the server's share of a phase grow with
// the use of the server while the kernel's round-trip times stand still. Needs no other side, so it speaks
// for a shift that two sides show. Pure; the dependency outlives the answer.
#pragma once

#include "controller/judge/evidence/view.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::judge {

struct Queueing {
    std::string gauge;       // whose amount the server's share goes with: "postgres.connections"
    double agreement = 0;    // Kendall's tau of both over the windows, −1 … 1; of the middle task
    double calm_ns = 0;      // the server's share in the third of its windows with the least use
    double busy_ns = 0;      // and in the third with the most
    double rtt_rise_ns = 0;  // between the same thirds
    std::size_t windows = 0;
    std::size_t tasks = 0;  // that show it, of those that could
    std::size_t of = 0;
};

// None when half of the tasks do not show it, or when too little varied to tell. A task needs eight windows
// with the gauge, five clean runs of the phase and round-trip times; the newest kRecentWindows are looked at.
std::optional<Queueing> queueing(const std::vector<Member>& members, std::string_view phase);

}  // namespace plumb::judge

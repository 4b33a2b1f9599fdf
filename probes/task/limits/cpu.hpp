// The CPU time of the task, its quota, and how often it was stopped for it (cgroup-v2.rst, "CPU";
// sched-bwc.rst for version 1).
#pragma once

#include "probes/run.hpp"
#include "probes/task/limits/groups.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::task::limits {

// All of the group in which the lowest quota stands.
struct Cpu {
    std::string group;                     // tells one group from another
    std::optional<double> limit;           // cores: quota / period
    std::optional<double> used;            // seconds since the group was made
    std::optional<std::uint64_t> periods;  // of the quota, since then
    std::optional<std::uint64_t> cut;      // of them, those in which it was stopped
    bool unified = false;
};

// "50000 100000" → 0.5 cores; nullopt for "max 100000" and for what is no such line.
std::optional<double> parse_cpu_max(std::string_view text);

std::optional<Cpu> read_cpu(const std::string& root, const std::vector<Membership>& memberships);

// What was used between two looks.
class CpuWatch {
  public:
    struct Use {
        std::optional<double> cores;
        std::optional<double> throttled;  // share of the periods; 0 when none passed
    };
    // Empty at the first look, when the group is another, when a counter went back, and when the look before
    // was less than kLeastApart ago (which then stays the one to compare with).
    Use look(const Cpu& cpu, Clock::time_point now);

    static constexpr std::chrono::milliseconds kLeastApart{100};

  private:
    struct Seen {
        Cpu cpu;
        Clock::time_point at;
    };
    std::optional<Seen> before_;
};

}  // namespace plumb::task::limits

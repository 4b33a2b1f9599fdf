// How long the task's processes waited for what they lack (Documentation/accounting/psi.rst), and how many
// they are (cgroup-v2.rst, "PID").
#pragma once

#include "probes/task/limits/groups.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::task::limits {

// Shares of the last ten seconds, 0 … 1. Of the task's group; where the kernel has none, of the machine.
struct Pressure {
    std::optional<double> cpu;
    std::optional<double> memory;
    std::optional<double> io;
    bool of_the_machine = false;  // one of them at least
};
// The "some avg10=12.34" of a pressure file → 0.1234.
std::optional<double> parse_pressure(std::string_view text);
Pressure read_pressure(const std::string& proc, const std::string& root,
                       const std::vector<Membership>& memberships);

// Processes and threads of the group in which the lowest limit stands.
struct Pids {
    std::optional<std::uint64_t> current;
    std::optional<std::uint64_t> limit;
};
std::optional<Pids> read_pids(const std::string& root, const std::vector<Membership>& memberships);

}  // namespace plumb::task::limits

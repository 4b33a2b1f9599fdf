// What was read of the limits → facts, gauges and checks. Pure.
#pragma once

#include "probes/task/limits/cpu.hpp"
#include "probes/task/limits/descriptors.hpp"
#include "probes/task/limits/disk.hpp"
#include "probes/task/limits/memory.hpp"
#include "probes/task/limits/ports.hpp"
#include "probes/task/limits/pressure.hpp"
#include "probes/task/section.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace plumb::task::limits {

struct Reading {
    std::optional<Memory> memory;
    std::optional<Cpu> cpu;
    CpuWatch::Use cpu_use;
    Pressure pressure;
    std::optional<Pids> pids;
    std::optional<Descriptors> descriptors;
    std::optional<LocalPorts> ports;
    Disks disks;
};

// Whether the kernel has killed for memory lately: within the last kLooks looks. What was counted before the
// first look is held to be recent when the group is the task's own, for then it began with the task.
class OomWatch {
  public:
    bool look(std::uint64_t kills, bool own);

    static constexpr unsigned kLooks = 60;

  private:
    std::optional<std::uint64_t> known_;
    unsigned left_ = 0;
};

// The sentence for people; "" where the peak is not known.
std::string memory_sizing(const Memory& memory);

// Amounts of facts, made so that the natural order of the texts is that of the amounts.
std::string show_mebibytes(std::uint64_t bytes);  // "512 MiB"
std::string show_cores(double cores);             // "0.50"

void describe(const Reading& reading, OomWatch& kills, Look& look);

}  // namespace plumb::task::limits

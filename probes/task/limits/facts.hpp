// What the limits of the task may add to a look, each declared once.
#pragma once

#include "model/fact.hpp"
#include "model/outcome.hpp"

namespace plumb::task::limits {

inline constexpr FactInfo kCgroup{"task.cgroup", FactClass::informational,
                                  "version of the cgroups that hold the task: v1, v2 or none"};
inline constexpr FactInfo kMemoryLimit{"task.memory_limit", FactClass::ordered,
                                       "lowest memory limit over the task, \"512 MiB\" or none"};
inline constexpr FactInfo kMemorySizing{
    "task.memory_sizing", FactClass::informational,
    "the memory's peak, the limit that it asks for (25 to 30 % more), and the limit that there is"};
inline constexpr FactInfo kCpuLimit{"task.cpu_limit", FactClass::ordered,
                                    "lowest CPU quota over the task in cores, \"0.50\" or none"};
inline constexpr FactInfo kPressureOf{"task.pressure_of", FactClass::informational,
                                      "whose pressure is told: the task's cgroup, or the whole machine"};
inline constexpr FactInfo kPidsLimit{"task.pids_limit", FactClass::ordered,
                                     "lowest limit of processes and threads over the task, or none"};
inline constexpr FactInfo kDescriptorLimit{
    "task.descriptor_limit", FactClass::ordered,
    "lowest soft limit of open files among the processes that are seen, or none"};
inline constexpr FactInfo kDescriptorsUnseen{
    "task.descriptors_unseen", FactClass::informational,
    "processes whose descriptors may not be counted, \"2 of 5 processes\""};

// At its limit the kernel kills, and refuses to fork, open, connect and write. Page cache that can be given
// back is no use of memory; the peak is the kernel's and has it in.
inline constexpr GaugeInfo kMemory{"task.memory", "bytes",
                                   "memory in use without inactive page cache; of the lowest limit", true};
inline constexpr GaugeInfo kMemoryPeak{"task.memory_peak", "bytes",
                                       "most memory ever in use, page cache with it; where nobody keeps it, "
                                       "the most that looks saw; of the lowest limit",
                                       false};
inline constexpr GaugeInfo kPageCache{"task.page_cache", "bytes",
                                      "inactive page cache, which is given back under pressure", false};
inline constexpr GaugeInfo kOomKills{"task.oom_kills", "kills",
                                     "processes the kernel has killed for their memory", false};
inline constexpr GaugeInfo kCpu{"task.cpu", "cores", "CPU used since the look before; of the lowest quota",
                                false};
inline constexpr GaugeInfo kThrottled{
    "task.throttled", "ratio", "of the quota's periods since the look before, those that were cut short",
    false};
inline constexpr GaugeInfo kPressureCpu{
    "task.pressure.cpu", "ratio", "of the last 10 s, the time in which somebody waited for a CPU", false};
inline constexpr GaugeInfo kPressureMemory{
    "task.pressure.memory", "ratio", "of the last 10 s, the time in which somebody waited for memory", false};
inline constexpr GaugeInfo kPressureIo{
    "task.pressure.io", "ratio", "of the last 10 s, the time in which somebody waited for a disk", false};
inline constexpr GaugeInfo kPids{"task.pids", "processes", "processes and threads; of the lowest limit",
                                 true};
inline constexpr GaugeInfo kDescriptors{
    "task.descriptors", "descriptors",
    "open descriptors of the process nearest to its soft limit; of that limit", true};
inline constexpr GaugeInfo kLocalPorts{
    "task.local_ports", "ports",
    "ephemeral ports in use towards the busiest remote endpoint, TIME_WAIT with them; of the range", true};
inline constexpr GaugeInfo kDisk{"task.disk", "bytes",
                                 "bytes in use on the fullest writable file system; of what is usable", true};
inline constexpr GaugeInfo kInodes{
    "task.inodes", "inodes",
    "inodes in use on the writable file system with the fewest left; of what is usable", true};

}  // namespace plumb::task::limits

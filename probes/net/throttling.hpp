// Was the task throttled while a run was under way? A cgroup that has used up its share of CPU time stands
// still until its next period, and so does a prober in it: what it then measures is its own pause. The kernel
// counts these pauses in cpu.stat (cgroup-v2.rst, "CPU"; for version 1 sched-bwc.rst).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/any_io_executor.hpp>

namespace plumb::net {

// How often the cgroup was stopped for a lack of CPU time.
struct CpuStat {
    std::uint64_t periods = 0;    // 0: it has no limit
    std::uint64_t throttled = 0;  // of them, those in which it was stopped
};
// The text of cpu.stat, of either version; nullopt where it has no such counters.
std::optional<CpuStat> parse_cpu_stat(std::string_view text);

// The cpu.stat of the cgroup that `proc_cgroup` (the text of /proc/self/cgroup) names, below `root`
// ("/sys/fs/cgroup"); the nearest one above it that exists; "" when there is none. In a container the path is
// often the host's, and the container's own cgroup lies at the root.
std::string find_cpu_stat(std::string_view proc_cgroup, const std::string& root);

class CpuMeter;

// Measures from construction on. Two small reads a run, and none while the cgroup has no limit. REQUIRES:
// used on the io_context's thread, destroyed before the io_context.
class ThrottleWatch {
  public:
    explicit ThrottleWatch(const boost::asio::any_io_executor& executor);

    bool throttled() const;  // since construction; false where the kernel does not tell

  private:
    CpuMeter& meter_;
    std::uint64_t before_;
};

}  // namespace plumb::net

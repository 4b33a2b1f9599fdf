#include "probes/task/start_of_process.hpp"

#include "probes/task/processes.hpp"

#include <ctime>
#include <unistd.h>

namespace plumb::task {

std::optional<Clock::time_point> start_of_process(const Places& places, const std::string& process) {
    const auto stat = read_process_stat(places.proc, process);
    const long a_second = ::sysconf(_SC_CLK_TCK);
    timespec boot{};
    if (!stat || a_second <= 0 || ::clock_gettime(CLOCK_BOOTTIME, &boot) != 0) return std::nullopt;
    // The kernel counts from boot, also while the machine sleeps, which CLOCK_MONOTONIC leaves out.
    const auto started =
        std::chrono::duration<double>(static_cast<double>(stat->start_ticks) / static_cast<double>(a_second));
    const auto now = std::chrono::seconds(boot.tv_sec) + std::chrono::nanoseconds(boot.tv_nsec);
    const auto age = std::chrono::duration_cast<Clock::duration>(now - started);
    if (age < Clock::duration::zero()) return std::nullopt;
    return Clock::now() - age;
}

}  // namespace plumb::task

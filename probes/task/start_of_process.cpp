#include "probes/task/start_of_process.hpp"

#include "base/file.hpp"
#include "base/text.hpp"

#include <charconv>
#include <ctime>
#include <unistd.h>

namespace plumb::task {

std::optional<unsigned long long> start_ticks(std::string_view stat) {
    // After the name in parentheses, which may hold spaces and parentheses itself, comes the third field.
    const auto name_end = stat.rfind(')');
    if (name_end == std::string_view::npos || name_end + 2 > stat.size()) return std::nullopt;
    const auto fields = split(stat.substr(name_end + 2), ' ');
    constexpr std::size_t kStart = 22 - 3;
    if (fields.size() <= kStart) return std::nullopt;
    unsigned long long ticks = 0;
    const auto text = fields[kStart];
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ticks);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return ticks;
}

std::optional<Clock::time_point> start_of_process(const Places& places, const std::string& process) {
    const auto stat = read_file(places.proc + "/" + process + "/stat", 4096);
    if (!stat) return std::nullopt;
    const auto ticks = start_ticks(*stat);
    const long a_second = ::sysconf(_SC_CLK_TCK);
    timespec boot{};
    if (!ticks || a_second <= 0 || ::clock_gettime(CLOCK_BOOTTIME, &boot) != 0) return std::nullopt;
    // The kernel counts from boot, also while the machine sleeps, which CLOCK_MONOTONIC leaves out.
    const auto started =
        std::chrono::duration<double>(static_cast<double>(*ticks) / static_cast<double>(a_second));
    const auto now = std::chrono::seconds(boot.tv_sec) + std::chrono::nanoseconds(boot.tv_nsec);
    const auto age = std::chrono::duration_cast<Clock::duration>(now - started);
    if (age < Clock::duration::zero()) return std::nullopt;
    return Clock::now() - age;
}

}  // namespace plumb::task

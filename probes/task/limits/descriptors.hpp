// The open files of the processes that are seen, against the limit of each (proc(5): /proc/PID/fd,
// /proc/PID/limits; getrlimit(2): RLIMIT_NOFILE).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace plumb::task::limits {

struct Descriptors {
    // Of the process nearest to its limit; absent where none may be counted.
    std::optional<std::uint64_t> open;
    std::optional<std::uint64_t> limit;  // of that process; nullopt: none
    // The lowest of all; nullopt when no process has one.
    std::optional<std::uint64_t> lowest_limit;
    std::size_t processes = 0;  // looked at
    std::size_t unseen = 0;     // of them, those whose descriptors could not be counted
    bool limits_read = false;   // of one process at least
};

// The soft limit of "Max open files" in /proc/PID/limits; nullopt when it has none ("unlimited").
struct FileLimit {
    std::optional<std::uint64_t> soft;
};
std::optional<FileLimit> parse_file_limit(std::string_view limits);  // nullopt: no such line

inline constexpr std::size_t kMaxProcesses = 512;
inline constexpr std::size_t kMaxDescriptors = 65'536;      // counted for each process
inline constexpr std::size_t kMaxAllDescriptors = 262'144;  // counted in one look; who comes later is unseen

// Our own process counts only where there is no other; the kernel's threads have no files and never count.
Descriptors read_descriptors(const std::string& proc);

}  // namespace plumb::task::limits

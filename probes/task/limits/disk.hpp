// Room on the disks that the task may write to (statvfs(3); the mounts of proc(5)). What is kept for root
// (f_bfree − f_bavail) is not usable.
//
// A file system on the network may hang whoever asks it: it is never touched, and nothing that is mounted
// below one either.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::task::limits {

struct Mount {
    std::string point;  // "/var/lib/data"
    std::string type;   // "ext4"
    bool read_only = false;
};
// The text of /proc/PID/mounts. Of several at one point only the last counts: it hides the others.
std::vector<Mount> parse_mounts(std::string_view text);

// The mount points to look at, "/" first: local file systems that may be written. At most kMaxDisks.
std::vector<std::string> disks_of(const std::vector<Mount>& mounts);

struct Room {
    double used = 0;
    double usable = 0;  // used + what the task may still use
};
struct Disks {  // each of the disk that has the least left of it
    std::optional<Room> bytes;
    std::optional<Room> inodes;  // absent where file systems make them as they are needed
};
// `root` as in Places; the mounts are those of the process whose image it is.
Disks read_disks(const std::string& proc, const std::string& root);

inline constexpr std::size_t kMaxDisks = 8;
inline constexpr std::size_t kMaxMounts = 1024;

}  // namespace plumb::task::limits

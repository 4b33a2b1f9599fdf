#include "probes/task/limits/disk.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "probes/task/limits/numbers.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <sys/stat.h>
#include <sys/statvfs.h>

namespace plumb::task::limits {

namespace {

using namespace std::string_view_literals;

constexpr std::array kLocal{"overlay"sv, "ext4"sv, "xfs"sv,  "tmpfs"sv, "btrfs"sv,
                            "ext3"sv,    "ext2"sv, "f2fs"sv, "zfs"sv,   "aufs"sv};
// They ask nobody else, and hang nobody.
constexpr std::array kKernel{"proc"sv,      "sysfs"sv,   "devtmpfs"sv, "devpts"sv,     "mqueue"sv,
                             "cgroup"sv,    "cgroup2"sv, "debugfs"sv,  "tracefs"sv,    "securityfs"sv,
                             "hugetlbfs"sv, "pstore"sv,  "bpf"sv,      "ramfs"sv,      "rootfs"sv,
                             "squashfs"sv,  "erofs"sv,   "iso9660"sv,  "binfmt_misc"sv};
// Pseudo file systems, and files of the container engine that lie on the machine's disk.
constexpr std::array kNoDisks{"/proc"sv, "/sys"sv, "/dev"sv, "/etc"sv, "/boot"sv, "/run/secrets"sv};
constexpr std::string_view kSharedMemory = "/dev/shm";

template <class List>
bool holds(const List& list, std::string_view word) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

bool at_or_below(std::string_view path, std::string_view folder) {
    return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

// Blanks stand as "\040" (getmntent(3)).
std::string unescape(std::string_view word) {
    std::string out;
    const auto octal = [](char c) { return c >= '0' && c <= '7'; };
    for (std::size_t i = 0; i < word.size(); ++i) {
        if (word[i] == '\\' && i + 3 < word.size() && octal(word[i + 1]) && octal(word[i + 2]) &&
            octal(word[i + 3])) {
            out +=
                static_cast<char>((word[i + 1] - '0') * 64 + (word[i + 2] - '0') * 8 + (word[i + 3] - '0'));
            i += 3;
        } else {
            out += word[i];
        }
    }
    return out;
}

bool may_hang(const Mount& mount) {
    return !holds(kLocal, mount.type) && !holds(kKernel, mount.type);
}

bool is_disk(const Mount& mount, const std::vector<Mount>& all) {
    if (mount.read_only || !holds(kLocal, mount.type)) return false;
    const bool no_disk = std::any_of(kNoDisks.begin(), kNoDisks.end(),
                                     [&](auto folder) { return at_or_below(mount.point, folder); });
    if (no_disk && mount.point != kSharedMemory) return false;
    return std::none_of(all.begin(), all.end(), [&](const Mount& other) {
        return may_hang(other) && other.point != "/" && at_or_below(mount.point, other.point);
    });
}

void keep_fuller(std::optional<Room>& kept, double used, double usable) {
    if (usable <= 0) return;
    if (kept && kept->used / kept->usable >= used / usable) return;
    kept = Room{used, usable};
}

std::string mounts_file(const std::string& proc, const std::string& root) {
    constexpr std::string_view kRoot = "/root";  // of /proc/PID/root
    if (root.empty()) return proc + "/self/mounts";
    if (!root.ends_with(kRoot)) return {};
    return root.substr(0, root.size() - kRoot.size()) + "/mounts";
}

}  // namespace

std::vector<Mount> parse_mounts(std::string_view text) {
    std::vector<Mount> mounts;
    while (!text.empty() && mounts.size() < kMaxMounts) {
        auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        take_word(line);  // the device
        Mount mount;
        mount.point = unescape(take_word(line));
        mount.type = take_word(line);
        const auto options = split(take_word(line), ',');
        if (!mount.point.starts_with('/') || mount.type.empty()) continue;
        mount.read_only = holds(options, "ro");
        std::erase_if(mounts, [&](const Mount& other) { return other.point == mount.point; });
        mounts.push_back(std::move(mount));
    }
    return mounts;
}

std::vector<std::string> disks_of(const std::vector<Mount>& mounts) {
    std::vector<std::string> disks;
    for (const auto& mount : mounts) {
        if (mount.point == "/" && is_disk(mount, mounts)) disks.push_back(mount.point);
    }
    for (const auto& mount : mounts) {
        if (disks.size() == kMaxDisks) break;
        if (mount.point != "/" && is_disk(mount, mounts)) disks.push_back(mount.point);
    }
    return disks;
}

Disks read_disks(const std::string& proc, const std::string& root) {
    const auto file = mounts_file(proc, root);
    const auto text = file.empty() ? Result<std::string>(Error{}) : read_file(file);
    Disks disks;
    if (!text) return disks;
    for (const auto& point : disks_of(parse_mounts(*text))) {
        const std::string path = root + point;
        struct stat status {};
        struct statvfs room {};
        // A single file of the machine that is mounted here is no place to write to.
        if (::stat(path.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) continue;
        if (::statvfs(path.c_str(), &room) != 0 || (room.f_flag & ST_RDONLY) != 0) continue;
        const auto block = static_cast<double>(room.f_frsize);
        const auto used = static_cast<double>(room.f_blocks - std::min(room.f_bfree, room.f_blocks));
        keep_fuller(disks.bytes, used * block, (used + static_cast<double>(room.f_bavail)) * block);
        const auto inodes = static_cast<double>(room.f_files - std::min(room.f_ffree, room.f_files));
        keep_fuller(disks.inodes, inodes, inodes + static_cast<double>(room.f_favail));
    }
    return disks;
}

}  // namespace plumb::task::limits

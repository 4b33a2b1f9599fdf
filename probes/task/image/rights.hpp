// As whom a process runs and what it may do (proc_pid_status(5), capabilities(7)), and whether its root can
// be written (proc_pid_mounts(5)).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace plumb::task::image {

struct Rights {
    std::optional<std::uint32_t> user;  // effective, as the process sees it in its user namespace
    std::optional<std::uint32_t> group;
    std::optional<std::uint64_t> capabilities;  // effective, a bit each
    std::optional<bool> no_new_privileges;
    std::optional<unsigned> seccomp;  // 0 none, 1 strict, 2 filter
};

Rights parse_status(std::string_view status);

// "none", "all", "chown kill net_raw", "all but sys_admin sys_boot". `last` is the highest that the kernel
// knows (sys/kernel/cap_last_cap).
std::string capabilities_text(std::uint64_t effective, unsigned last);

// Of the mount that is seen at "/": the last one.
std::optional<bool> root_is_read_only(std::string_view mounts);

}  // namespace plumb::task::image

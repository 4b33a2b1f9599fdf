// Which sockets a process holds: the inodes behind its descriptors (proc(5), /proc/PID/fd).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace plumb::task {

std::optional<std::uint64_t> parse_socket_link(std::string_view link);  // "socket:[4711]"

// Adds to `inodes`, at most 4,096 descriptors' worth; nothing where the folder cannot be read.
void add_sockets_of(const std::string& proc, pid_t process, std::vector<std::uint64_t>& inodes);

}  // namespace plumb::task

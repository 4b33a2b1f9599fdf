// What /proc/net says of TCP (proc(5)): the table of sockets, and the counters of dropped connections. The
// parsers are pure.
#pragma once

#include "probes/task/sockets/census.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::task {

// A line of /proc/net/tcp or tcp6; nullopt for its headline, for a state we do not look at, and for anything
// else.
std::optional<Socket> parse_proc_socket(std::string_view line);

struct ProcTable {
    bool read = false;   // the file could be opened
    bool whole = false;  // up to its end
};
// Appends the sockets of a table until there are `most` or `deadline` has passed.
ProcTable read_proc_sockets(const std::string& path, std::size_t most, Clock::time_point deadline,
                            std::vector<Socket>& sockets);

// Of /proc/net/netstat: connections that listeners have dropped, mostly because their accept queue was full
// (TcpExt ListenDrops, which holds ListenOverflows; the larger where only one is kept).
std::optional<std::uint64_t> parse_listen_drops(std::string_view netstat);

}  // namespace plumb::task

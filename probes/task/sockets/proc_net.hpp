// What /proc/net says of TCP (proc(5)): the tables of sockets, and the counters of dropped connections. The
// parsers are pure. The limits count ports by the same tables.
#pragma once

#include "probes/task/sockets/census.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::task {

// The front of a line of /proc/net/tcp or tcp6, whatever its state; nullopt for its headline, and for
// anything else.
struct ProcEnds {
    Endpoint local;
    Endpoint remote;
    unsigned state = 0;  // the kernel's number
};
std::optional<ProcEnds> parse_proc_ends(std::string_view line);

// The whole of such a line; nullopt also for a state we do not look at.
std::optional<Socket> parse_proc_socket(std::string_view line);

struct ProcTable {
    bool read = false;   // the file could be opened
    bool whole = false;  // up to its end
};
// Hands over the lines of a table, its headline with them, until `take` wants no more or `deadline` has
// passed.
ProcTable read_proc_lines(const std::string& path, Clock::time_point deadline,
                          const std::function<bool(std::string_view line)>& take);
// Appends the sockets of a table until there are `most` or `deadline` has passed.
ProcTable read_proc_sockets(const std::string& path, std::size_t most, Clock::time_point deadline,
                            std::vector<Socket>& sockets);

// Of /proc/net/netstat: connections that listeners have dropped, mostly because their accept queue was full
// (TcpExt ListenDrops, which holds ListenOverflows; the larger where only one is kept).
std::optional<std::uint64_t> parse_listen_drops(std::string_view netstat);

}  // namespace plumb::task

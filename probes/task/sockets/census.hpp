// The TCP sockets of our network namespace, as the kernel counts them. Where a task shares its namespace
// (awsvpc), these are the app's own connections, seen without touching them.
//
// First choice is a dump over netlink (sock_diag(7)), which needs no privileges; where that is refused
// (gVisor, a seccomp filter) /proc/net/tcp and tcp6 (proc(5)), which know neither round trips nor backlogs.
#pragma once

#include "probes/run.hpp"
#include "probes/task/places.hpp"
#include "probes/task/sockets/endpoint.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace plumb::task {

// The states we look at, with the kernel's numbers.
enum class TcpState : std::uint8_t {
    established = 1,
    syn_sent = 2,
    time_wait = 6,
    close_wait = 8,
    listen = 10,
};
std::optional<TcpState> known_state(unsigned number);

struct Socket {
    Endpoint remote;           // of a listener: its own address and port
    std::uint64_t inode = 0;   // 0: no process holds it (TIME_WAIT, or not accepted yet)
    std::uint32_t unread = 0;  // bytes; of a listener: the connections that wait to be accepted
    std::uint32_t unsent = 0;  // bytes not acknowledged yet; of a listener: its backlog
    std::uint32_t waited = 0;  // ms since its SYN, as long as that was not sent again
    std::uint32_t rtt = 0;     // µs, smoothed; 0: not known
    std::optional<std::uint32_t> total_retransmits;  // since it was opened
    std::uint16_t local_port = 0;
    TcpState state = TcpState::established;
    std::uint8_t retransmits = 0;  // of what waits for its acknowledgement now
};

struct Listener {
    std::uint64_t inode = 0;
    std::uint32_t queue = 0;               // connections that wait to be accepted
    std::optional<std::uint32_t> backlog;  // full once more than this wait
    std::uint16_t port = 0;
    Endpoint local{};
};

enum class CensusSource { netlink, proc, absent };

struct Census {
    CensusSource source = CensusSource::absent;
    bool partial = false;                       // a bound was reached, or the kernel says so
    std::vector<Socket> sockets;                // no listeners, none of an agent
    std::vector<Listener> listeners;            // none of an agent
    std::vector<std::uint16_t> inbound_ports;   // of all listeners, ours too; sorted
    std::optional<std::uint64_t> listen_drops;  // connections that listeners have dropped since boot
};

struct CensusBounds {
    std::size_t sockets = 65536;
    std::chrono::milliseconds time{200};
};

struct CensusQuestion {
    Places places{};
    pid_t self = 0;  // whose sockets do not count, nor those of other agents that are seen; 0: all count
    bool time_wait = true;
    CensusBounds bounds{};
};

// Blocks for at most about bounds.time. Never fails: the source says what could be had.
Census take_census(const CensusQuestion& question);

std::string_view to_string(const Census& census);  // "netlink", "proc", "partial", "absent"

}  // namespace plumb::task

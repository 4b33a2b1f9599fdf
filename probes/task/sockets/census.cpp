#include "probes/task/sockets/census.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "probes/task/processes.hpp"
#include "probes/task/sockets/netlink.hpp"
#include "probes/task/sockets/own_sockets.hpp"
#include "probes/task/sockets/proc_net.hpp"

#include <algorithm>
#include <netinet/in.h>
#include <span>

namespace plumb::task {
namespace {

using Inodes = std::vector<std::uint64_t>;

constexpr std::size_t kMaxNetstat = 64 << 10;
constexpr std::size_t kMaxOthers = 512;  // processes among which agents are looked for
constexpr TcpState kListening[] = {TcpState::listen};
constexpr TcpState kLive[] = {TcpState::syn_sent, TcpState::close_wait, TcpState::established};
constexpr TcpState kGone[] = {TcpState::time_wait};

// A dump that stopped half-way leaves its remainder in the netlink socket, so no further one is asked for.
class Dumps {
  public:
    Dumps(const CensusQuestion& question, Clock::time_point deadline, Census& census)
        : most_(question.bounds.sockets), deadline_(deadline), census_(census) {}

    // False once the dumps are over.
    bool ask(std::span<const TcpState> states, bool details) {
        for (const std::uint8_t family : {AF_INET, AF_INET6}) {
            DiagQuestion question;
            question.family = family;
            question.states = states;
            question.details = details;
            const auto answer = diag_.dump(question, most_, deadline_, census_.sockets);
            // A kernel without IPv6 has nothing to say of it.
            if (answer == DiagSocket::Answer::refused && family == AF_INET) return false;
            if (answer == DiagSocket::Answer::partial) census_.partial = true;
            if (census_.partial && (census_.sockets.size() >= most_ || Clock::now() >= deadline_))
                return false;
        }
        return true;
    }
    bool open() const { return diag_.open(); }

  private:
    DiagSocket diag_;
    std::size_t most_;
    Clock::time_point deadline_;
    Census& census_;
};

// Listeners first: without their ports nobody knows who called whom. What is most numerous comes last.
bool census_by_netlink(const CensusQuestion& question, Clock::time_point deadline, Census& census) {
    Dumps dumps(question, deadline, census);
    if (!dumps.open()) return false;
    if (!dumps.ask(kListening, false)) return census.partial;
    if (!dumps.ask(kLive, true)) {
        // Listeners alone are no census.
        if (!census.partial) census.sockets.clear();
        return census.partial;
    }
    if (question.time_wait && !dumps.ask(kGone, false)) census.partial = true;
    return true;
}

bool census_by_proc(const CensusQuestion& question, Clock::time_point deadline, Census& census) {
    const std::string net = question.places.proc + "/net/";
    bool read = false;
    for (const char* name : {"tcp", "tcp6"}) {
        const auto table = read_proc_sockets(net + name, question.bounds.sockets, deadline, census.sockets);
        read = read || table.read;
        census.partial = census.partial || (table.read && !table.whole);
    }
    return read;
}

void set_listeners_apart(Census& census) {
    for (const Socket& socket : census.sockets) {
        if (socket.state != TcpState::listen) continue;
        Listener listener{socket.inode, socket.unread, std::nullopt, socket.local_port, socket.remote};
        if (census.source == CensusSource::netlink) listener.backlog = socket.unsent;
        census.listeners.push_back(listener);
        census.inbound_ports.push_back(socket.local_port);
    }
    std::erase_if(census.sockets, [](const Socket& socket) { return socket.state == TcpState::listen; });
    auto& ports = census.inbound_ports;
    std::sort(ports.begin(), ports.end());
    ports.erase(std::unique(ports.begin(), ports.end()), ports.end());
}

void leave_out(Inodes& own, Census& census) {
    std::sort(own.begin(), own.end());
    const auto is_own = [&own](const auto& socket) {
        return std::binary_search(own.begin(), own.end(), socket.inode);
    };
    std::erase_if(census.sockets, is_own);
    std::erase_if(census.listeners, is_own);
}

// Agents beside us probe the same servers, and are as little the app as we are.
std::vector<pid_t> agents(const CensusQuestion& question) {
    std::vector<pid_t> out;
    if (question.self == 0) return out;
    out.push_back(question.self);
    for (const auto pid : list_processes(question.places.proc, kMaxOthers)) {
        const auto name = read_file(question.places.proc + "/" + std::to_string(pid) + "/comm", 64);
        if (pid != question.self && name && trim(*name) == "plumb-agent") out.push_back(pid);
    }
    return out;
}

}  // namespace

std::optional<TcpState> known_state(unsigned number) {
    for (const TcpState state : {TcpState::established, TcpState::syn_sent, TcpState::time_wait,
                                 TcpState::close_wait, TcpState::listen}) {
        if (static_cast<unsigned>(state) == number) return state;
    }
    return std::nullopt;
}

Census take_census(const CensusQuestion& question) {
    const auto deadline = Clock::now() + question.bounds.time;
    Census census;
    Inodes own;
    const auto ours = agents(question);
    for (const auto pid : ours)
        add_sockets_of(question.places.proc, pid, own);
    if (census_by_netlink(question, deadline, census)) {
        census.source = CensusSource::netlink;
    } else if (census_by_proc(question, deadline, census)) {
        census.source = CensusSource::proc;
    }
    // Once more: other threads of ours open and close connections meanwhile.
    for (const auto pid : ours)
        add_sockets_of(question.places.proc, pid, own);
    set_listeners_apart(census);
    leave_out(own, census);
    if (const auto netstat = read_regular_file(question.places.proc + "/net/netstat", kMaxNetstat))
        census.listen_drops = parse_listen_drops(*netstat);
    return census;
}

std::string_view to_string(const Census& census) {
    if (census.source == CensusSource::absent) return "absent";
    if (census.partial) return "partial";
    return census.source == CensusSource::netlink ? "netlink" : "proc";
}

}  // namespace plumb::task

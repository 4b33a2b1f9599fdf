#include "probes/task/limits/ports.hpp"

#include "probes/task/limits/numbers.hpp"
#include "probes/task/sockets/proc_net.hpp"

#include <algorithm>

namespace plumb::task::limits {

namespace {

constexpr std::uint64_t kMaxPort = 65'535;

}  // namespace

std::optional<PortRange> parse_port_range(std::string_view text) {
    const auto first = parse_number(take_word(text));
    const auto last = parse_number(take_word(text));
    if (!first || !last || *first > *last || *last > kMaxPort) return std::nullopt;
    return PortRange{static_cast<unsigned>(*first), static_cast<unsigned>(*last)};
}

void PortCount::add_line(std::string_view line) {
    const auto ends = parse_proc_ends(line);
    if (!ends || known_state(ends->state) == TcpState::listen) return;
    const auto& remote = ends->remote;
    if (ends->local.port < range_.first || ends->local.port > range_.last || remote.port == 0) return;
    if (remotes_.size() >= kMaxRemotes && !remotes_.contains(remote)) make_room();
    ++remotes_[remote];
}

// One off each, as in the count of frequent items by Misra and Gries: what stays is too low by the number of
// times this happened, which is small against a range of ports.
void PortCount::make_room() {
    for (auto& [remote, count] : remotes_)
        --count;
    std::erase_if(remotes_, [](const auto& each) { return each.second == 0; });
}

std::size_t PortCount::busiest() const {
    std::size_t most = 0;
    for (const auto& [remote, count] : remotes_)
        most = std::max(most, count);
    return most;
}

std::optional<std::uint64_t> parse_sockstat(std::string_view four, std::string_view six) {
    const auto after = [](std::string_view text, std::string_view line, std::string_view name) {
        const auto at = text.find(line);
        if (at == std::string_view::npos) return std::optional<std::uint64_t>();
        text = text.substr(at, text.find('\n', at) - at);
        const auto from = text.find(name);
        if (from == std::string_view::npos) return std::optional<std::uint64_t>();
        text.remove_prefix(from + name.size());
        return parse_number(take_word(text));
    };
    const auto open = after(four, "TCP:", " inuse ");
    const auto open_six = after(six, "TCP6:", " inuse ");
    if (!open && !open_six) return std::nullopt;
    return open.value_or(0) + open_six.value_or(0) + after(four, "TCP:", " tw ").value_or(0);
}

std::optional<LocalPorts> read_local_ports(const std::string& proc, PortCost cost,
                                           std::chrono::milliseconds time) {
    const auto deadline = Clock::now() + time;
    const auto range = parse_port_range(read_small(proc + "/sys/net/ipv4/ip_local_port_range"));
    if (!range) return std::nullopt;
    if (cost == PortCost::when_many) {
        const auto sockets =
            parse_sockstat(read_small(proc + "/net/sockstat"), read_small(proc + "/net/sockstat6"));
        if (sockets && *sockets < range->size() / kFew) return std::nullopt;
    }
    PortCount count(*range);
    bool read = false;
    for (const char* name : {"/net/tcp", "/net/tcp6"}) {
        const auto table = read_proc_lines(proc + name, deadline, [&count](std::string_view line) {
            count.add_line(line);
            return true;
        });
        if (table.read && !table.whole) return std::nullopt;
        read = read || table.read;
    }
    if (!read) return std::nullopt;
    return LocalPorts{count.busiest(), range->size()};
}

}  // namespace plumb::task::limits

#include "probes/task/limits/ports.hpp"

#include "probes/task/limits/numbers.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace plumb::task::limits {

namespace {

constexpr std::string_view kListen = "0A";
constexpr std::uint32_t kMaxPort = 65'535;
constexpr std::size_t kChunk = 65'536;  // bytes of a table at a time
constexpr std::size_t kWord = 8;        // digits of an address in IPv4, of a quarter of one in IPv6

std::optional<std::uint32_t> parse_hex(std::string_view digits) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return value;
}

// "0100007F:1F90", or four times as long.
std::optional<Remote> parse_endpoint(std::string_view word) {
    const auto colon = word.find(':');
    if (colon != kWord && colon != 4 * kWord) return std::nullopt;
    const auto port = parse_hex(word.substr(colon + 1));
    if (!port || *port > kMaxPort) return std::nullopt;
    Remote remote;
    remote.port = *port;
    const std::size_t words = colon / kWord;
    for (std::size_t i = 0; i < words; ++i) {
        const auto part = parse_hex(word.substr(i * kWord, kWord));
        if (!part) return std::nullopt;
        remote.address[4 - words + i] = *part;
    }
    // As tcp6 shows ::ffff:192.0.2.1: network order, read as a word of this machine.
    if (words == 1) remote.address[2] = htonl(0xFFFF);
    return remote;
}

enum class Table { absent, whole, too_long };

// Feeds the lines after the heading.
Table read_table(const std::string& path, PortCount& count) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return Table::absent;
    std::vector<char> chunk(kChunk);
    std::size_t held = 0;  // the beginning of a line
    std::size_t total = 0;
    bool heading = true;
    Table result = Table::whole;
    while (result == Table::whole) {
        const ssize_t got = ::read(fd, chunk.data() + held, chunk.size() - held);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        total += static_cast<std::size_t>(got);
        std::string_view text(chunk.data(), held + static_cast<std::size_t>(got));
        for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
            if (!std::exchange(heading, false)) count.add_line(text.substr(0, end));
            text.remove_prefix(end + 1);
        }
        held = text.size();
        std::copy(text.begin(), text.end(), chunk.begin());
        if (total > kMaxSocketBytes || held == chunk.size()) result = Table::too_long;
    }
    ::close(fd);
    return result;
}

}  // namespace

std::optional<PortRange> parse_port_range(std::string_view text) {
    const auto first = parse_number(take_word(text));
    const auto last = parse_number(take_word(text));
    if (!first || !last || *first > *last || *last > kMaxPort) return std::nullopt;
    return PortRange{static_cast<unsigned>(*first), static_cast<unsigned>(*last)};
}

void PortCount::add_line(std::string_view line) {
    take_word(line);  // its number
    const auto local = parse_endpoint(take_word(line));
    const auto remote = parse_endpoint(take_word(line));
    if (!local || !remote || take_word(line) == kListen) return;
    if (local->port < range_.first || local->port > range_.last || remote->port == 0) return;
    if (remotes_.size() >= kMaxRemotes && !remotes_.contains(*remote)) make_room();
    ++remotes_[*remote];
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

std::optional<LocalPorts> read_local_ports(const std::string& proc, PortCost cost) {
    const auto range = parse_port_range(read_small(proc + "/sys/net/ipv4/ip_local_port_range"));
    if (!range) return std::nullopt;
    if (cost == PortCost::when_many) {
        const auto sockets =
            parse_sockstat(read_small(proc + "/net/sockstat"), read_small(proc + "/net/sockstat6"));
        if (sockets && *sockets < range->size() / kFew) return std::nullopt;
    }
    PortCount count(*range);
    const Table four = read_table(proc + "/net/tcp", count);
    if (four == Table::too_long) return std::nullopt;
    const Table six = read_table(proc + "/net/tcp6", count);
    if (six == Table::too_long || (four == Table::absent && six == Table::absent)) return std::nullopt;
    return LocalPorts{count.busiest(), range->size()};
}

}  // namespace plumb::task::limits

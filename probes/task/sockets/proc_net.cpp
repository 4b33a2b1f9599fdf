#include "probes/task/sockets/proc_net.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <span>
#include <unistd.h>

namespace plumb::task {
namespace {

constexpr std::size_t kMaxLine = 512;
constexpr std::uint32_t kFirstTimeout = 1000;  // ms until a SYN is sent again (RFC 6298, 2.1)
constexpr unsigned kTickMs = 10;               // of the clock that /proc counts in
constexpr std::string_view kExtended = "TcpExt:";

// The next word; `text` is left behind it.
std::string_view take_word(std::string_view& text) {
    const auto start = std::min(text.find_first_not_of(' '), text.size());
    const auto end = std::min(text.find(' ', start), text.size());
    const auto word = text.substr(start, end - start);
    text.remove_prefix(end);
    return word;
}

template <class T>
std::optional<T> number(std::string_view digits, int base) {
    T value{};
    const auto* last = digits.data() + digits.size();
    const auto [end, error] = std::from_chars(digits.data(), last, value, base);
    return error == std::errc{} && end == last && !digits.empty() ? std::optional(value) : std::nullopt;
}

struct Pair {
    std::string_view first;
    std::string_view second;
};
Pair halves(std::string_view word) {
    const auto colon = std::min(word.find(':'), word.size());
    return {word.substr(0, colon), word.substr(std::min(colon + 1, word.size()))};
}

// The address is printed in words of 32 bits, each as the machine reads it.
std::optional<Endpoint> parse_hex_endpoint(std::string_view word) {
    constexpr std::size_t kDigits = 8;
    const auto [digits, port_digits] = halves(word);
    const auto port = number<std::uint16_t>(port_digits, 16);
    if (!port || (digits.size() != kDigits && digits.size() != 4 * kDigits)) return std::nullopt;
    std::array<std::uint32_t, 4> words{};
    const std::size_t count = digits.size() / kDigits;
    for (std::size_t i = 0; i < count; ++i) {
        const auto value = number<std::uint32_t>(digits.substr(i * kDigits, kDigits), 16);
        if (!value) return std::nullopt;
        words[i] = *value;
    }
    return make_endpoint(std::as_bytes(std::span(words).first(count)), *port);
}

// The line is left behind them.
std::optional<ProcEnds> take_ends(std::string_view& line) {
    take_word(line);  // its number
    const auto local = parse_hex_endpoint(take_word(line));
    const auto remote = parse_hex_endpoint(take_word(line));
    const auto state = number<unsigned>(take_word(line), 16);
    if (!local || !remote || !state) return std::nullopt;
    return ProcEnds{*local, *remote, *state};
}

std::uint32_t waited_of(std::string_view timer) {
    const auto [kind, ticks] = halves(timer);
    const auto left = number<std::uint32_t>(ticks, 16);
    if (kind != "01" || !left || *left >= kFirstTimeout / kTickMs) return 0;
    return kFirstTimeout - *left * kTickMs;
}

}  // namespace

std::optional<ProcEnds> parse_proc_ends(std::string_view line) {
    return take_ends(line);
}

std::optional<Socket> parse_proc_socket(std::string_view line) {
    const auto ends = take_ends(line);
    const auto [unsent, unread] = halves(take_word(line));
    const auto timer = take_word(line);
    const auto retransmits = number<std::uint32_t>(take_word(line), 16);
    take_word(line);  // the user
    take_word(line);  // unanswered probes
    const auto inode = number<std::uint64_t>(take_word(line), 10);
    if (!ends || !retransmits || !inode) return std::nullopt;
    const auto state = known_state(ends->state);
    if (!state) return std::nullopt;
    Socket socket;
    socket.remote = *state == TcpState::listen ? ends->local : ends->remote;
    socket.local_port = ends->local.port;
    socket.state = *state;
    socket.inode = *inode;
    socket.unread = number<std::uint32_t>(unread, 16).value_or(0);
    socket.unsent = number<std::uint32_t>(unsent, 16).value_or(0);
    socket.retransmits = static_cast<std::uint8_t>(std::min(*retransmits, 255U));
    if (*state == TcpState::syn_sent && socket.retransmits == 0) socket.waited = waited_of(timer);
    return socket;
}

ProcTable read_proc_lines(const std::string& path, Clock::time_point deadline,
                          const std::function<bool(std::string_view)>& take) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file < 0) return {};
    ProcTable table{true, false};
    std::array<char, 16384> buffer{};
    std::size_t kept = 0;  // of a line that is not whole yet
    bool more = true;
    while (more && Clock::now() < deadline) {
        const ssize_t got = ::read(file, buffer.data() + kept, buffer.size() - kept);
        if (got < 0 && errno == EINTR) continue;
        table.whole = got == 0 && kept == 0;
        if (got <= 0) break;
        std::string_view text(buffer.data(), kept + static_cast<std::size_t>(got));
        for (auto end = text.find('\n'); more && end != std::string_view::npos; end = text.find('\n')) {
            more = take(text.substr(0, end));
            text.remove_prefix(end + 1);
        }
        if (text.size() > kMaxLine) break;
        kept = text.size();
        std::memmove(buffer.data(), text.data(), kept);
    }
    ::close(file);
    return table;
}

ProcTable read_proc_sockets(const std::string& path, std::size_t most, Clock::time_point deadline,
                            std::vector<Socket>& sockets) {
    return read_proc_lines(path, deadline, [&](std::string_view line) {
        const auto socket = parse_proc_socket(line);
        if (!socket) return true;
        if (sockets.size() >= most) return false;
        sockets.push_back(*socket);
        return true;
    });
}

std::optional<std::uint64_t> parse_listen_drops(std::string_view netstat) {
    std::string_view names;
    std::string_view values;
    for (const auto line : split(netstat, '\n')) {
        if (!line.starts_with(kExtended)) continue;
        (names.empty() ? names : values) = line;
    }
    std::optional<std::uint64_t> drops;
    while (!names.empty() && !values.empty()) {
        const auto name = take_word(names);
        const auto value = number<std::uint64_t>(take_word(values), 10);
        if (value && (name == "ListenOverflows" || name == "ListenDrops"))
            drops = std::max(drops.value_or(0), *value);
    }
    return drops;
}

}  // namespace plumb::task

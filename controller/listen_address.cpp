#include "controller/listen_address.hpp"

#include <arpa/inet.h>
#include <charconv>
#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

namespace plumb::controller {
namespace {

Error no_address(std::string_view text) {
    return Error{
        fmt::format("'{}' is no address to listen on; right would be 127.0.0.1:7443 or [::1]:7443", text)};
}

struct Parts {
    std::string host;
    std::string_view port;
    bool ok = false;
};

Parts take_apart(std::string_view text) {
    if (text.starts_with('[')) {
        const auto end = text.find("]:");
        if (end == std::string_view::npos) return {};
        return {std::string(text.substr(1, end - 1)), text.substr(end + 2), true};
    }
    const auto colon = text.find(':');
    if (colon == std::string_view::npos || text.find(':', colon + 1) != std::string_view::npos) return {};
    std::string host(text.substr(0, colon));
    if (host.empty() || host == "*") host = "0.0.0.0";
    if (host == "localhost") host = "127.0.0.1";
    return {std::move(host), text.substr(colon + 1), true};
}

// The socket address for bind(2), and its length.
socklen_t fill(const ListenAddress& address, sockaddr_storage& storage) {
    std::memset(&storage, 0, sizeof storage);
    if (address.v6) {
        sockaddr_in6 v6{};
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(address.port);
        inet_pton(AF_INET6, address.host.c_str(), &v6.sin6_addr);
        std::memcpy(&storage, &v6, sizeof v6);
        return sizeof v6;
    }
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(address.port);
    inet_pton(AF_INET, address.host.c_str(), &v4.sin_addr);
    std::memcpy(&storage, &v4, sizeof v4);
    return sizeof v4;
}

}  // namespace

std::string ListenAddress::text() const {
    return v6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

Result<ListenAddress> parse_listen_address(std::string_view text) {
    auto parts = take_apart(text);
    if (!parts.ok) return no_address(text);
    ListenAddress address;
    const auto* end = parts.port.data() + parts.port.size();
    const auto [stopped, failed] = std::from_chars(parts.port.data(), end, address.port);
    if (failed != std::errc() || stopped != end) return no_address(text);
    in_addr v4{};
    in6_addr v6{};
    if (inet_pton(AF_INET, parts.host.c_str(), &v4) == 1) {
        address.loopback = (ntohl(v4.s_addr) >> 24) == 127;
    } else if (inet_pton(AF_INET6, parts.host.c_str(), &v6) == 1) {
        address.v6 = true;
        address.loopback = IN6_IS_ADDR_LOOPBACK(&v6);
    } else {
        return no_address(text);
    }
    address.host = std::move(parts.host);
    return address;
}

Result<void> can_listen(const ListenAddress& address) {
    const int descriptor = socket(address.v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return Error{std::generic_category().message(errno)};
    const int on = 1;
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_storage storage;
    const socklen_t size = fill(address, storage);
    const bool bound = bind(descriptor, reinterpret_cast<const sockaddr*>(&storage), size) == 0;
    const int reason = errno;
    close(descriptor);
    if (!bound) {
        return Error{
            fmt::format("cannot listen on {}: {}", address.text(), std::generic_category().message(reason))};
    }
    return {};
}

}  // namespace plumb::controller

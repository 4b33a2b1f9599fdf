#include "probes/task/sockets/endpoint.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cstring>
#include <netinet/in.h>

#include <fmt/format.h>

namespace plumb::task {
namespace {

constexpr std::size_t kMappedPrefix = 12;  // bytes before the IPv4 address

bool is_mapped(const std::array<std::uint8_t, 16>& address) {
    const auto zeros =
        std::all_of(address.begin(), address.begin() + 10, [](auto byte) { return byte == 0; });
    return zeros && address[10] == 0xff && address[11] == 0xff;
}

}  // namespace

Endpoint make_endpoint(std::span<const std::byte> address, std::uint16_t port) {
    Endpoint made;
    made.port = port;
    if (address.size() == made.address.size()) {
        std::memcpy(made.address.data(), address.data(), address.size());
    } else if (address.size() == made.address.size() - kMappedPrefix) {
        made.address[10] = made.address[11] = 0xff;
        std::memcpy(made.address.data() + kMappedPrefix, address.data(), address.size());
    }
    return made;
}

std::optional<Endpoint> parse_endpoint(const std::string& address, std::uint16_t port) {
    in_addr v4{};
    if (::inet_pton(AF_INET, address.c_str(), &v4) == 1)
        return make_endpoint(std::as_bytes(std::span(&v4, 1)), port);
    in6_addr v6{};
    if (::inet_pton(AF_INET6, address.substr(0, address.find('%')).c_str(), &v6) == 1)
        return make_endpoint(std::as_bytes(std::span(&v6, 1)), port);
    return std::nullopt;
}

std::string to_text(const Endpoint& endpoint) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const bool v4 = is_mapped(endpoint.address);
    const auto* bytes = endpoint.address.data() + (v4 ? kMappedPrefix : 0);
    ::inet_ntop(v4 ? AF_INET : AF_INET6, bytes, text.data(), text.size());
    return v4 ? fmt::format("{}:{}", text.data(), endpoint.port)
              : fmt::format("[{}]:{}", text.data(), endpoint.port);
}

}  // namespace plumb::task

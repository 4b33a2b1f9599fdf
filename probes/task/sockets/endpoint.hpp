// An address and a port as the kernel knows them. IPv4 is kept as IPv4-mapped IPv6 (RFC 4291, 2.5.5.2), so
// that one connection is the same whichever family its socket has.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace plumb::task {

struct Endpoint {
    std::array<std::uint8_t, 16> address{};  // network byte order
    std::uint16_t port = 0;                  // host byte order

    friend bool operator==(const Endpoint&, const Endpoint&) = default;
    friend bool operator<(const Endpoint& a, const Endpoint& b) {
        return a.address != b.address ? a.address < b.address : a.port < b.port;
    }
};

// `address` is 4 or 16 bytes in network order.
Endpoint make_endpoint(std::span<const std::byte> address, std::uint16_t port);

// "10.0.1.7", "2001:db8::1", "fe80::1%eth0" (the zone is dropped); nullopt for anything else, a name above
// all.
std::optional<Endpoint> parse_endpoint(const std::string& address, std::uint16_t port);

std::string to_text(const Endpoint& endpoint);  // "10.0.1.7:5432", "[2001:db8::1]:443"

}  // namespace plumb::task

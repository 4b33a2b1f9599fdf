// Whose connection is it? Sockets are counted by dependency, by the address and port they lead to; what leads
// to none of them under "other", what came in through one of the task's own listeners under "inbound".
#pragma once

#include "probes/task/sockets/census.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::task {

// Where a dependency is. It may stand in a list several times, with other ports or addresses.
struct SocketTarget {
    std::string dependency;
    std::uint16_t port = 0;
    // IP addresses that its name has lately resolved to. None are known: every address with that port counts,
    // unless another dependency has the port too.
    std::vector<std::string> addresses;
};

inline constexpr std::string_view kOther = "other";
inline constexpr std::string_view kInbound = "inbound";
inline constexpr std::size_t kMaxDependencies = 256;  // further ones are not looked for
inline constexpr std::size_t kMaxRoutes = 8192;

class Groups {
  public:
    explicit Groups(std::span<const SocketTarget> targets);

    // Group numbers are valid for this object. The dependencies come first, by name.
    std::size_t size() const { return names_.size(); }
    std::size_t dependencies() const { return names_.size() - 2; }
    std::size_t other() const { return names_.size() - 2; }
    std::size_t inbound() const { return names_.size() - 1; }
    // In small letters, as gauges and checks are called; a dependency that is itself called "other" or
    // "inbound" has a '_' after its name.
    const std::string& name(std::size_t group) const { return names_[group]; }

    // Where the socket counts: once for each dependency that shares the address and port, at least once.
    // Valid as long as this object.
    std::span<const std::size_t> of(const Socket& socket, std::span<const std::uint16_t> inbound_ports) const;

    // The dependency that has this port, if only one has; else "".
    std::string_view only_owner(std::uint16_t port) const;

  private:
    std::size_t group_of(const std::string& name) const;
    void add_routes(std::span<const SocketTarget> targets);
    void add_route(const Endpoint& to, std::size_t group);

    std::vector<std::string> names_;
    std::array<std::size_t, 2> last_{};  // other, inbound
    // An address of zeros is any. kMaxRoutes of them.
    std::map<Endpoint, std::vector<std::size_t>> routes_;
    std::map<std::uint16_t, std::vector<std::size_t>> by_port_;  // the dependencies that have a port
};

}  // namespace plumb::task

// An address to listen on, as a flag gives it: "127.0.0.1:7443", "[::1]:7443", "localhost:7443", ":7443"
// (every address). Names other than localhost are refused: a listener is an address of this machine.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace plumb::controller {

struct ListenAddress {
    std::string host;  // an IP literal
    std::uint16_t port = 0;
    bool v6 = false;
    bool loopback = false;

    std::string text() const;  // "127.0.0.1:7443", "[::1]:7443"
};

Result<ListenAddress> parse_listen_address(std::string_view text);

// Says why the address cannot be taken, in the kernel's words; gRPC tells only that it cannot.
Result<void> can_listen(const ListenAddress& address);

}  // namespace plumb::controller

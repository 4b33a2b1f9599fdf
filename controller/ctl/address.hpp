// The address of a controller, as --controller gives it: "plumb.internal:7443", "127.0.0.1:7443",
// "[::1]:7443".
#pragma once

#include "base/result.hpp"

#include <string_view>

namespace plumb::ctl {

struct ControllerAddress {
    bool loopback = false;  // never leaves this machine: plaintext and a token in it are safe
};

// The error says what would be right. Host and port are both needed: gRPC would otherwise dial a port that
// nobody meant.
Result<ControllerAddress> parse_controller_address(std::string_view text);

}  // namespace plumb::ctl

// The messages of a socket dump over netlink (netlink(7), sock_diag(7)) without the socket. Pure; whatever
// the bytes are, nothing outside of them is read.
#pragma once

#include "probes/task/sockets/census.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace plumb::task {

constexpr std::size_t kDiagRequest = 72;  // nlmsghdr, then inet_diag_req_v2

struct DiagQuestion {
    std::uint8_t family = 0;  // AF_INET or AF_INET6
    std::span<const TcpState> states;
    bool details = false;  // tcp_info too: round trips and retransmits
    std::uint32_t sequence = 0;
};
std::array<std::byte, kDiagRequest> diag_request(const DiagQuestion& question);

struct DiagPart {
    enum class End {
        more,     // the dump goes on in the next datagram
        done,     // it is whole, if it was not interrupted
        refused,  // the kernel ends it with `error`
        full,     // `most` is reached
    };
    End end = End::more;
    int error = 0;            // errno
    bool incomplete = false;  // something was cut, garbled, or changed while the kernel dumped
};

// One datagram of the dump with this sequence number; messages of others are skipped. Sockets are appended
// until there are `most`.
DiagPart parse_diag_messages(std::span<const std::byte> datagram, std::uint32_t sequence, std::size_t most,
                             std::vector<Socket>& sockets);

}  // namespace plumb::task

// When bytes arrived, by the kernel's own time stamp (SO_TIMESTAMPNS, socket(7)): a prober that wakes up
// late, and an idle processor takes a tenth of a millisecond and more, would otherwise count its own delay as
// the network's.
#pragma once

#include "probes/run.hpp"

#include <optional>
#include <sys/socket.h>
#include <sys/types.h>

namespace plumb::net {

// Before the bytes come. Where the kernel refuses there are no stamps, and nothing else is lost.
void ask_for_arrivals(int descriptor);

struct Received {
    ssize_t count = -1;                   // as recvfrom(2) returns it, with errno
    std::optional<Clock::time_point> at;  // of the last segment or datagram in it; never in the future
};
// One call of recvmsg. `from` may be null.
Received receive(int descriptor, void* into, std::size_t size, int flags = 0, sockaddr* from = nullptr,
                 socklen_t* from_size = nullptr);

}  // namespace plumb::net

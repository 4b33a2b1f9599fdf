// How many bytes a TCP connection has received since it was made (TCP_INFO, tcp(7)). libpq's buffers grow
// with what a peer sends, and it has no bound of its own; the kernel's count is the one place to see it grow.
#pragma once

#include <cstdint>

namespace plumb::postgres {

std::uint64_t received_bytes(int descriptor);  // 0 when the kernel does not say

}  // namespace plumb::postgres

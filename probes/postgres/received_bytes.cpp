#include "probes/postgres/received_bytes.hpp"

#include <cstddef>
#include <linux/tcp.h>  // glibc's own netinet/tcp.h knows no tcpi_bytes_received and cannot stand beside this one
#include <netinet/in.h>
#include <sys/socket.h>

namespace plumb::postgres {

std::uint64_t received_bytes(int descriptor) {
    tcp_info info{};
    socklen_t size = sizeof info;
    if (getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return 0;
    const auto needed = offsetof(tcp_info, tcpi_bytes_received) + sizeof info.tcpi_bytes_received;
    return size >= needed ? info.tcpi_bytes_received : 0;
}

}  // namespace plumb::postgres

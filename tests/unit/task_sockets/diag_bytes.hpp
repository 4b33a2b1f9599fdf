// Datagrams of a socket dump as the kernel lays them out, made in the test.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace plumb::test {

using DiagBytes = std::vector<std::byte>;

struct DiagEntry {
    std::uint8_t family = 2;  // AF_INET
    std::uint8_t state = 1;
    std::uint8_t timer = 0;
    std::uint8_t retrans = 0;
    std::uint32_t expires = 0;  // ms
    std::string remote = "10.0.1.7";
    std::uint16_t remote_port = 5432;
    std::uint16_t local_port = 40000;
    std::uint32_t inode = 1;
    std::uint32_t rqueue = 0;
    std::uint32_t wqueue = 0;
    struct Info {
        std::uint32_t rto = 200'000;  // µs
        std::uint32_t rtt = 0;        // µs
        std::uint32_t total_retrans = 0;
        std::size_t size = 0;  // of the attribute; 0: as large as this libc's tcp_info
    };
    std::optional<Info> info = std::nullopt;
};

inline constexpr std::uint32_t kSequence = 7;

void append(DiagBytes& bytes, const DiagEntry& entry, std::uint16_t flags = 0,
            std::uint32_t sequence = kSequence);
void append_done(DiagBytes& bytes, int code = 0);
void append_error(DiagBytes& bytes, int code);

}  // namespace plumb::test

// What the bench needs to know of an IPv4 packet: whose it is and what it carries. Reads bounds-checked; what
// is no TCP or UDP over IPv4 is nothing. RFC 791, 9293, 768.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace plumb::link {

struct Packet {
    bool tcp = false;  // else UDP
    std::uint16_t source_port = 0;
    std::uint16_t destination_port = 0;
    bool syn = false;
    bool ack = false;
    bool fin = false;
    bool reset = false;
    std::size_t payload = 0;  // bytes, as the headers say
};

std::optional<Packet> parse_packet(std::span<const unsigned char> bytes);

}  // namespace plumb::link

#include "tests/link/packet.hpp"

namespace plumb::link {
namespace {

constexpr unsigned char kTcp = 6;
constexpr unsigned char kUdp = 17;
constexpr std::size_t kShortestIp = 20;
constexpr std::size_t kShortestTcp = 20;
constexpr std::size_t kUdpHeader = 8;

std::uint16_t number_at(std::span<const unsigned char> bytes, std::size_t at) {
    return static_cast<std::uint16_t>(bytes[at] << 8U | bytes[at + 1]);
}

}  // namespace

std::optional<Packet> parse_packet(std::span<const unsigned char> bytes) {
    if (bytes.size() < kShortestIp || bytes[0] >> 4U != 4) return std::nullopt;
    const std::size_t header = (bytes[0] & 15U) * std::size_t{4};
    const std::size_t length = number_at(bytes, 2);
    const bool tcp = bytes[9] == kTcp;
    const std::size_t least = tcp ? kShortestTcp : kUdpHeader;
    if ((!tcp && bytes[9] != kUdp) || header < kShortestIp || bytes.size() < header + least)
        return std::nullopt;
    const auto inner = bytes.subspan(header);
    Packet packet;
    packet.tcp = tcp;
    packet.source_port = number_at(inner, 0);
    packet.destination_port = number_at(inner, 2);
    const std::size_t inner_header = tcp ? (inner[12] >> 4U) * std::size_t{4} : kUdpHeader;
    if (length < header + inner_header) return std::nullopt;
    packet.payload = length - header - inner_header;
    if (tcp) {
        packet.fin = (inner[13] & 1U) != 0;
        packet.syn = (inner[13] & 2U) != 0;
        packet.reset = (inner[13] & 4U) != 0;
        packet.ack = (inner[13] & 16U) != 0;
    }
    return packet;
}

}  // namespace plumb::link

#include "tests/link/capture.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <sys/socket.h>
#include <system_error>

namespace plumb::link {
namespace {

constexpr int kSocketBuffer = 16 * 1024 * 1024;
constexpr std::size_t kMostPackets = 1'000'000;

int checked(int result, const char* what) {
    if (result < 0) throw std::system_error(errno, std::system_category(), what);
    return result;
}

std::chrono::nanoseconds stamp_of(msghdr& message) {
    for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_TIMESTAMPNS) continue;
        timespec time{};
        std::memcpy(&time, CMSG_DATA(part), sizeof time);
        return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
    }
    return {};
}

template <class Number>
void put(std::ofstream& out, Number number) {
    std::array<char, sizeof number> bytes{};
    std::memcpy(bytes.data(), &number, sizeof number);
    out.write(bytes.data(), bytes.size());
}

}  // namespace

Capture::Capture(const std::string& interface_name)
    : socket_(checked(::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(ETH_P_ALL)),
                      "a capturing socket")) {
    const int on = 1;
    checked(::setsockopt(socket_.get(), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on), "SO_TIMESTAMPNS");
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUFFORCE, &kSocketBuffer, sizeof kSocketBuffer);
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &kSocketBuffer, sizeof kSocketBuffer);
    sockaddr_ll place{};
    place.sll_family = AF_PACKET;
    place.sll_protocol = htons(ETH_P_ALL);
    place.sll_ifindex = static_cast<int>(::if_nametoindex(interface_name.c_str()));
    const auto* generic = static_cast<const sockaddr*>(static_cast<const void*>(&place));
    checked(::bind(socket_.get(), generic, sizeof place), interface_name.c_str());
    collector_ = std::thread([this] { collect(); });
}

Capture::~Capture() {
    stop_.stop();
    collector_.join();
}

void Capture::collect() {
    while (stop_.wait_readable(socket_.get(), std::chrono::hours(1))) {
        while (receive_one()) {
        }
    }
}

bool Capture::receive_one() {
    Captured packet;
    iovec into{packet.head.data(), packet.head.size()};
    sockaddr_ll from{};
    alignas(cmsghdr) std::array<char, 128> control{};
    msghdr message{};
    message.msg_name = &from;
    message.msg_namelen = sizeof from;
    message.msg_iov = &into;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const auto length = ::recvmsg(socket_.get(), &message, MSG_TRUNC);
    if (length < 0) return false;
    packet.length = static_cast<std::size_t>(length);
    packet.kept = std::min(packet.length, packet.head.size());
    packet.outgoing = from.sll_pkttype == PACKET_OUTGOING;
    packet.time = stamp_of(message);
    const std::lock_guard lock(mutex_);
    if (packets_.size() < kMostPackets) packets_.push_back(packet);
    return true;
}

std::vector<Captured> Capture::take(std::chrono::milliseconds linger) {
    std::this_thread::sleep_for(linger);
    const std::lock_guard lock(mutex_);
    return std::exchange(packets_, {});
}

std::uint64_t Capture::missed() {
    tpacket_stats counts{};
    socklen_t size = sizeof counts;
    checked(::getsockopt(socket_.get(), SOL_PACKET, PACKET_STATISTICS, &counts, &size), "PACKET_STATISTICS");
    return counts.tp_drops;
}

bool write_pcap(const std::string& path, const std::vector<Captured>& packets) {
    constexpr std::uint32_t kNanosecondMagic = 0xa1b23c4d;
    constexpr std::uint32_t kRawIp = 101;
    std::ofstream out(path, std::ios::binary);
    put<std::uint32_t>(out, kNanosecondMagic);
    put<std::uint16_t>(out, 2);  // version 2.4
    put<std::uint16_t>(out, 4);
    put<std::uint64_t>(out, 0);  // time zone, accuracy
    put<std::uint32_t>(out, sizeof Captured::head);
    put<std::uint32_t>(out, kRawIp);
    for (const auto& packet : packets) {
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(packet.time);
        put(out, static_cast<std::uint32_t>(seconds.count()));
        put(out, static_cast<std::uint32_t>((packet.time - seconds).count()));
        put(out, static_cast<std::uint32_t>(packet.kept));
        put(out, static_cast<std::uint32_t>(packet.length));
        out.write(static_cast<const char*>(static_cast<const void*>(packet.head.data())),
                  static_cast<std::streamsize>(packet.kept));
    }
    return out.flush().good();
}

}  // namespace plumb::link

#include "probes/net/arrival.hpp"

#include <array>
#include <cstring>
#include <ctime>

namespace plumb::net {
namespace {

// A stamp older than this is no wake-up of ours, but a step of the wall clock meanwhile.
constexpr std::chrono::seconds kLatest{10};

std::optional<std::chrono::nanoseconds> stamp_of(msghdr& message) {
    for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_TIMESTAMPNS) continue;
        timespec time{};
        std::memcpy(&time, CMSG_DATA(part), sizeof time);
        return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
    }
    return std::nullopt;
}

// The stamp is of the wall clock: its age now, taken off our own clock.
std::optional<Clock::time_point> on_our_clock(std::chrono::nanoseconds stamp) {
    timespec wall{};
    if (::clock_gettime(CLOCK_REALTIME, &wall) != 0) return std::nullopt;
    const auto now = Clock::now();
    const auto age = std::chrono::seconds(wall.tv_sec) + std::chrono::nanoseconds(wall.tv_nsec) - stamp;
    if (age < std::chrono::nanoseconds::zero() || age > kLatest) return std::nullopt;
    return now - age;
}

void switch_on(int descriptor) {
    const int on = 1;
    ::setsockopt(descriptor, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
}

}  // namespace

void ask_for_arrivals(int descriptor) {
    // The kernel patches its code when the first socket asks and when the last one has gone, which takes
    // longer than a whole run: one socket asks for good.
    static const int kept = [] {
        const int made = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (made >= 0) switch_on(made);
        return made;
    }();
    if (kept >= 0) switch_on(descriptor);
}

Received receive(int descriptor, void* into, std::size_t size, int flags, sockaddr* from,
                 socklen_t* from_size) {
    iovec part{into, size};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(timespec))> control;
    msghdr message{};
    message.msg_name = from;
    message.msg_namelen = from_size == nullptr ? 0 : *from_size;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    Received received;
    received.count = ::recvmsg(descriptor, &message, flags);
    if (received.count < 0) return received;
    if (from_size != nullptr) *from_size = message.msg_namelen;
    if (const auto stamp = stamp_of(message)) received.at = on_our_clock(*stamp);
    return received;
}

}  // namespace plumb::net

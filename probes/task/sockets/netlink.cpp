#include "probes/task/sockets/netlink.hpp"

#include <algorithm>
#include <cerrno>
#include <linux/netlink.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace plumb::task {
namespace {

constexpr std::size_t kDatagram = 64 << 10;  // the kernel fills at most half of it

int milliseconds_until(Clock::time_point deadline) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
}

}  // namespace

DiagSocket::DiagSocket()
    : file_(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG)) {
    if (file_ >= 0) buffer_.resize(kDatagram);
}

DiagSocket::~DiagSocket() {
    if (file_ >= 0) ::close(file_);
}

bool DiagSocket::ask(const DiagQuestion& question) const {
    const auto request = diag_request(question);
    sockaddr_nl kernel{};
    kernel.nl_family = AF_NETLINK;
    const auto sent = ::sendto(file_, request.data(), request.size(), 0,
                               reinterpret_cast<const sockaddr*>(&kernel), sizeof kernel);
    return sent == static_cast<ssize_t>(request.size());
}

std::ptrdiff_t DiagSocket::receive(Clock::time_point deadline, bool& cut) {
    pollfd readable{file_, POLLIN, 0};
    while (::poll(&readable, 1, milliseconds_until(deadline)) < 0) {
        if (errno != EINTR) return -1;
    }
    sockaddr_nl sender{};
    iovec place{buffer_.data(), buffer_.size()};
    msghdr message{};
    message.msg_name = &sender;
    message.msg_namelen = sizeof sender;
    message.msg_iov = &place;
    message.msg_iovlen = 1;
    const auto got = ::recvmsg(file_, &message, 0);
    if (got <= 0) return -1;
    cut = (message.msg_flags & MSG_TRUNC) != 0;
    return sender.nl_pid == 0 ? got : 0;
}

DiagSocket::Answer DiagSocket::dump(DiagQuestion question, std::size_t most, Clock::time_point deadline,
                                    std::vector<Socket>& sockets) {
    const auto before = sockets.size();
    question.sequence = ++sequence_;
    const auto failed = [&] { return sockets.size() == before ? Answer::refused : Answer::partial; };
    if (!ask(question)) return failed();
    bool incomplete = false;
    while (Clock::now() < deadline) {
        bool cut = false;
        const auto got = receive(deadline, cut);
        // Also ENOBUFS: the kernel could not keep what it had to say.
        if (got < 0) return Clock::now() < deadline ? failed() : Answer::partial;
        const auto datagram = std::span(buffer_).first(static_cast<std::size_t>(got));
        const auto part = parse_diag_messages(datagram, sequence_, most, sockets);
        incomplete = incomplete || cut || part.incomplete;
        if (part.end == DiagPart::End::refused) return failed();
        if (part.end == DiagPart::End::full) return Answer::partial;
        if (part.end == DiagPart::End::done) return incomplete ? Answer::partial : Answer::whole;
    }
    return Answer::partial;
}

}  // namespace plumb::task

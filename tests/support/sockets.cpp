#include "tests/support/sockets.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <mutex>
#include <netinet/in.h>
#include <poll.h>
#include <set>
#include <stdexcept>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace plumb::test {
namespace {

int checked(int result, const char* what) {
    if (result < 0) throw std::system_error(errno, std::system_category(), what);
    return result;
}

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

void bind_loopback(int fd, std::uint16_t port) {
    const int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const auto address = loopback(port);
    checked(bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), "bind");
}

int start_connecting(int fd, std::uint16_t port) {
    const auto address = loopback(port);
    return connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

bool poll_two(int fd, short events, int stop, std::chrono::milliseconds limit) {
    std::array<pollfd, 2> both{{{fd, events, 0}, {stop, POLLIN, 0}}};
    const int ready = poll(both.data(), both.size(), static_cast<int>(limit.count()));
    return ready > 0 && both[1].revents == 0 && both[0].revents != 0;
}

}  // namespace

void Descriptor::reset() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
}

Descriptor tcp_socket() {
    return Descriptor(checked(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
}

Descriptor listen_on_loopback(int backlog, std::uint16_t port) {
    auto fd = tcp_socket();
    bind_loopback(fd.get(), port);
    checked(listen(fd.get(), backlog), "listen");
    return fd;
}

Descriptor udp_on_loopback(std::uint16_t port) {
    Descriptor fd(checked(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"));
    bind_loopback(fd.get(), port);
    return fd;
}

std::uint16_t local_port(int descriptor) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    checked(getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
    return ntohs(address.sin_port);
}

bool can_connect(std::uint16_t port) {
    const auto fd = tcp_socket();
    return start_connecting(fd.get(), port) == 0;
}

std::uint16_t free_port() {
    static std::mutex mutex;
    static std::set<std::uint16_t> given;
    const std::lock_guard lock(mutex);
    for (;;) {
        auto fd = tcp_socket();
        bind_loopback(fd.get(), 0);
        const auto port = local_port(fd.get());
        if (given.insert(port).second) return port;
    }
}

RefusingPort::RefusingPort() : socket_(tcp_socket()) {
    bind_loopback(socket_.get(), 0);
    port_ = local_port(socket_.get());
}

std::vector<Descriptor> fill_accept_queue(std::uint16_t port) {
    std::vector<Descriptor> fillers;
    for (int i = 0; i < 16; ++i) {
        auto filler = tcp_socket();
        fcntl(filler.get(), F_SETFL, O_NONBLOCK);
        start_connecting(filler.get(), port);
        // Loopback answers at once or, with the queue full, not at all; a second says which.
        pollfd writable{filler.get(), POLLOUT, 0};
        const bool hangs = poll(&writable, 1, i == 0 ? 1000 : 200) == 0;
        fillers.push_back(std::move(filler));
        if (hangs) return fillers;
    }
    throw std::runtime_error("the accept queue does not fill");
}

FullQueueListener::FullQueueListener()
    : listener_(listen_on_loopback(0)),
      port_(local_port(listener_.get())),
      fillers_(fill_accept_queue(port_)) {}

StopSignal::StopSignal() : event_(checked(eventfd(0, EFD_CLOEXEC), "eventfd")) {}

void StopSignal::stop() {
    const std::uint64_t one = 1;
    if (write(event_.get(), &one, sizeof one) != sizeof one) std::terminate();
}

bool StopSignal::wait_readable(int fd, std::chrono::milliseconds limit) const {
    return poll_two(fd, POLLIN, event_.get(), limit);
}

bool StopSignal::wait_writable(int fd, std::chrono::milliseconds limit) const {
    return poll_two(fd, POLLOUT, event_.get(), limit);
}

bool StopSignal::wait(std::chrono::milliseconds limit) const {
    pollfd stopped{event_.get(), POLLIN, 0};
    return poll(&stopped, 1, static_cast<int>(limit.count())) > 0;
}

}  // namespace plumb::test

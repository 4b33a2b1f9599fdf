#include "tests/integration/peers/scripted_peer.hpp"

#include <arpa/inet.h>
#include <array>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace plumb::test {

namespace {

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

int listen_on_loopback(int backlog, std::uint16_t& port) {
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (bind(listener, generic, size) != 0 || listen(listener, backlog) != 0 ||
        getsockname(listener, generic, &size) != 0) {
        throw std::runtime_error("cannot listen");
    }
    port = ntohs(address.sin_port);
    return listener;
}

// True when the connection was made, false when it hangs.
bool connects(int descriptor, std::uint16_t port) {
    const sockaddr_in address = loopback(port);
    if (connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return true;
    pollfd wait{descriptor, POLLOUT, 0};
    return poll(&wait, 1, 100) == 1;
}

}  // namespace

bool Connection::read_until(std::string_view end) {
    received_.clear();
    std::array<char, 4096> buffer{};
    while (!received_.ends_with(end)) {
        const ssize_t count = recv(descriptor_, buffer.data(), buffer.size(), 0);
        if (count <= 0) return false;
        received_.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return true;
}

bool Connection::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

void Connection::hang() {
    std::array<char, 4096> buffer{};
    while (recv(descriptor_, buffer.data(), buffer.size(), 0) > 0) {
    }
}

void Connection::drip(std::string_view bytes) {
    for (std::size_t at = 0;; at = (at + 1) % bytes.size()) {
        if (!send(bytes.substr(at, 1))) return;
        pollfd wait{descriptor_, POLLRDHUP, 0};
        if (poll(&wait, 1, 20) != 0) return;
    }
}

void Connection::reset() {
    const linger hard{1, 0};
    setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
}

ScriptedPeer::ScriptedPeer(Script script)
    : script_(std::move(script)), listener_(listen_on_loopback(16, port_)), thread_([this] { serve(); }) {}

ScriptedPeer::~ScriptedPeer() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        shutdown(listener_, SHUT_RDWR);
        if (current_ >= 0) shutdown(current_, SHUT_RDWR);
    }
    thread_.join();
    close(listener_);
}

bool ScriptedPeer::take_up(int descriptor) {
    const std::lock_guard lock(mutex_);
    current_ = descriptor;
    return !stopping_;
}

void ScriptedPeer::put_down(int descriptor) {
    const std::lock_guard lock(mutex_);
    current_ = -1;
    close(descriptor);
}

void ScriptedPeer::serve() {
    while (true) {
        const int descriptor = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (descriptor < 0) return;
        if (take_up(descriptor)) {
            Connection connection(descriptor);
            script_(connection);
        }
        put_down(descriptor);
    }
}

FullListener::FullListener() : listener_(listen_on_loopback(0, port_)) {
    while (waiting_.size() < 16) {
        const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        waiting_.push_back(descriptor);
        if (!connects(descriptor, port_)) return;
    }
    throw std::runtime_error("the accept queue does not fill");
}

FullListener::~FullListener() {
    for (const int descriptor : waiting_)
        close(descriptor);
    close(listener_);
}

}  // namespace plumb::test

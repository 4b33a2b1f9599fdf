// Plain sockets on loopback for tests. Broken infrastructure throws std::system_error.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plumb::test {

class Descriptor {
  public:
    Descriptor() = default;
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~Descriptor() { reset(); }

    int get() const { return fd_; }
    bool valid() const { return fd_ >= 0; }
    void reset();

  private:
    int fd_ = -1;
};

Descriptor tcp_socket();
Descriptor listen_on_loopback(int backlog = 64, std::uint16_t port = 0);
Descriptor udp_on_loopback(std::uint16_t port = 0);
std::uint16_t local_port(int descriptor);
bool can_connect(std::uint16_t port);  // now, to 127.0.0.1

// A port that was free a moment ago, for a server that must be told one. Never the same twice in a process.
std::uint16_t free_port();

// Bound, but not listening: connections are refused, and nobody else can take the port meanwhile.
class RefusingPort {
  public:
    RefusingPort();
    std::uint16_t port() const { return port_; }

  private:
    Descriptor socket_;
    std::uint16_t port_;
};

// Connects to a listener on 127.0.0.1 that accepts nothing until no further connection gets through; they
// last as long as what is returned.
std::vector<Descriptor> fill_accept_queue(std::uint16_t port);

// A listener whose accept queue is full: further connections hang until their own time-out. Needs no
// privileges.
class FullQueueListener {
  public:
    FullQueueListener();
    std::uint16_t port() const { return port_; }

  private:
    Descriptor listener_;
    std::uint16_t port_;
    std::vector<Descriptor> fillers_;
};

// Lets a thread of a test server end: readable once stop() was called.
class StopSignal {
  public:
    StopSignal();
    void stop();
    int descriptor() const { return event_.get(); }
    // True when `fd` is readable (or closed by the peer); false when stopped or after `limit`.
    bool wait_readable(int fd, std::chrono::milliseconds limit) const;
    bool wait_writable(int fd, std::chrono::milliseconds limit) const;
    bool wait(std::chrono::milliseconds limit) const;  // true when stopped

  private:
    Descriptor event_;
};

}  // namespace plumb::test

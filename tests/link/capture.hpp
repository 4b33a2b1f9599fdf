// What passes an interface, with the kernel's own time stamps: as a packet sniffer sees it (packet(7),
// SO_TIMESTAMPNS). A packet that leaves is stamped when it is handed to the interface, one that comes when
// the interface hands it in. So the times owe nothing to the scheduling of whoever is measured or of the
// link.
#pragma once

#include "tests/support/sockets.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace plumb::link {

struct Captured {
    std::chrono::nanoseconds time{};  // since the epoch (CLOCK_REALTIME)
    bool outgoing = false;
    std::size_t length = 0;  // of the whole packet
    std::size_t kept = 0;    // bytes in `head`
    std::array<unsigned char, 96> head{};

    std::span<const unsigned char> bytes() const { return {head.data(), kept}; }
};

class Capture {
  public:
    // In the calling thread's network namespace. Throws std::system_error.
    explicit Capture(const std::string& interface_name);
    ~Capture();
    Capture(const Capture&) = delete;
    Capture& operator=(const Capture&) = delete;

    // What was captured since the last call, after giving what is under way `linger` to arrive.
    std::vector<Captured> take(std::chrono::milliseconds linger = std::chrono::milliseconds(50));
    std::uint64_t missed();  // packets that the kernel dropped for want of room, since the last call

  private:
    void collect();
    bool receive_one();

    test::Descriptor socket_;
    test::StopSignal stop_;
    std::mutex mutex_;
    std::vector<Captured> packets_;
    std::thread collector_;
};

// A capture file as packet analysers read it (pcap with nanoseconds, raw IP). False when it cannot be
// written.
bool write_pcap(const std::string& path, const std::vector<Captured>& packets);

}  // namespace plumb::link

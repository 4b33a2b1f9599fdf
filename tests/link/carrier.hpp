// Carries packets between two interfaces, each way with a delay, a jitter and a loss of its own, in a thread.
// Order is kept on each way: what is held longest holds up what came after it, as a queue on a real path
// does.
#pragma once

#include "tests/support/sockets.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

namespace plumb::link {

struct WaySpec {
    int from = -1;  // descriptors of TunDevices that outlive the carrier
    int to = -1;
    std::chrono::nanoseconds delay{0};
    std::chrono::nanoseconds jitter{0};  // up to this much is added to the delay of each packet
    double loss = 0;                     // of 1; 1 swallows everything
    std::uint64_t seed = 1;              // of losses and jitter: the same each time
};

class Carrier {
  public:
    explicit Carrier(std::vector<WaySpec> ways);
    ~Carrier();
    Carrier(const Carrier&) = delete;
    Carrier& operator=(const Carrier&) = delete;

    std::uint64_t carried() const { return carried_; }
    std::uint64_t lost() const { return lost_; }            // as `loss` wants it
    std::uint64_t overflown() const { return overflown_; }  // more was held than it can

  private:
    class Way;
    void carry();

    std::vector<WaySpec> specs_;
    test::StopSignal stop_;
    std::atomic<std::uint64_t> carried_{0};
    std::atomic<std::uint64_t> lost_{0};
    std::atomic<std::uint64_t> overflown_{0};
    std::thread thread_;
};

}  // namespace plumb::link

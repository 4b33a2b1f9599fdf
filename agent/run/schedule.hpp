// When each target runs: open loop, with jitter. A pure function of its own state and the time given.
//
// Every target has a grid of due times, one an interval, from an offset of its own; each run starts up to a
// tenth of the interval after its grid point. A slow run never moves the grid (no coordinated omission): a
// due run whose predecessor is still in flight is skipped and counted, and so is every point that passed
// while nobody looked.
//
// Use: due(now) gives what to start; tell finished() when the run ends; sleep until next_due(). Not
// thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace plumb::agent {

class Schedule {
  public:
    using Clock = std::chrono::steady_clock;

    // The same seed and times give the same schedule.
    Schedule(const std::vector<std::chrono::nanoseconds>& intervals, Clock::time_point start,
             std::uint64_t seed);

    struct Due {
        std::size_t target;
        bool start;  // false: only skips to count
        std::uint64_t skipped;
    };
    std::vector<Due> due(Clock::time_point now);
    void finished(std::size_t target);

    // REQUIRES: at least one target.
    Clock::time_point next_due() const;

  private:
    struct Slot {
        std::chrono::nanoseconds interval;
        Clock::time_point grid;  // the next point
        Clock::time_point at;    // the next point with its jitter
        std::uint64_t point = 0;
        bool in_flight = false;
    };
    void jitter(std::size_t target);

    std::vector<Slot> slots_;
    std::uint64_t seed_;
};

}  // namespace plumb::agent

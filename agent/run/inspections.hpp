// Which of the sidecar's looks at its task are thorough: the first one, and then one in each interval. Pure.
//
// A thorough look that is not over in time has shown nothing, and what only it reads would be absent for
// long, so it is asked for again: what it read is mostly kept by then. A usual look comes in between: where
// no thorough one is ever over in time, the task is still looked at.
#pragma once

#include "probes/run.hpp"

#include <chrono>
#include <utility>

namespace plumb::agent {

class Inspections {
  public:
    using Clock = std::chrono::steady_clock;

    explicit Inspections(std::chrono::nanoseconds interval) : interval_(interval) {}

    // Of the look that begins now.
    Depth next(Clock::time_point now) {
        if (std::exchange(rest_, false) || now < due_) return Depth::login;
        began_ = now;
        return Depth::inspect;
    }
    // The latest one at Depth::inspect has ended.
    void ended(bool whole) {
        if (whole) due_ = began_ + interval_;
        rest_ = !whole;
    }

  private:
    std::chrono::nanoseconds interval_;
    Clock::time_point due_ = Clock::time_point::min();
    Clock::time_point began_{};
    bool rest_ = false;
};

}  // namespace plumb::agent

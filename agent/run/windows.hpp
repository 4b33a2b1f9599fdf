// The windows of this agent instance: outcomes go in, numbered windows come out. Pure: the times are given.
#pragma once

#include "model/accumulator.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace plumb::agent {

class Windows {
  public:
    using Clock = std::chrono::steady_clock;
    using Declared = std::vector<std::pair<std::string, std::string>>;  // dependency and kind

    // Windows follow one another from `start` on; `wall` is the wall clock at `start`.
    Windows(std::string agent, Labels labels, std::chrono::nanoseconds length, Declared declared,
            Clock::time_point start, std::chrono::system_clock::time_point wall);

    // From the window in progress on.
    void relabel(Labels labels) { labels_ = std::move(labels); }

    void add(const Outcome& outcome) { accumulator_.add(outcome); }
    void skipped(std::size_t target, std::uint64_t times);

    Clock::time_point closes_at() const { return opened_ + length_; }

    // Closes the window in progress and opens the next. When several lengths passed at once (the loop stood
    // still), one window stands for them all.
    Window close(Clock::time_point now);
    // The last window: it ends now. `draining`: because the agent is told to stop.
    Window finish(Clock::time_point now, bool draining);

  private:
    void declare();
    Window take(std::chrono::nanoseconds length, Clock::time_point now);

    std::string agent_;
    Labels labels_;
    std::chrono::nanoseconds length_;
    Declared declared_;
    Clock::time_point start_;
    std::chrono::system_clock::time_point wall_;
    Clock::time_point opened_;
    std::uint64_t sequence_ = 0;
    WindowAccumulator accumulator_;
};

}  // namespace plumb::agent

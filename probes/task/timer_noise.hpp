// How late the agent's loop usually wakes up: what it measures of latencies is no better than this.
#pragma once

#include "probes/run.hpp"

#include <array>
#include <cstddef>
#include <optional>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace plumb::task {

class TimerNoise {
  public:
    // Sleeps a few milliseconds, in steps, and keeps how late each ended.
    boost::asio::awaitable<void> sample(boost::asio::any_io_executor executor);
    void add(Clock::duration lateness);  // what sample() does with each

    // The middle of the latest; nullopt until there are enough.
    std::optional<Clock::duration> middle() const;

    static constexpr std::size_t kEnough = 16;

  private:
    std::array<Clock::duration, 64> latest_{};
    std::size_t count_ = 0;
};

}  // namespace plumb::task

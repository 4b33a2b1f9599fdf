// Did the loop run late while a run was under way? A prober that was busy, throttled or stopped measures
// itself, and its latencies are no evidence.
//
// One timer for each io_context ticks every 10 ms while at least one Watch exists, and costs nothing
// otherwise. Its lateness is the loop's. A loop that is blocked for longer than the run is seen too: the tick
// is then overdue when the run ends.
#pragma once

#include "probes/run.hpp"

#include <chrono>
#include <cstdint>

#include <boost/asio/any_io_executor.hpp>

namespace plumb::net {

class LoopLag;

// Measures from construction on. REQUIRES: used on the io_context's thread, destroyed before the io_context.
class LagWatch {
  public:
    explicit LagWatch(const boost::asio::any_io_executor& executor);
    ~LagWatch();
    LagWatch(const LagWatch&) = delete;
    LagWatch& operator=(const LagWatch&) = delete;

    Clock::duration worst() const;

  private:
    LoopLag& lag_;
    Clock::time_point started_;
    std::uint64_t first_tick_;
};

inline constexpr std::chrono::milliseconds kSuspectLag{10};

}  // namespace plumb::net

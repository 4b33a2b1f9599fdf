#include "probes/task/clock.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace plumb::task {

void describe_clock(const ClockOffset& offset, Outcome& outcome) {
    constexpr double kRefusedFrom = 300;  // seconds
    using Seconds = std::chrono::duration<double>;
    const auto off = std::max(std::chrono::abs(offset.ahead) - offset.bound, std::chrono::nanoseconds(0));
    outcome.gauge(kClockError, Seconds(off).count(), kRefusedFrom);
    outcome.fact(kClockOffset, fmt::format("{:+.3f} s ± {:.3f} s", Seconds(offset.ahead).count(),
                                           Seconds(offset.bound).count()));
}

}  // namespace plumb::task

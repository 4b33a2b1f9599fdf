// How far the task's clock is off the controller's. A clock that is far off breaks what is signed with a
// time: AWS refuses requests 5 minutes off (Signature Version 4), certificates and tokens are valid too early
// or too long.
#pragma once

#include "model/outcome.hpp"

#include <chrono>

namespace plumb::task {

struct ClockOffset {
    std::chrono::nanoseconds ahead{};  // of the controller's; negative: behind it
    std::chrono::nanoseconds bound{};  // half of the way there and back: it may be off by so much
};

inline constexpr FactInfo kClockOffset{
    "clock.offset", FactClass::informational,
    "how far the task's clock is ahead of the controller's, and the bound of "
    "that"};
inline constexpr GaugeInfo kClockError{
    "clock.error", "s",
    "by how much the task's clock is off the controller's for certain; of the "
    "5 minutes from which AWS refuses what it signs",
    true};

void describe_clock(const ClockOffset& offset, Outcome& outcome);

}  // namespace plumb::task

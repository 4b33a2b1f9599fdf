// What the task probe as a whole adds to its areas.
#pragma once

#include "model/fact.hpp"
#include "model/outcome.hpp"
#include "model/sources.hpp"

namespace plumb::task {

inline constexpr FactInfo kLook{"task.look", FactClass::informational,
                                "why a look at the task is not whole: it was not over in time"};
inline constexpr FactInfo kImageFrom{kImageSource, FactClass::informational,
                                     "whose image this is: the container that was read, or why none was"};
inline constexpr GaugeInfo kTaskStorage{
    "task.storage", "bytes",
    "ephemeral storage of the task in use, as Fargate counts it; of what is reserved", true};
inline constexpr GaugeInfo kTimerNoise{
    "task.timer_noise", "s", "how late the agent usually wakes up; latencies are no better than this", false};

}  // namespace plumb::task

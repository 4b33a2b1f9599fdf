// What the task probe as a whole adds to its areas.
#pragma once

#include "model/fact.hpp"
#include "model/outcome.hpp"

namespace plumb::task {

inline constexpr FactInfo kLook{"task.look", FactClass::informational,
                                "why a look at the task is not whole: it was not over in time"};
inline constexpr FactInfo kImageFrom{"task.image_from", FactClass::informational,
                                     "whose image this is: this container's, or the app's"};
inline constexpr GaugeInfo kTimerNoise{
    "task.timer_noise", "s", "how late the agent usually wakes up; latencies are no better than this", false};

}  // namespace plumb::task

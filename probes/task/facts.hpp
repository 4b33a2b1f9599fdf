// What the task probe as a whole adds to its areas.
#pragma once

#include "model/fact.hpp"
#include "model/outcome.hpp"
#include "model/sources.hpp"

namespace plumb::task {

inline constexpr FactInfo kLook{
    kUnfinishedLook, FactClass::informational,
    "why a look at the task is not whole: it was not over in time, or not possible"};
// Values of it, behind "the look was".
inline constexpr std::string_view kLookTooSlow =
    "not over in time: the processor is busy, or a file system does not answer";
inline constexpr std::string_view kLookInterrupted = "not over when the check was interrupted";
inline constexpr std::string_view kLookWithoutThread =
    "not possible: no thread could be started, for the task has as many as it may have";
inline constexpr FactInfo kImageFrom{kImageSource, FactClass::informational,
                                     "whose image this is: the container that was read, or why none was"};
inline constexpr GaugeInfo kTaskStorage{
    "task.storage", "bytes",
    "ephemeral storage of the task in use, as Fargate counts it; of what is reserved", true};
inline constexpr GaugeInfo kTimerNoise{
    "task.timer_noise", "s", "how late the agent usually wakes up; latencies are no better than this", false};

}  // namespace plumb::task

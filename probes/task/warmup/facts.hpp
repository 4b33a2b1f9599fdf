// What the app's warm-up adds to the evidence of the task, each declared once.
#pragma once

#include "model/fact.hpp"
#include "model/outcome.hpp"
#include "model/phase.hpp"

namespace plumb::task {

// Only where a health URL is configured.
inline constexpr PhaseInfo kWarmupCheck{"warmup", "the app is ready before its kill line, and stays so",
                                        true};
inline constexpr PhaseInfo kReadinessCheck{
    "readiness", "the app calls itself healthy only once its dependencies can be reached", true};
inline constexpr PhaseInfo kPortCheck{"port", "the app listens on the port that its health check asks", true};

inline constexpr FactInfo kWarmupSettings{
    "task.warmup_settings", FactClass::must_match,
    "when an app that is not healthy is killed, counted from its start"};
inline constexpr FactInfo kReadiness{"task.readiness", FactClass::informational,
                                     "whether the app is ready, and after what time it was"};

// Beside a check that fails, so that a finding can name what its count of runs cannot.
inline constexpr FactInfo kHealthPort{"task.health_port", FactClass::informational,
                                      "the health check's port refuses: which one, and which answers"};
inline constexpr FactInfo kReadyEarly{
    "task.ready_early", FactClass::informational,
    "that the app called itself healthy before dependencies could be reached: when, and before which"};

inline constexpr GaugeInfo kWarmup{"task.warmup", "s",
                                   "the task's start to the first ready answer, or so far; of the time after "
                                   "which it is killed",
                                   true};
inline constexpr GaugeInfo kWarmupHealthy{"task.warmup_healthy", "s",
                                          "the task's start to the first healthy answer", false};

}  // namespace plumb::task

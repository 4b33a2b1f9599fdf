// What the latency tests tell about the environments themselves, whatever shifted.
#pragma once

#include "controller/judge/latency/latency_shifts.hpp"

#include <optional>
#include <vector>

namespace plumb::judge {

// By which ratio medians differ between the sides beyond what their tasks do, where nothing was found: what
// a person who accepts the comparison accepts with it. Robust (MAD), and without what moved all of them
// alike. None when too few phases were tested to tell.
std::optional<double> environment_spread(const std::vector<LatencyTest>& tests);

// How late the timers of a prober usually fire: the gauge `task.timer_noise` (seconds) of the dependency
// `task`, the median of its tasks, of the noisier side. 0 when no agent tells. Never more than what makes a
// run suspect, since such runs are left out.
double timer_noise_ns(const View& view);

}  // namespace plumb::judge

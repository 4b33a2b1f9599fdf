// Whose latency shifted: which labels explain the tasks that are slow, by how far each stands above what the
// baseline shows in its zone (scope.hpp).
#pragma once

#include "controller/judge/latency/latency_shifts.hpp"
#include "controller/judge/scope/scope.hpp"

namespace plumb::judge {

Scope scope_of_shift(const LatencyTest& test, const View& view);

}  // namespace plumb::judge

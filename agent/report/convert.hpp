// Model → wire: the edge where a window becomes a protobuf message.
#pragma once

#include "model/window.hpp"
#include "plumb/v1/report.pb.h"

namespace plumb::agent {

// Everything but age_ms, which is set at each send.
v1::Window to_proto(const Window& window);

}  // namespace plumb::agent

// tcp://host:port: resolve and connect, nothing more. Also what a scheme without a probe of its own falls
// back to.
#pragma once

#include "probes/probe.hpp"

namespace plumb {

const Kind& tcp_kind();

}  // namespace plumb

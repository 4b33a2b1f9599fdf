// `plumb-agent run`: the sidecar.
#pragma once

#include "agent/cli.hpp"

namespace plumb::agent {

int run(const RunOptions& options);

}  // namespace plumb::agent

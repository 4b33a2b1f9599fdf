// `plumb-agent check`: probe every target now, print, and exit 0 or 1.
#pragma once

#include "agent/cli.hpp"

namespace plumb::agent {

int check(const CheckOptions& options);

}  // namespace plumb::agent

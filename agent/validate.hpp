// `plumb-agent validate`: every error of a configuration file, without probing.
#pragma once

#include "agent/cli.hpp"

namespace plumb::agent {

int validate(const ValidateOptions& options);

}  // namespace plumb::agent

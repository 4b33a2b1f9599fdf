// `check --watch`: round after round until a signal. On a terminal the table is redrawn in place and stays
// when it ends; elsewhere each round is a line with its time, and the table comes at the end. With --format
// json each round is one object on a line.
#pragma once

#include "agent/check/driver.hpp"
#include "agent/check/progress.hpp"
#include "agent/cli.hpp"
#include "probes/registry.hpp"

#include <vector>

namespace plumb::agent {

// The exit code of the last whole round; kFailed when there was none, or when standard output cannot be
// written.
int watch(CheckDriver& driver, const std::vector<Prepared>& targets, const CheckOptions& options,
          ProgressLine& line);

}  // namespace plumb::agent

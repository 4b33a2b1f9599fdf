// Where the logs of a scenario are kept. The laboratory works as root and a folder from before is replaced,
// so it takes away only what it made itself: its folders have a marker in them.
#pragma once

#include "base/result.hpp"

#include <string>

namespace plumb::lab {

// A name that is a folder of its own below the logs and nowhere else: small letters, digits, - and _.
bool is_scenario_name(const std::string& name);

// Nothing is there yet, or a folder of the laboratory; otherwise an Error with the remedy.
plumb::Result<void> may_replace(const std::string& folder);

// The files of `from` stand in `to` then, except what servers stored. Throws when may_replace() says no, or
// when the disk does.
void keep_logs(const std::string& from, const std::string& to);

}  // namespace plumb::lab

// Files of a task's image that are not as the machine has them.
#pragma once

#include "tests/lab/net/own_plan.hpp"

#include <string>
#include <vector>

namespace plumb::lab {

// The text after the changes, in their order. Throws when there is nothing to leave out: the fault would be
// none. `path` is for the words.
std::string changed(const std::string& path, std::string text, const std::vector<FileChange>& changes);

}  // namespace plumb::lab

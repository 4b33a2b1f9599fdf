// The version of this program, from the project's CMakeLists.txt.
#pragma once

#include <string_view>

namespace plumb::agent {

std::string_view version();

}  // namespace plumb::agent

// How a report's text is laid out on a terminal.
#pragma once

#include "base/terminal.hpp"

#include <string>
#include <string_view>

namespace plumb::judge {

std::size_t columns_of(const Terminal& terminal);  // its width, at most 100 and at least 40

// Breaks at spaces; a word longer than the line stands alone. The first line begins at column `indent`, the
// others are indented so far.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t columns);

}  // namespace plumb::judge

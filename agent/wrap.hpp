// Text for a terminal: words wrapped to a width with a hanging indent. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace plumb::agent {

// `label` padded to `indent` columns, then `text` wrapped so that no line is wider than `width` (a single
// word that is wider stays whole); continuation lines are indented by `indent`. Ends with a newline.
std::string hanging(std::string_view label, std::string_view text, std::size_t indent, std::size_t width);

}  // namespace plumb::agent

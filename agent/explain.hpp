// `plumb-agent explain`: the table of causes as text. Pure; reads model/cause.hpp, as every other screen
// does.
#pragma once

#include "base/result.hpp"
#include "base/terminal.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace plumb::agent {

// `word` is a code ("tcp.timeout") or an alias ("28P01", "ECONNREFUSED"), in any case. The error names the
// nearest.
Result<std::string> explain(std::string_view word, const Terminal& terminal);

// Every cause with its meaning, grouped by the part of the code before the dot.
std::string list_causes(const Terminal& terminal);

}  // namespace plumb::agent

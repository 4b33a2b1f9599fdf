// The standard streams of every command. Nothing here throws: what cannot be told on standard error is lost,
// and what cannot be printed on standard output is said there, unless its reader went away (`| head`).
#pragma once

#include <string_view>

namespace plumb::agent {

bool print(std::string_view text);  // to standard output; false: it could not be written
void tell(std::string_view line);   // to standard error, with a line's end

}  // namespace plumb::agent

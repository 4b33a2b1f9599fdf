// A window as one JSON line: what `plumb-agent run --output` writes and `plumbctl judge` reads. Unknown
// fields are ignored, optional ones may be absent; bounds are checked, and texts are escaped as sanitize()
// does.
//
// Lenient where a writer other than ours may differ: of a sketch only the buckets must be there (count,
// sum_ns, min_ns and max_ns are drawn to values that fit them), and an unknown layer or fact class reads as
// absent.
#pragma once

#include "model/window.hpp"

#include <string>
#include <string_view>

namespace plumb {

std::string to_json_line(const Window& window);  // without the newline
// Errors name the field by path: "dependencies[0].phases[1].clean.buckets: …".
Result<Window> parse_window(std::string_view line);

}  // namespace plumb

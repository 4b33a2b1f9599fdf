// Values that live elsewhere: `${VAR}` inside a text of the configuration, `env:VAR` and `file:PATH` in place
// of a whole value. Errors name the variable or the path, never the value.
#pragma once

#include "base/result.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace plumb::agent {

// A variable's value, or nullopt when it is not set.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;
Environment process_environment();

inline constexpr std::size_t kMaxSecretBytes = 64 << 10;

// Replaces every `${VAR}`; `$${` stands for a plain `${`. With `in_url`, a value that stands in the userinfo
// of a URL (between "://" and "@") is percent-encoded, so that a raw password with '@' or '/' keeps its
// place.
Result<std::string> expand_variables(std::string_view text, const Environment& environment,
                                     bool in_url = false);

// Whether the text is one variable and nothing else: `${VAR}` or `env:VAR`.
bool is_whole_variable(std::string_view text);

// `env:VAR` and `file:PATH` give the value that stands there, without the line break at its end; any other
// text is given back as it is.
Result<std::string> follow_reference(std::string_view text, const Environment& environment);

}  // namespace plumb::agent

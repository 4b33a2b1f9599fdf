// Finds the object that `plumb-agent check --format json` printed inside whatever was saved around it: an ECS
// Exec session with its banner and prompts, CRs that a terminal put in, colour codes, lines wrapped by a
// terminal, UTF-16 as PowerShell redirects it. The last such object counts. Linear in the size of the text,
// whatever the text is.
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

#include <boost/json/object.hpp>

namespace plumb::ctl {

inline constexpr std::size_t kMaxTranscript = 32u << 20;

Result<boost::json::object> find_check(std::string_view text);

// Exposed for tests: the text without escape sequences, CRs and byte-order marks, as UTF-8.
std::string plain_text(std::string_view text);

}  // namespace plumb::ctl

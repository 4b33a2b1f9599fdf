// Whole small files. Reads are bounded so that a wrong path (a device, a huge log) cannot exhaust memory.
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <string>

namespace plumb {

inline constexpr std::size_t kMaxConfigBytes = 1 << 20;

// "-" reads standard input. Errors name the path and the reason ("no such file", "is a directory", "over 1
// MiB").
Result<std::string> read_file(const std::string& path, std::size_t limit = kMaxConfigBytes);

}  // namespace plumb

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

// The same of a regular file alone, and never of standard input: a pipe that nobody writes to would hold up
// the whole program, and a device may have no end. The error then says what the path is.
Result<std::string> read_regular_file(const std::string& path, std::size_t limit = kMaxConfigBytes);
// For a library that opens the file itself: "" for a regular file, else why it cannot be read or what it is.
std::string why_no_regular_file(const std::string& path);

}  // namespace plumb

// SHA-256, and what of it stands in facts: its first eight hexadecimal digits tell lists apart that differ by
// accident. They protect against nobody who wants two lists to look the same.
#pragma once

#include "probes/task/image/byte_source.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace plumb::task::image {

std::string sha256(std::string_view bytes);  // 32 bytes
std::string hex(std::string_view bytes);
std::string short_digest(std::string_view bytes);

// Of the first `most` bytes and the size. "" when the source cannot be read.
std::string short_digest(const ByteSource& source, std::uint64_t most);

// A fact's value is cut at kMaxFactValue, and two long ones that differ behind the cut would look the same: a
// longer one is cut here, and its digest stands at the end.
std::string fitted(std::string_view text);

}  // namespace plumb::task::image

// Versions of shared libraries from the words inside them. Nothing is executed.
#pragma once

#include "probes/task/image/byte_source.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace plumb::task::image {

// Each looks at some bytes of a library. A version that touches the end of the bytes may go on behind it and
// does not count.
using FindVersion = std::optional<std::string> (*)(std::string_view bytes);

std::optional<std::string> glibc_version(std::string_view bytes);    // "2.36"
std::optional<std::string> musl_version(std::string_view bytes);     // "1.2.4"
std::optional<std::string> openssl_version(std::string_view bytes);  // "3.0.11", "1.0.2k-fips"

// The first that is found in the first 16 MiB.
std::optional<std::string> find_version(const ByteSource& library, FindVersion find);

}  // namespace plumb::task::image

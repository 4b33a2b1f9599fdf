// Numbers with their most significant byte first, as SQLite and rpm write them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace plumb::task::image {

// REQUIRES: `count` (at most 8) bytes from `at` are in `bytes`.
inline std::uint64_t big_endian(std::string_view bytes, std::size_t at, std::size_t count) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < count; ++i)
        value = (value << 8U) | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

inline std::uint32_t big_endian_32(std::string_view bytes, std::size_t at) {
    return static_cast<std::uint32_t>(big_endian(bytes, at, 4));
}

inline std::uint32_t big_endian_16(std::string_view bytes, std::size_t at) {
    return static_cast<std::uint32_t>(big_endian(bytes, at, 2));
}

}  // namespace plumb::task::image

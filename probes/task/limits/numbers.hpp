// Small texts of the kernel → numbers. Pure; what is not as expected is nullopt.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace plumb::task::limits {

// A whole number, spaces around it allowed; nullopt for anything else ("max", "-1", "12x").
std::optional<std::uint64_t> parse_number(std::string_view text);

// A limit as cgroups write it. None is "max" in version 2, and in version 1 the largest number of pages,
// which differs with the page's size: what no machine has is none.
std::optional<std::uint64_t> parse_limit(std::string_view text);

// The number of the line "NAME NUMBER".
std::optional<std::uint64_t> parse_field(std::string_view text, std::string_view name);

// The next word of `text`, taken from its front; "" at the end of the line.
std::string_view take_word(std::string_view& text);

// A file of the kernel; "" where it is absent, may not be read or is longer than these files are.
std::string read_small(const std::string& path);

inline constexpr std::size_t kMaxSmall = std::size_t{64} << 10U;

}  // namespace plumb::task::limits

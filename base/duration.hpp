// Durations as people write them: "250ms", "2s", "15m", "1h", "30d"; a bare number is refused.
#pragma once

#include "base/result.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace plumb {

Result<std::chrono::nanoseconds> parse_duration(std::string_view text);

// Three significant digits with the unit that suits: "310 µs", "1.23 ms", "2.00 s".
std::string format_duration(std::chrono::nanoseconds value);

// UTC wall clock, RFC 3339 with seconds: "2026-11-23T10:00:00Z"; parsing accepts fractions and offsets too.
std::string format_time(std::chrono::system_clock::time_point value);
Result<std::chrono::system_clock::time_point> parse_time(std::string_view text);
// A calendar day "2027-01-31", as the instant at which that day ends in UTC.
Result<std::chrono::system_clock::time_point> parse_day_end(std::string_view text);

}  // namespace plumb

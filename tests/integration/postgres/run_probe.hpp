// One run of the postgres probe; what holds for each of its outcomes is checked on the way.
#pragma once

#include "tests/integration/probe_run/probe_run.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace plumb::test {

inline constexpr std::string_view kPassword = "Correct-Horse-7";
inline constexpr std::string_view kWrongPassword = "Battery-Staple-9";

// Fails the test when the outcome is not sound or holds one of the passwords above.
Outcome run_postgres(const std::string& url, std::chrono::milliseconds timeout = std::chrono::seconds(10));
Outcome run_postgres(const std::string& url, Depth depth);
Outcome run_postgres(const std::string& url, RunOptions options);

}  // namespace plumb::test

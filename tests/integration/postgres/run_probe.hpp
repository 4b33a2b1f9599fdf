// One run of the postgres probe, as the driver makes it, and what holds for each of its outcomes.
#pragma once

#include "model/outcome.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::test {

// Fails the test when the phases do not add up, when the run goes on past its deadline, or when one of the
// passwords that these tests use stands anywhere in the outcome.
Outcome run_postgres(const std::string& url, std::chrono::milliseconds timeout = std::chrono::seconds(10),
                     std::uint64_t number = 0);

inline constexpr std::string_view kPassword = "Correct-Horse-7";
inline constexpr std::string_view kWrongPassword = "Battery-Staple-9";

std::string failure_of(const Outcome& outcome);                      // "connect tcp.refused", or "ok"
std::string fact_of(const Outcome& outcome, std::string_view name);  // "(absent)" when it is
std::vector<std::string> phases_of(const Outcome& outcome);

}  // namespace plumb::test

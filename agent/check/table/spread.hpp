// Several durations of the same thing: percentiles, as far as their number supports them, and a histogram.
// Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace plumb::agent {

inline constexpr std::size_t kRunsForP90 = 10;
inline constexpr std::size_t kRunsForP99 = 100;

// Nearest rank: each is a duration that was measured.
struct Spread {
    std::chrono::nanoseconds p50{};
    std::optional<std::chrono::nanoseconds> p90;  // of kRunsForP90 runs and more
    std::optional<std::chrono::nanoseconds> p99;  // of kRunsForP99 runs and more
    std::chrono::nanoseconds min{};
    std::chrono::nanoseconds max{};
};
Spread spread_of(std::vector<std::chrono::nanoseconds> durations);  // REQUIRES: at least one

// How many fell into each of `buckets` that lie between the shortest and the longest, each longer than the
// one before by the same factor: a bar for each, a blank for none. Of equal durations one bar. REQUIRES: at
// least one duration.
std::string histogram(const std::vector<std::chrono::nanoseconds>& durations, std::size_t buckets);

}  // namespace plumb::agent

#include "agent/check/table/spread.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace plumb::agent {
namespace {

using std::chrono::nanoseconds;

nanoseconds ranked(const std::vector<nanoseconds>& sorted, std::size_t percent) {
    return sorted[(sorted.size() * percent + 99) / 100 - 1];
}

double length(nanoseconds duration) {
    return std::log(static_cast<double>(std::max<nanoseconds::rep>(duration.count(), 1)));
}

}  // namespace

Spread spread_of(std::vector<nanoseconds> durations) {
    std::sort(durations.begin(), durations.end());
    Spread spread;
    spread.p50 = ranked(durations, 50);
    if (durations.size() >= kRunsForP90) spread.p90 = ranked(durations, 90);
    if (durations.size() >= kRunsForP99) spread.p99 = ranked(durations, 99);
    spread.min = durations.front();
    spread.max = durations.back();
    return spread;
}

std::string histogram(const std::vector<nanoseconds>& durations, std::size_t buckets) {
    constexpr std::array<std::string_view, 9> kBars{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    const auto [shortest, longest] = std::minmax_element(durations.begin(), durations.end());
    const double from = length(*shortest);
    const double range = length(*longest) - from;
    if (range <= 0) return std::string(kBars.back());
    std::vector<std::size_t> counts(buckets);
    for (const auto duration : durations) {
        const auto at = (length(duration) - from) / range * static_cast<double>(buckets);
        ++counts[std::min(static_cast<std::size_t>(std::max(at, 0.0)), buckets - 1)];
    }
    const auto most = *std::max_element(counts.begin(), counts.end());
    std::string bars;
    for (const auto count : counts)
        bars += kBars[(count * 8 + most - 1) / most];
    return bars;
}

}  // namespace plumb::agent

#include "agent/run/schedule.hpp"

#include <algorithm>

namespace plumb::agent {
namespace {

// SplitMix64 (Steele, Lea, Flood 2014): one step, as a hash of (seed, target, point).
std::uint64_t mix(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

// In [0, 1).
double fraction(std::uint64_t seed, std::uint64_t target, std::uint64_t point) {
    return static_cast<double>(mix(seed ^ mix(target ^ mix(point))) >> 11) * 0x1.0p-53;
}

std::chrono::nanoseconds scaled(std::chrono::nanoseconds value, double factor) {
    return std::chrono::nanoseconds(static_cast<std::int64_t>(static_cast<double>(value.count()) * factor));
}

constexpr double kJitter = 0.1;

}  // namespace

Schedule::Schedule(const std::vector<std::chrono::nanoseconds>& intervals, Clock::time_point start,
                   std::uint64_t seed)
    : seed_(seed) {
    slots_.reserve(intervals.size());
    for (const auto interval : intervals) {
        const auto index = slots_.size();
        const auto offset = scaled(interval, fraction(seed_, index, ~std::uint64_t{0}) * (1 - kJitter));
        slots_.push_back(Slot{std::max(interval, std::chrono::nanoseconds(1)), start + offset, {}, 0, false});
        jitter(index);
    }
}

void Schedule::jitter(std::size_t target) {
    auto& slot = slots_[target];
    slot.at = slot.grid + scaled(slot.interval, kJitter * fraction(seed_, target, slot.point));
}

std::vector<Schedule::Due> Schedule::due(Clock::time_point now) {
    std::vector<Due> out;
    for (std::size_t index = 0; index < slots_.size(); ++index) {
        auto& slot = slots_[index];
        if (slot.at > now) continue;
        // Points that passed: this one, and one for each whole interval since. The newest of them starts.
        const auto late = std::max(now - slot.grid, std::chrono::nanoseconds(0));
        const auto passed = 1 + static_cast<std::uint64_t>(late / slot.interval);
        slot.grid += slot.interval * static_cast<std::int64_t>(passed);
        slot.point += passed;
        jitter(index);
        const bool start = !slot.in_flight;
        if (start) slot.in_flight = true;
        out.push_back({index, start, start ? passed - 1 : passed});
    }
    return out;
}

void Schedule::finished(std::size_t target) {
    slots_.at(target).in_flight = false;
}

Schedule::Clock::time_point Schedule::next_due() const {
    return std::min_element(slots_.begin(), slots_.end(),
                            [](const Slot& a, const Slot& b) { return a.at < b.at; })
        ->at;
}

}  // namespace plumb::agent

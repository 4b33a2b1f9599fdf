// The margins of a policy under the names that its file gives them: one table for reading them, for bounding
// them and for which of two is the stricter.
#pragma once

#include "controller/judge/policy/policy.hpp"

#include <chrono>
#include <span>
#include <string_view>
#include <variant>

namespace plumb::judge {

// Which value lets less pass. `neither`: both ways could hide something, so a floor's own value counts.
enum class Stricter { lower, higher, neither };

struct ThresholdInfo {
    using Field = std::variant<double Thresholds::*, unsigned Thresholds::*,
                               std::chrono::nanoseconds Thresholds::*>;  // a duration is written as in 2ms
    std::string_view name;
    Field field;
    double least;  // in ns where it is a duration
    double most;
    Stricter stricter;
    bool HoldOn::*kind;  // what it belongs to: a floor that says nothing of it binds where it holds on that
    std::string_view meaning;  // what it is and its unit, for a complaint
};

std::span<const ThresholdInfo> threshold_table();

// Of each margin the stricter one; what only the floor chose is the floor's, and what it did not choose, of a
// kind that it does not hold on, is ours. Returns the names of those that were chosen looser than the
// floor's.
std::vector<std::string_view> tighten(Policy& mine, const Policy& floor);

}  // namespace plumb::judge

// Whether an amount rises steadily towards its limit, and when it will be there. Pure numbers: a point is
// when (in windows) and how much (as a share of the limit).
//
// The slope is the median of the slopes between all pairs (Theil 1950, Sen 1968), which single spikes do not
// move. Its interval allows for residuals that resemble their neighbours, as loads do, and for amounts that
// just wander. A drop starts the count anew, and what was dropped from is then known ground; a rise that
// slows down is not drawn on as a line.
#pragma once

#include <cstddef>
#include <vector>

namespace plumb::judge {

struct TrendPoint {
    double at = 0;     // in windows
    double share = 0;  // of the limit
};

struct TrendRules {
    double horizon = 60;    // windows: exhaustion within it counts
    double level = 0.0001;  // chance that an amount which stands still is taken for one that rises
};

enum class Course {
    too_short,  // fewer than kTrendPoints since the last drop
    flat,       // hardly rose
    unsteady,   // rose, but no more than such amounts do by chance
    returning,  // rises where it came back from before
    slowing,    // rises more and more slowly: it ends below the limit
    far,        // rises steadily and will not be there within the horizon
    exhausts,
};

struct Trend {
    Course course = Course::too_short;
    std::size_t points = 0;  // since the last drop
    double slope = 0;        // share of the limit a window
    double low = 0;          // of the slope, at the level
    double high = 0;
    double left = 0;        // windows until the limit; meaningless unless it rises
    double left_least = 0;  // lower bound of that (95 %)
};

inline constexpr double kTrendRise = 0.05;       // of the limit: less is no rise, and less is no drop
inline constexpr std::size_t kTrendPoints = 6;   // fewer show no trend
inline constexpr std::size_t kTrendNewest = 60;  // points that the slope is taken over

Trend trend_of(const std::vector<TrendPoint>& points, const TrendRules& rules);  // oldest first

}  // namespace plumb::judge

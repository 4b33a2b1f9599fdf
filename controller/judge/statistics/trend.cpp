#include "controller/judge/statistics/trend.hpp"

#include "controller/judge/statistics/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <span>

namespace plumb::judge {
namespace {

constexpr double kNoise = 0.003;     // of the limit: no amount is steadier than this, however lucky
constexpr double kNeighbours = 0.3;  // residuals resemble their neighbours at least this much
constexpr double kNeighboursMost = 0.9;
constexpr double kWander = 10;   // times the level: wandering that far is rare, and seldom upwards only
constexpr double kBound = 0.05;  // chance that less time is left than the lower bound says

using Points = std::span<const TrendPoint>;

// Each beside its neighbours: a single spike is no level that was fallen from.
std::vector<double> levels(Points points) {
    std::vector<double> out;
    out.reserve(points.size());
    for (const TrendPoint& each : points)
        out.push_back(each.share);
    for (std::size_t i = 1; i + 1 < points.size(); ++i) {
        const double before = points[i - 1].share;
        const double after = points[i + 1].share;
        out[i] = std::clamp(points[i].share, std::min(before, after), std::max(before, after));
    }
    return out;
}

// Where the count began last: behind the last fall by half of what it had risen, and by more than nothing.
std::size_t last_start(const std::vector<double>& levels) {
    std::size_t start = 0;
    double lowest = levels[0];
    double peak = levels[0];
    for (std::size_t i = 1; i < levels.size(); ++i) {
        if (peak - levels[i] >= std::max(kTrendRise, (peak - lowest) / 2)) {
            start = i;
            lowest = peak = levels[i];
        }
        lowest = std::min(lowest, levels[i]);
        peak = std::max(peak, levels[i]);
    }
    return start;
}

// Whether the count stood as high before it began again.
bool is_known(const std::vector<double>& levels, std::size_t start) {
    const auto begin = levels.begin() + static_cast<std::ptrdiff_t>(start);
    return start > 0 &&
           *std::max_element(begin, levels.end()) < *std::max_element(levels.begin(), begin) + kTrendRise;
}

double theil_sen(Points points) {
    std::vector<double> slopes;
    slopes.reserve(points.size() * (points.size() - 1) / 2);
    for (std::size_t i = 0; i < points.size(); ++i) {
        for (std::size_t j = i + 1; j < points.size(); ++j) {
            const double apart = points[j].at - points[i].at;
            if (apart > 0) slopes.push_back((points[j].share - points[i].share) / apart);
        }
    }
    if (slopes.empty()) return 0;
    const auto middle = slopes.begin() + static_cast<std::ptrdiff_t>(slopes.size() / 2);
    std::nth_element(slopes.begin(), middle, slopes.end());
    return *middle;
}

// Standard error of a slope over these points, whose residuals follow each other.
double slope_error(Points points, double slope) {
    const double n = static_cast<double>(points.size());
    double at = 0;
    double share = 0;
    for (const TrendPoint& each : points) {
        at += each.at / n;
        share += each.share / n;
    }
    double spread = 0;
    double squares = 0;
    double products = 0;
    double before = 0;
    for (const TrendPoint& each : points) {
        const double residual = each.share - share - slope * (each.at - at);
        spread += (each.at - at) * (each.at - at);
        squares += residual * residual;
        products += residual * before;
        before = residual;
    }
    if (spread <= 0) return 1;
    const double variance = std::max(kNoise * kNoise, squares / (n - 2));
    // The correlation that a short series shows is too small, by about (1 + 4 ρ) / n (Kendall 1954).
    const double seen = squares > 0 ? products / squares : 0;
    const double alike = std::clamp(seen + (1 + 4 * std::max(0.0, seen)) / n, kNeighbours, kNeighboursMost);
    return std::sqrt(variance * (1 + alike) / (1 - alike) / spread);
}

// The same if the amount wandered: each step as large as these were, and none bound to the one before.
double wander_error(Points points, double slope) {
    double squares = 0;
    for (std::size_t i = 1; i < points.size(); ++i) {
        const double apart = points[i].at - points[i - 1].at;
        const double step = points[i].share - points[i - 1].share - slope * apart;
        squares += step * step;
    }
    const double steps = static_cast<double>(points.size() - 1);
    const double span = points.back().at - points.front().at;
    return span <= 0 ? 1 : std::sqrt(std::max(kNoise * kNoise * steps, squares * steps / (steps - 1))) / span;
}

// Whether a rise that keeps losing speed as it did from the older half to the newer one ends within the room.
bool slows_down(Points points, double room) {
    const std::size_t half = points.size() / 2;
    const Points older = points.first(half);
    const Points newer = points.last(points.size() - half);
    const double before = theil_sen(older);
    const double now = theil_sen(newer);
    if (before <= 0) return false;
    // The doubt goes to the rise: noise alone lets half of all steady ones look slower.
    const double kept = (now + slope_error(newer, now)) / before;
    if (kept >= 1) return false;
    const double span = newer.back().at - older.front().at;
    const double ahead = std::max(0.0, now) * span / 2 * kept / (1 - std::max(0.0, kept));
    return ahead < room;
}

}  // namespace

Trend trend_of(const std::vector<TrendPoint>& all, const TrendRules& rules) {
    Trend trend;
    if (all.size() < kTrendPoints) return trend;
    const auto level = levels(all);
    const std::size_t start = last_start(level);
    const Points since = Points(all).subspan(start);
    const Points points = since.last(std::min(since.size(), kTrendNewest));
    trend.points = points.size();
    if (points.size() < kTrendPoints) return trend;
    trend.course = Course::flat;
    const double room = std::max(0.0, 1 - points.back().share);
    trend.slope = theil_sen(points);
    if (trend.slope <= 0 || trend.slope * (points.back().at - points.front().at) < kTrendRise) return trend;
    trend.left = room / trend.slope;
    const double error = slope_error(points, trend.slope);
    const double freedom = static_cast<double>(points.size() - 2);
    const double reach =
        std::max(student_quantile(1 - rules.level, freedom) * error,
                 student_quantile(1 - kWander * rules.level, freedom) * wander_error(points, trend.slope));
    trend.low = trend.slope - reach;
    trend.high = trend.slope + reach;
    trend.left_least = room / (trend.slope + student_quantile(1 - kBound, freedom) * error);
    if (trend.low <= 0) {
        trend.course = Course::unsteady;
    } else if (is_known(level, start)) {
        trend.course = Course::returning;
    } else if (slows_down(points, room)) {
        trend.course = Course::slowing;
    } else {
        // A wide interval alone makes nothing urgent: the middle must be near, too.
        const bool soon = trend.left_least < rules.horizon && trend.left < 2 * rules.horizon;
        trend.course = soon ? Course::exhausts : Course::far;
    }
    return trend;
}

}  // namespace plumb::judge

// Forecast: an amount that rises steadily and will stand at its limit soon. Tasks that look at one server see
// one series, so their agreement proves nothing more: each is judged alone, and the finding tells the middle
// one of those that rise.
#include "controller/judge/evidence/ahead.hpp"
#include "controller/judge/gauges/gauge_rules.hpp"
#include "controller/judge/statistics/trend.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

namespace plumb::judge {
namespace {

constexpr double kHorizonWindows = 60;
constexpr auto kHorizon =
    std::chrono::minutes(30);  // for windows longer than usual: loads change by the hour
constexpr double kLevel = 0.0001;
constexpr double kHoldShare = 0.5;  // of the tasks that show it
constexpr double kWarnShare = 0.1;  // fewer are as many as chance gives among very many tasks
constexpr std::size_t kCourses = 7;

struct Outlook {
    const Reading* reading = nullptr;
    Trend trend;
};

std::chrono::duration<double> window_of(const TaskEvidence& task) {
    return std::max(task.window_length, std::chrono::milliseconds(1));
}

std::vector<TrendPoint> points_of(const Reading& reading) {
    std::vector<TrendPoint> points;
    points.reserve(reading.gauge->points.size());
    const auto window = window_of(*reading.member->task);
    const Time first = reading.gauge->points.front().end;
    for (const GaugePoint& each : reading.gauge->points) {
        // Beyond the limit there is nothing left to forecast.
        points.push_back({(each.end - first) / window, std::clamp(each.max / reading.limit, 0.0, 1.0)});
    }
    return points;
}

// Most amounts stand still, and finding that out must cost little: there may be a hundred thousand of them.
bool stands_still(const Reading& reading) {
    const auto [low, high] =
        std::minmax_element(reading.gauge->points.begin(), reading.gauge->points.end(),
                            [](const GaugePoint& a, const GaugePoint& b) { return a.max < b.max; });
    return high->max - low->max < kTrendRise * reading.limit;
}

// A quota is whole again by itself: a gauge NAME_reset of the same dependency tells in how many seconds.
double quota_ends(const Reading& reading, std::string_view name) {
    for (const GaugeEvidence& each : reading.member->evidence->gauges) {
        const bool is = each.name.size() == name.size() + 6 && each.name.starts_with(name) &&
                        each.name.ends_with("_reset");
        if (is && !each.points.empty())
            return std::max(0.0, each.points.back().last) / window_of(*reading.member->task).count();
    }
    return HUGE_VAL;
}

Outlook outlook(const Reading& reading, const GaugeView& gauge, double level) {
    Outlook out{&reading, {}};
    if (stands_still(reading)) {
        out.trend.points = reading.gauge->points.size();
        out.trend.course = out.trend.points < kTrendPoints ? Course::too_short : Course::flat;
        return out;
    }
    TrendRules rules;
    rules.level = level;
    rules.horizon = std::min(kHorizonWindows, kHorizon / window_of(*reading.member->task));
    out.trend = trend_of(points_of(reading), rules);
    if (out.trend.course == Course::exhausts && out.trend.left > quota_ends(reading, gauge.name))
        out.trend.course = Course::far;
    return out;
}

std::vector<Outlook> outlooks(const Readings& readings, const GaugeView& gauge, double level) {
    std::vector<Outlook> out;
    out.reserve(readings.size());
    walk(
        readings, [&](const Reading& each) { out.push_back(outlook(each, gauge, level)); },
        [](const Reading& each) { ask_for_all(each.gauge->points); });
    return out;
}

// Those that run out, the nearest first.
std::vector<Outlook> exhausting(const std::vector<Outlook>& all) {
    std::vector<Outlook> chosen;
    std::copy_if(all.begin(), all.end(), std::back_inserter(chosen),
                 [](const Outlook& each) { return each.trend.course == Course::exhausts; });
    std::stable_sort(chosen.begin(), chosen.end(),
                     [](const Outlook& a, const Outlook& b) { return a.trend.left < b.trend.left; });
    return chosen;
}

std::string in_time(double windows, const Outlook& of) {
    const double seconds = windows * window_of(*of.reading->member->task).count();
    return seconds < 120 ? fmt::format("{:.0f} s", seconds) : fmt::format("{:.0f} min", seconds / 60);
}

Finding finding_of(const GaugeView& gauge, const std::vector<Outlook>& rising, bool holds) {
    Readings readings;
    for (const Outlook& each : rising)
        readings.push_back(*each.reading);
    Finding finding = gauge_finding("gauge.forecast", gauge, readings);
    finding.severity = holds ? Severity::critical : Severity::warning;
    finding.confidence = confidence(1 - kLevel);
    const Outlook& middle = rising[rising.size() / 2];
    const Trend& trend = middle.trend;
    finding.candidate = fmt::format(
        "{}; rising by {:.2g} % of the limit a window (over {} windows), at the limit in {} or in {} at the "
        "earliest",
        in_words(readings), 100 * trend.slope, trend.points, in_time(trend.left, middle),
        in_time(trend.left_least, middle));
    finding.evidence["forecast"] = {
        {"share_a_window",
         {{"value", rounded(trend.slope)}, {"low", rounded(trend.low)}, {"high", rounded(trend.high)}}},
        {"windows", trend.points},
        {"windows_left", {{"value", rounded(trend.left)}, {"least", rounded(trend.left_least)}}}};
    finding.evidence["tasks"] = {{"rising", rising.size()}, {"of", gauge.candidate.size()}};
    return finding;
}

const char* words_of(Course course) {
    switch (course) {
        case Course::too_short:
            return "shows it in fewer than six windows since its last drop";
        case Course::flat:
            return "hardly rises";
        case Course::unsteady:
            return "rises no more than an amount that wanders would";
        case Course::returning:
            return "rises where it came back from before";
        case Course::slowing:
            return "rises more and more slowly";
        case Course::far:
            return "rises, but will not reach the limit in time";
        case Course::exhausts:
            break;
    }
    return "will be at the limit soon";
}

Comparison told(const GaugeView& gauge, const std::vector<Outlook>& all, std::size_t rising, bool found) {
    std::array<std::size_t, kCourses> counts{};
    for (const Outlook& each : all)
        ++counts.at(static_cast<std::size_t>(each.trend.course));
    const auto most =
        static_cast<std::size_t>(std::max_element(counts.begin(), counts.end()) - counts.begin());
    const auto course = found ? Course::exhausts : static_cast<Course>(most);
    const auto of = std::find_if(all.begin(), all.end(),
                                 [&](const Outlook& each) { return each.trend.course == course; });
    const Trend& trend = of->trend;
    Comparison comparison = gauge_comparison(gauge, "forecast: slope of Theil and Sen since the last drop");
    if (trend.slope != 0 && trend.high > trend.low) {
        comparison.interval = fmt::format("{:.2g} to {:.2g} % of the limit a window ({:.4g} %)",
                                          100 * trend.low, 100 * trend.high, 100 * (1 - 2 * kLevel));
    }
    comparison.threshold = fmt::format(
        "a slope above zero that reaches the limit within {:.0f} windows ({} min at the most), on half of "
        "the "
        "tasks",
        kHorizonWindows, kHorizon.count());
    if (course == Course::exhausts || course == Course::far)
        comparison.margin = fmt::format("{:.0f} windows left at least", trend.left_least);
    comparison.why = fmt::format("{}: on {} of {} tasks it {}", found ? "found" : "quiet",
                                 found ? rising : counts.at(most), all.size(), words_of(course));
    return comparison;
}

}  // namespace

GaugeAnswer judge_forecast(const View& view, const GaugeView& gauge) {
    const auto all = outlooks(gauge.candidate, gauge, kLevel * view.alarm_share);
    const auto rising = exhausting(all);
    const double share = static_cast<double>(rising.size()) / static_cast<double>(all.size());
    const bool any = !rising.empty() && share >= kWarnShare;
    GaugeAnswer answer;
    if (any) {
        const bool holds = share >= kHoldShare && (rising.size() >= 2 || all.size() == 1);
        answer.finding = finding_of(gauge, rising, holds);
        const auto before = exhausting(outlooks(gauge.baseline, gauge, kLevel * view.alarm_share));
        // Rising on both sides is no difference, yet the danger is the candidate's all the same.
        answer.finding->evidence["baseline_rises_too"] =
            !before.empty() && 2 * before.size() >= gauge.baseline.size();
    }
    if (view.explain) answer.comparison = told(gauge, all, rising.size(), any);
    return answer;
}

}  // namespace plumb::judge

#include "controller/judge/latency/environments.hpp"

#include "controller/judge/statistics/statistics.hpp"

#include <algorithm>
#include <cmath>

namespace plumb::judge {
namespace {

constexpr std::size_t kFewestTests = 20;
constexpr double kNormalMad = 1.4826;  // standard deviations a median absolute deviation
constexpr double kMostNoise = 1e7;     // ns

double noise_of(const std::vector<Member>& members) {
    std::vector<double> noise;
    for (const Member& member : members) {
        for (const GaugeEvidence& gauge : member.evidence->gauges) {
            if (gauge.name != "task.timer_noise" || gauge.points.empty()) continue;
            const double ns = gauge.points.back().last * 1e9;
            if (ns >= 0) noise.push_back(std::min(ns, kMostNoise));
        }
    }
    return median(std::move(noise));
}

}  // namespace

std::optional<double> environment_spread(const std::vector<LatencyTest>& tests) {
    std::vector<double> gaps;
    std::vector<double> by_tasks;  // the variance that tasks alone would give each
    for (const LatencyTest& test : tests) {
        if (test.found || test.measure != Measure::p50 || test.part.kind != Part::Kind::whole) continue;
        gaps.push_back(test.effect.d - test.accepted);
        by_tasks.push_back(test.shift.task_variance);
    }
    if (gaps.size() < kFewestTests) return std::nullopt;
    const double middle = median(gaps);
    for (double& gap : gaps)
        gap = std::abs(gap - middle);
    const double seen = kNormalMad * median(std::move(gaps));
    return std::exp(std::sqrt(std::max(0.0, seen * seen - median(std::move(by_tasks)))));
}

double timer_noise_ns(const View& view) {
    double most = 0;
    for (const DependencyView& dependency : view.dependencies) {
        if (dependency.kind != "task") continue;
        most = std::max({most, noise_of(dependency.baseline), noise_of(dependency.candidate)});
    }
    return most;
}

}  // namespace plumb::judge

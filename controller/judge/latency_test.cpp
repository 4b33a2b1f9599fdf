#include "controller/judge/latency_test.hpp"

#include "controller/judge/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace plumb::judge {
namespace {

constexpr double kUsualDf = 4;                   // what comparable phases tell is worth that many tasks
constexpr double kEnvironmentVariance = 0.0009;  // two environments differ by about 3 % for no reason

struct Stratum {
    std::vector<double> baseline;
    std::vector<double> candidate;
    std::size_t size() const { return baseline.size() + candidate.size(); }
    bool both() const { return !baseline.empty() && !candidate.empty(); }
};

double mean(const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values)
        sum += value;
    return sum / static_cast<double>(values.size());
}

double squares(const std::vector<double>& values) {
    const double middle = mean(values);
    double sum = 0;
    for (const double value : values)
        sum += (value - middle) * (value - middle);
    return sum;
}

// Zones that both sides have, with more than one task on one of them. Tasks of the other zones stand
// together, as a stratum of their own if both sides have such.
std::vector<Stratum> strata_of(const std::vector<TaskValue>& baseline,
                               const std::vector<TaskValue>& candidate) {
    std::map<std::string_view, Stratum> zones;
    for (const TaskValue& each : baseline)
        zones[each.zone].baseline.push_back(each.log_ns);
    for (const TaskValue& each : candidate)
        zones[each.zone].candidate.push_back(each.log_ns);
    std::vector<Stratum> strata;
    Stratum rest;
    for (auto& [zone, stratum] : zones) {
        if (stratum.both() && stratum.size() > 2) {
            strata.push_back(std::move(stratum));
            continue;
        }
        rest.baseline.insert(rest.baseline.end(), stratum.baseline.begin(), stratum.baseline.end());
        rest.candidate.insert(rest.candidate.end(), stratum.candidate.begin(), stratum.candidate.end());
    }
    if (rest.both()) strata.push_back(std::move(rest));
    return strata;
}

}  // namespace

std::optional<Effect> effect_of(const std::vector<TaskValue>& baseline,
                                const std::vector<TaskValue>& candidate) {
    auto strata = strata_of(baseline, candidate);
    if (strata.empty()) return std::nullopt;
    Effect effect;
    const bool one_zone = std::all_of(baseline.begin(), baseline.end(), [&](const TaskValue& each) {
        return each.zone == candidate.front().zone;
    });
    effect.stratified = strata.size() > 1 || one_zone;
    const auto count = static_cast<double>(strata.size());
    double sum = 0;
    for (const Stratum& stratum : strata) {
        effect.d += (mean(stratum.candidate) - mean(stratum.baseline)) / count;
        effect.weight += (1 / static_cast<double>(stratum.candidate.size()) +
                          1 / static_cast<double>(stratum.baseline.size())) /
                         (count * count);
        sum += squares(stratum.candidate) + squares(stratum.baseline);
        effect.df += static_cast<double>(stratum.size()) - 2;
    }
    if (effect.df > 0) effect.variance = sum / effect.df;
    return effect;
}

Shift test_shift(const Effect& effect, double usual_variance, double delta, double accepted) {
    const double df = kUsualDf + effect.df;
    const double variance = (kUsualDf * usual_variance + effect.df * effect.variance) / df;
    const double error = std::sqrt(variance * effect.weight + kEnvironmentVariance);
    const double d = effect.d - accepted;
    Shift shift;
    const double half = student_quantile(0.975, df) * error;
    shift.low = effect.d - half;
    shift.high = effect.d + half;
    shift.p = student_upper_tail((std::abs(d) - delta) / error, df) +
              student_upper_tail((std::abs(d) + delta) / error, df);
    return shift;
}

}  // namespace plumb::judge

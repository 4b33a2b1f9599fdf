#include "controller/judge/latency_test.hpp"

#include "controller/judge/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace plumb::judge {
namespace {

constexpr double kUsualDf = 4;                   // what comparable phases tell is worth that many tasks
constexpr double kEnvironmentVariance = 0.0009;  // two environments differ by about 3 % for no reason
constexpr std::size_t kFewestTasks = 2;          // of a side, in zones that both have

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

void append(Stratum& to, const Stratum& from) {
    to.baseline.insert(to.baseline.end(), from.baseline.begin(), from.baseline.end());
    to.candidate.insert(to.candidate.end(), from.candidate.begin(), from.candidate.end());
}

std::map<std::string_view, Stratum> by_zone(const std::vector<TaskValue>& baseline,
                                            const std::vector<TaskValue>& candidate) {
    std::map<std::string_view, Stratum> zones;
    for (const TaskValue& each : baseline)
        zones[each.zone].baseline.push_back(each.log_ns);
    for (const TaskValue& each : candidate)
        zones[each.zone].candidate.push_back(each.log_ns);
    return zones;
}

struct Strata {
    std::vector<Stratum> list;
    bool apart = true;  // false: tasks of different zones were compared with each other
};

// The zones that both sides have; those with one task a side, which cannot tell how much tasks differ, stand
// together. A zone of one side only would compare places instead of environments (Simpson's paradox): its
// tasks are left out, unless too few remain. Then all are pooled.
Strata strata_of(const std::vector<TaskValue>& baseline, const std::vector<TaskValue>& candidate) {
    const auto zones = by_zone(baseline, candidate);
    Strata strata;
    Stratum pairs;
    Stratum all;
    Stratum kept;
    for (const auto& [zone, stratum] : zones) {
        append(all, stratum);
        if (!stratum.both()) continue;
        append(kept, stratum);
        if (stratum.size() > 2) {
            strata.list.push_back(stratum);
        } else {
            append(pairs, stratum);
        }
    }
    if (pairs.both()) strata.list.push_back(std::move(pairs));
    if (std::min(kept.baseline.size(), kept.candidate.size()) >= kFewestTasks) return strata;
    strata.apart = zones.size() == 1;
    strata.list.clear();
    if (all.both()) strata.list.push_back(std::move(all));
    return strata;
}

}  // namespace

std::optional<Effect> effect_of(const std::vector<TaskValue>& baseline,
                                const std::vector<TaskValue>& candidate) {
    const Strata strata = strata_of(baseline, candidate);
    if (strata.list.empty()) return std::nullopt;
    Effect effect;
    effect.stratified = strata.apart;
    const auto count = static_cast<double>(strata.list.size());
    double sum = 0;
    for (const Stratum& stratum : strata.list) {
        effect.baseline_tasks += stratum.baseline.size();
        effect.candidate_tasks += stratum.candidate.size();
        effect.baseline += mean(stratum.baseline) / count;
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

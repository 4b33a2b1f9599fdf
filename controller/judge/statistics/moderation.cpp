#include "controller/judge/statistics/moderation.hpp"

#include "controller/judge/statistics/statistics.hpp"

#include <algorithm>
#include <cmath>

#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/trigamma.hpp>

namespace plumb::judge {
namespace {

constexpr std::size_t kFewestMembers = 8;  // to tell how far a family agrees
constexpr double kUsualDf = 8;             // else
constexpr double kLeastDf = 6;
constexpr double kMostDf = 30;        // a family never speaks louder than that many tasks
constexpr double kLeastShare = 0.01;  // of the floor: a variance of nothing has no logarithm

// x with trigamma(x) = y; trigamma falls from infinity to 0 for x > 0.
double inverse_trigamma(double y) {
    double low = 1e-3;
    double high = 1e4;
    for (int step = 0; step < 60; ++step) {
        const double middle = std::sqrt(low * high);
        (boost::math::trigamma(middle) > y ? low : high) = middle;
    }
    return std::sqrt(low * high);
}

double weight_of(const std::vector<Variance>& family, double floor) {
    if (family.size() < kFewestMembers) return kUsualDf;
    // The logarithm of a sample variance scatters by trigamma(df / 2) even when all members have one
    // variance; what it scatters beyond that is how the members differ.
    std::vector<double> logs;
    double expected = 0;
    for (const Variance& each : family) {
        const double half = each.df / 2;
        logs.push_back(std::log(std::max(each.value, floor * kLeastShare)) - boost::math::digamma(half) +
                       std::log(half));
        expected += boost::math::trigamma(half) / static_cast<double>(family.size());
    }
    double mean = 0;
    for (const double each : logs)
        mean += each / static_cast<double>(logs.size());
    double spread = 0;
    for (const double each : logs)
        spread += (each - mean) * (each - mean) / static_cast<double>(logs.size() - 1);
    const double beyond = spread - expected;
    if (beyond <= boost::math::trigamma(kMostDf / 2)) return kMostDf;
    return std::clamp(2 * inverse_trigamma(beyond), kLeastDf, kMostDf);
}

}  // namespace

Prior fit_prior(const std::vector<Variance>& family, double floor) {
    std::vector<double> values;
    values.reserve(family.size());
    for (const Variance& each : family)
        values.push_back(each.value);
    // The median: a member in which something did change must not make all others unsure.
    return {std::max(floor, median(std::move(values))), weight_of(family, floor)};
}

Variance moderated(const Variance& own, const Prior& prior) {
    const double df = own.df + prior.df;
    return {(own.df * own.value + prior.df * prior.variance) / df, df};
}

}  // namespace plumb::judge

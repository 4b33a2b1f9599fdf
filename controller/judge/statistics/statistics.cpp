#include "controller/judge/statistics/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/gamma.hpp>

namespace plumb::judge {
namespace {

// Runs of one task resemble each other a little even when nothing is wrong.
constexpr double kUsualWeight = 4;  // in tasks

constexpr std::uint64_t kFisherRuns =
    10'000'000;  // more are scaled down: a logarithm of Γ has so many digits

double log_choose(double n, double k) {
    using boost::math::lgamma;
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1);
}

double number(std::uint64_t value) {
    return static_cast<double>(value);
}

}  // namespace

double normal_quantile(double p) {
    return boost::math::quantile(boost::math::normal(), p);
}

double normal_upper_quantile(double p) {
    const double within = std::clamp(p, 1e-300, 1 - 1e-15);
    return boost::math::quantile(boost::math::complement(boost::math::normal(), within));
}

double student_upper_tail(double t, double df) {
    return boost::math::cdf(boost::math::complement(boost::math::students_t(df), t));
}

double student_quantile(double p, double df) {
    return boost::math::quantile(boost::math::students_t(df), p);
}

Interval wilson(Share share, double z) {
    const double squared = z * z;
    const double centre = share.value + squared / (2 * share.n);
    const double half =
        z * std::sqrt(share.value * (1 - share.value) / share.n + squared / (4 * share.n * share.n));
    const double scale = 1 + squared / share.n;
    return {std::max(0.0, (centre - half) / scale), std::min(1.0, (centre + half) / scale)};
}

Interval newcombe(Share baseline, Share candidate, double z) {
    const Interval one = wilson(baseline, z);
    const Interval two = wilson(candidate, z);
    const double difference = candidate.value - baseline.value;
    const double down = std::hypot(candidate.value - two.low, one.high - baseline.value);
    const double up = std::hypot(two.high - candidate.value, baseline.value - one.low);
    return {std::max(-1.0, difference - down), std::min(1.0, difference + up)};
}

double design_effect(const std::vector<Cluster>& clusters, double usual_correlation) {
    double reached = 0;
    double failed = 0;
    for (const Cluster& each : clusters) {
        reached += number(each.reached);
        failed += number(each.failed);
    }
    if (clusters.empty() || reached <= 0) return 1;
    const double tasks = number(clusters.size());
    const double usual = 1 + std::max(0.0, reached / tasks - 1) * usual_correlation;
    const double share = failed / reached;
    if (tasks < 2 || share <= 0 || share >= 1) return usual;
    double squares = 0;
    for (const Cluster& each : clusters) {
        const double residual = number(each.failed) - share * number(each.reached);
        squares += residual * residual;
    }
    const double clustered = tasks / (tasks - 1) * squares / (reached * reached);
    const double seen = clustered / (share * (1 - share) / reached);
    return std::max(1.0, (kUsualWeight * usual + (tasks - 1) * seen) / (kUsualWeight + tasks - 1));
}

double fisher_at_least(std::uint64_t k, std::uint64_t n, std::uint64_t k_other, std::uint64_t n_other) {
    if (std::max(n, n_other) > kFisherRuns) {
        const double scale = number(kFisherRuns) / number(std::max(n, n_other));
        const auto scaled = [scale](std::uint64_t count) {
            return static_cast<std::uint64_t>(number(count) * scale);
        };
        n = std::max<std::uint64_t>(scaled(n), 1);
        n_other = scaled(n_other);
        k = std::min(scaled(k), n);
        k_other = std::min(scaled(k_other), n_other);
    }
    const std::uint64_t hits = k + k_other;
    const double all = log_choose(number(n + n_other), number(hits));
    const double likeliest = number(n) * number(hits) / number(n + n_other);
    // The sum would be long, and nobody asks for its digits.
    if (number(k) <= likeliest && n > 1000) return 1;
    double p = 0;
    for (std::uint64_t i = std::max(k, hits > n_other ? hits - n_other : 0); i <= std::min(n, hits); ++i) {
        const double term =
            std::exp(log_choose(number(n), number(i)) + log_choose(number(n_other), number(hits - i)) - all);
        p += term;
        // Past the likeliest the terms only fall; so far out that the first is nothing, all are.
        if (number(i) > likeliest && term <= p * 1e-17) break;
    }
    return std::min(1.0, p);
}

std::vector<double> adjusted(const std::vector<double>& p) {
    std::vector<std::size_t> order(p.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] > p[b]; });
    std::vector<double> out(p.size());
    double lowest = 1;
    for (std::size_t i = 0; i < order.size(); ++i) {
        const double rank = number(p.size() - i);
        lowest = std::min(lowest, p[order[i]] * number(p.size()) / rank);
        out[order[i]] = lowest;
    }
    return out;
}

double median(std::vector<double> values) {
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace plumb::judge

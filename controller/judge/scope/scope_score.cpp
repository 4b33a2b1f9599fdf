#include "controller/judge/scope/scope_score.hpp"

#include "controller/judge/statistics/statistics.hpp"

#include <algorithm>
#include <cmath>

#include <boost/math/special_functions/gamma.hpp>

namespace plumb::judge {
namespace {

constexpr double kPrior = 0.5;      // Jeffreys
constexpr double kUsualWeight = 4;  // in tasks

constexpr double kTaskVariance = 0.0036;  // tasks differ by about 6 %
constexpr double kVarianceWeight = 4;     // and that is worth so many tasks
constexpr double kShiftVariance = 0.5;    // a level that shifted does so by a factor of two or so

double log_gamma(double x) {
    return boost::math::lgamma(x);
}

double log_beta(double a, double b) {
    return log_gamma(a) + log_gamma(b) - log_gamma(a + b);
}

double share_likelihood(const Sums& sums, double effect) {
    const double k = std::max(0.0, sums.k) / effect;
    const double rest = std::max(0.0, sums.n - sums.k) / effect;
    return log_beta(k + kPrior, rest + kPrior) - log_beta(kPrior, kPrior);
}

double binomial_variance(const Sums& sums) {
    return std::max(0.0, sums.n * sums.level() * (1 - sums.level()));
}

// What is left of it when the tasks are cut there.
double remaining_effect(const Sums& inside, const Sums& all, double usual) {
    const Sums outside = all.without(inside);
    const double expected = binomial_variance(inside) + binomial_variance(outside);
    const double freedom = all.tasks - 2;
    if (expected <= 0 || freedom <= 0) return usual;
    const double seen = (inside.residual() + outside.residual()) / expected * all.tasks / freedom;
    return std::max(1.0, (kUsualWeight * usual + freedom * seen) / (kUsualWeight + freedom));
}

// One group's part of a normal likelihood whose variance is shared: the factor of its mean, and the squares
// that it leaves.
struct LevelPart {
    double factor = 0;
    double squares = 0;
};

LevelPart level_part(const Sums& sums) {
    constexpr double kKappa = kTaskVariance / kShiftVariance;
    if (sums.tasks <= 0) return {};
    const double mean = sums.k / sums.tasks;
    const double within = std::max(0.0, sums.kk - sums.tasks * mean * mean);
    return {0.5 * std::log(kKappa / (kKappa + sums.tasks)),
            within + kKappa * sums.tasks * mean * mean / (kKappa + sums.tasks)};
}

}  // namespace

ShareScore::ShareScore(const Cuts& cuts) : all_(cuts.all) {
    const double usual = 1 + std::max(0.0, all_.n / std::max(1.0, all_.tasks) - 1) * kUsualCorrelation;
    effect_ = remaining_effect({}, all_, usual);
    for (const Cut& cut : cuts.cuts) {
        if (cut.kind != CutKind::tasks)
            effect_ = std::min(effect_, remaining_effect(cut.inside, all_, usual));
    }
}

double ShareScore::operator()(const Sums& inside) const {
    return share_likelihood(inside, effect_) + share_likelihood(all_.without(inside), effect_) -
           share_likelihood(all_, effect_);
}

double LevelScore::operator()(const Sums& inside) const {
    const LevelPart in = level_part(inside);
    const LevelPart out = level_part(all_.without(inside));
    const LevelPart one = level_part(all_);
    constexpr double kKnown = kVarianceWeight * kTaskVariance;
    const double freedom = (kVarianceWeight + all_.tasks) / 2;
    return in.factor + out.factor - one.factor -
           freedom * (std::log(kKnown + in.squares + out.squares) - std::log(kKnown + one.squares));
}

}  // namespace plumb::judge

// The statistics that the rules stand on. Pure; every answer is finite for finite input.
#pragma once

#include <cstdint>
#include <vector>

namespace plumb::judge {

double normal_quantile(double p);                // 0 < p < 1
double normal_upper_quantile(double p);          // the z with P(Z > z) = p, also where p is tiny
double student_upper_tail(double t, double df);  // P(T > t)
double student_quantile(double p, double df);    // the t with P(T ≤ t) = p

struct Interval {
    double low = 0;
    double high = 0;
};

// A share with how many observations it is worth.
struct Share {
    double value = 0;  // 0 … 1
    double n = 0;      // > 0
};

Interval wilson(Share share, double z);
// candidate − baseline; Newcombe's hybrid score interval (Statistics in Medicine 17, 1998, method 10).
Interval newcombe(Share baseline, Share candidate, double z);

struct Cluster {  // one task
    std::uint64_t reached = 0;
    std::uint64_t failed = 0;
};

inline constexpr double kUsualCorrelation = 0.01;

// Rao and Scott's design effect of a share whose runs come in clusters (Biometrics 48, 1992), shrunk towards
// what the usual correlation within tasks gives; at least 1.
double design_effect(const std::vector<Cluster>& clusters, double usual_correlation = kUsualCorrelation);

// Fisher's exact test, one-sided: probability of `k` or more of `n` where `k_other` of `n_other` is the other
// side and both have the same share.
double fisher_at_least(std::uint64_t k, std::uint64_t n, std::uint64_t k_other, std::uint64_t n_other);

// Benjamini–Hochberg: adjusted p values, in the order given.
std::vector<double> adjusted(const std::vector<double>& p);

double median(std::vector<double> values);  // 0 when empty

}  // namespace plumb::judge

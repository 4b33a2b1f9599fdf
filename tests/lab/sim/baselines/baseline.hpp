// Simpler judges to be compared with, written for that purpose after what is published of them. All see the
// windows that ours sees, pooled over tasks as they pool.
#pragma once

#include "model/window.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::lab {

struct PooledSide {
    std::vector<double> medians;      // ns; one of each window of each task
    std::vector<double> error_rates;  // likewise
    std::uint64_t reached = 0;
    std::uint64_t failed = 0;
    Sketch clean;
};

struct Pair {  // one phase of one dependency
    std::string dependency;
    std::string phase;
    Layer layer = Layer::request;
    PooledSide baseline;
    PooledSide candidate;
};

// Everything that was seen of both sides. The windows of all tasks have the same dependencies and phases.
class Observed {
  public:
    void add(bool candidate, const Window& window);
    const std::vector<Pair>& pairs() const { return pairs_; }

  private:
    std::vector<Pair> pairs_;
};

// What such a judge says: nothing flagged is a promote. Of several flags the strongest is named first.
struct Call {
    const Pair* first = nullptr;
    std::size_t flags = 0;
    bool holds() const { return flags > 0; }
};

std::vector<std::string> baseline_names();
// One call a name, in that order. Valid while `observed` lives.
std::vector<Call> baseline_calls(const Observed& observed);

// Kayenta's classifier of a metric (netflix/kayenta, MannWhitneyClassifier): high when the 98 % interval of
// the shift lies above a quarter of its Hodges–Lehmann estimate; then the ratio of the means must reach the
// effect size. One call for each effect size.
std::vector<Call> kayenta(const Observed& observed, const std::vector<double>& effect_sizes);
// Fisher's exact test of all runs pooled, one-sided, at a false discovery rate of 5 %. Failures only.
Call pooled_fisher(const Observed& observed);
// p50 beyond 1.5 times, p95 beyond twice the baseline's, or an error rate of one point more.
Call fixed_thresholds(const Observed& observed);

}  // namespace plumb::lab

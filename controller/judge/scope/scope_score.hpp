// How much better two levels tell what tasks show than one does: the ratio of the marginal likelihoods, in
// nats. Pure; finite for finite input.
#pragma once

#include "controller/judge/scope/cuts.hpp"

namespace plumb::judge {

// Shares of runs: beta-binomial, the runs weighed down by the design effect that is left when the tasks are
// cut as well as they can be: tasks that differ among themselves prove little.
class ShareScore {
  public:
    explicit ShareScore(const Cuts& cuts);
    double operator()(const Sums& inside) const;

  private:
    Sums all_;
    double effect_ = 1;
};

// Levels of tasks (logarithms; zero is what is usual): normal, the spread among tasks learned from them and
// from what is known beforehand.
class LevelScore {
  public:
    explicit LevelScore(const Cuts& cuts) : all_(cuts.all) {}
    double operator()(const Sums& inside) const;

  private:
    Sums all_;
};

}  // namespace plumb::judge

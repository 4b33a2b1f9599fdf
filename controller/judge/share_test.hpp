// Is a share of runs higher on the candidate than tasks differ by? Failures and disturbed runs are asked
// this.
#pragma once

#include "controller/judge/phases.hpp"
#include "controller/judge/statistics.hpp"

#include <string>
#include <vector>

namespace plumb::judge {

struct ShareTest {
    Counts before;
    Counts after;
    double effect = 1;  // the design effect that both sides are weighed down by
    double level = 0;   // of false alarms, one-sided
    Interval interval;  // of the difference, at that level
    double difference() const { return after.share() - before.share(); }
    bool beyond_chance() const { return interval.low > 0; }
};

std::vector<Cluster> clusters_of(const std::vector<PhaseTask>& tasks);

// `least_effect`: of tasks that are not compared here but tell how much such tasks differ.
// REQUIRES: a run on both sides.
ShareTest test_shares(const std::vector<Cluster>& before, const std::vector<Cluster>& after, double level,
                      double least_effect = 1);

// Whether tasks differ by more than chance, at a glance: only then is it worth asking where.
bool differ(const std::vector<Cluster>& tasks);

std::string in_words(const ShareTest& test);        // "Newcombe interval of the difference, …"
std::string interval_words(const ShareTest& test);  // "0.4 to 1.8 points (99.99 %)"

}  // namespace plumb::judge

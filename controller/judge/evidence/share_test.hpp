// Is a share of runs higher on the candidate than tasks differ by? Failures and disturbed runs are asked
// this. Runs are weighed down by their design effect (Rao and Scott), and what is left of them is put to
// Fisher's exact test: a score interval at the level of one in many thousands would ask for far more runs.
#pragma once

#include "controller/judge/evidence/phases.hpp"
#include "controller/judge/statistics/statistics.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::judge {

struct ShareTest {
    Counts before;
    Counts after;
    double effect = 1;  // the design effect that both sides are weighed down by
    double level = 0;   // of false alarms, one-sided
    double p = 1;       // of such a difference, or a larger one, where there is none
    Interval interval;  // of the difference, at the confidence of 95 % (Newcombe)
    double difference() const { return after.share() - before.share(); }
    bool beyond_chance() const { return p <= level; }
};

std::vector<Cluster> clusters_of(const std::vector<PhaseTask>& tasks);

struct ZonedCluster {
    std::string_view zone;
    Cluster counts;
};

// The baseline's tasks as they would weigh if they lay in zones as the candidate's do: where its zones differ
// among themselves, the runs of those that it has more tasks in are thinned. A zone in which it has one task
// or none is compared with all of it. Without this, more tasks in a poor zone would look like a fault
// (Simpson's paradox).
std::vector<Cluster> in_zones_of(const std::vector<ZonedCluster>& before,
                                 const std::vector<ZonedCluster>& after);

inline constexpr double kOutlierPoints = 0.40;
inline constexpr double kOutlierFactor = 3;

// Which of `after` show more than the baseline each by itself: by kOutlierPoints or more, beyond what the
// baseline's tasks differ by, and kOutlierFactor times as much as any of them. A few such tasks drown among
// the others, or look like mere scatter.
std::vector<std::size_t> outliers(const std::vector<Cluster>& before, const std::vector<Cluster>& after,
                                  double level, double usual_correlation = kUsualCorrelation);

struct Clustering {  // what is known of it beside the tasks that are compared
    double usual_correlation = kUsualCorrelation;
    double least_effect = 1;  // of other tasks that tell how much such tasks differ
};

// REQUIRES: a run on both sides.
ShareTest test_shares(const std::vector<Cluster>& before, const std::vector<Cluster>& after, double level,
                      const Clustering& clustering = {});

// Whether tasks differ by more than chance, at a glance: only then is it worth asking where.
bool differ(const std::vector<Cluster>& tasks);

// A fault that was mended does not block for the rest of the range. One that comes and goes was not mended,
// in whichever of its pauses the comparison is made. `shows`: in which windows it does, newest first.
bool still_present(const std::vector<bool>& shows);

// A place is not to blame for what the tasks outside it show by a third as much. Shares, and what is usual.
bool spares_the_rest(double inside, double outside, double usual);

std::string in_words(const ShareTest& test);        // "Fisher's exact test, design effect 1.4, …"
std::string interval_words(const ShareTest& test);  // "0.4 to 1.8 points (95 %)"
std::string margin_words(const ShareTest& test);    // "p 2e-09, and 1e-05 would do"

}  // namespace plumb::judge

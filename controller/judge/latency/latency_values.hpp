// What the latency tests compare: of each task of a phase the quantiles of its clean runs and, where runs of
// the candidate look slow, its share of slow runs and how much slower they are; gathered by zone, and for the
// candidate by revision, too. One pass over the sketches; sketches of several tasks are merged only to find
// out what is slow, never for a test.
#pragma once

#include "controller/judge/evidence/phases.hpp"
#include "controller/judge/evidence/view.hpp"
#include "controller/judge/latency/places.hpp"
#include "controller/judge/statistics/latency_test.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::judge {

enum class Measure {
    p50,         // ln ns
    p90,         // ln ns
    p99,         // ln ns
    slow_share,  // arcsine of the root of the share of slow runs
    slow_reach,  // how far runs lie above the baseline's: Wasserstein's distance of the logarithms, upwards
                 // only
};
inline constexpr std::size_t kMeasures = 5;
inline constexpr std::array<Measure, kMeasures> kAllMeasures{Measure::p50, Measure::p90, Measure::p99,
                                                             Measure::slow_share, Measure::slow_reach};

constexpr std::size_t index(Measure measure) {
    return static_cast<std::size_t>(measure);
}
constexpr bool is_quantile(Measure measure) {
    return measure <= Measure::p99;
}
constexpr std::uint64_t clean_runs_for(Measure measure) {  // fewer of a task in its range: no data
    constexpr std::array<std::uint64_t, kMeasures> kRuns{6, 100, 1000, 30, 30};
    return kRuns[index(measure)];
}
const char* name_of(Measure measure);  // as subjects name it: p50 … slow_mode

inline constexpr std::size_t kSlowLimits = 3;  // places where slow may begin; the best of them is tested

// Where slow begins, and what the pooled runs show.
struct SlowRuns {
    double limit_ns =
        0;  // beyond it a run of the baseline is slow; the candidate's limit is `allowed` times that
    double before = 0;           // share of slow runs of the baseline, 0 … 1, over all its tasks
    std::vector<double> after;   // and of the candidate, by part
    bool worth_testing = false;  // for some part of the candidate the pooled runs look slower
};

class PhaseCells {
  public:
    // `allowed`: by which ratio the candidate may be slower. `floor_ns`: a shift below it matters to nobody.
    PhaseCells(const PhaseView& phase, const Places& places, unsigned minimum_windows, double allowed,
               double floor_ns);

    const Cells& baseline(Measure measure) const { return baseline_[index(measure)]; }
    Cells candidate(Measure measure, std::size_t part) const;       // a part of Places::parts()
    Cells candidate_rest(Measure measure, std::size_t part) const;  // all but that part
    const SlowRuns& slow() const { return slow_; }
    // The variance that counting alone gives a task's share of slow runs, or its median of few runs.
    double sampling_variance(Measure measure) const { return sampling_variance_[index(measure)]; }

  private:
    struct Tally;
    class Units;
    using Grid = std::vector<Cells>;  // by the part that is a task's revision, then by zone
    void add_quantiles(Tally& tally);
    void add_sampling(const Sketch& clean);
    double best_limit(const Tally& tally, double floor_ns) const;
    void find_slow(Tally& tally, double floor_ns);
    void add_slow(const Tally& tally);
    Cells select(Measure measure, std::size_t part, bool rest) const;

    const Places& places_;
    std::array<Cells, kMeasures> baseline_;
    std::array<Cells, kMeasures> candidate_;
    // The candidate once more: a host that runs two revisions is one unit of the whole, and one of each.
    std::array<Grid, kMeasures> by_revision_;
    SlowRuns slow_;
    std::array<double, kMeasures> sampling_variance_{};
};

}  // namespace plumb::judge

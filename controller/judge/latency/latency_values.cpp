#include "controller/judge/latency/latency_values.hpp"

#include "controller/judge/evidence/ahead.hpp"

#include <algorithm>
#include <cmath>
#include <span>

namespace plumb::judge {
namespace {

// Slow is at least that many times the baseline's median.
constexpr std::array<double, kSlowLimits> kSlowRatios{1.5, 3, 6};
constexpr double kLookPoints = 0.02;  // more slow runs than that are looked at task by task
constexpr double kLookReach = 0.03;   // likewise
constexpr std::array<double, 3> kQuantiles{0.50, 0.90, 0.99};  // of the first measures
constexpr std::uint64_t kSettledRuns = 15;  // a median of so many wanders no more than tasks differ
constexpr std::size_t kBuckets = Sketch::kMaxBucket - Sketch::kMinBucket + 1;
const double kBucketWidth = std::log(2.0) / 32;

// Runs of many tasks thrown together.
struct Pool {
    std::vector<double> counts = std::vector<double>(kBuckets);
    double total = 0;

    void add(const Sketch& sketch) {
        for (const auto& [bucket, times] : sketch.buckets())
            counts[static_cast<std::size_t>(bucket - Sketch::kMinBucket)] += static_cast<double>(times);
        total += static_cast<double>(sketch.count());
    }
    void add(const Pool& other) {
        for (std::size_t i = 0; i < kBuckets; ++i)
            counts[i] += other.counts[i];
        total += other.total;
    }
    double quantile(double q) const {
        double seen = 0;
        for (std::size_t i = 0; i < kBuckets; ++i) {
            seen += counts[i];
            if (seen >= q * total) return Sketch::upper_bound(static_cast<int>(i) + Sketch::kMinBucket);
        }
        return Sketch::upper_bound(Sketch::kMaxBucket);
    }
    double share_above(double ns) const {
        if (total == 0) return 0;
        double above = 0;
        for (std::size_t i = kBuckets; i-- > 0;) {
            if (Sketch::lower_bound(static_cast<int>(i) + Sketch::kMinBucket) < ns) break;
            above += counts[i];
        }
        return above / total;
    }
    std::vector<double> cumulative() const {
        std::vector<double> below(kBuckets);
        double seen = 0;
        for (std::size_t i = 0; i < kBuckets; ++i) {
            seen += counts[i];
            below[i] = total > 0 ? seen / total : 1;
        }
        return below;
    }
};

// How far the runs lie above the reference, in logarithms: each run's way up, none for those that lie below.
double reach_above(const std::vector<double>& reference, const Sketch& sketch) {
    const auto total = static_cast<double>(sketch.count());
    double reach = 0;
    double seen = 0;
    std::size_t from = 0;
    const auto up_to = [&](std::size_t end) {
        const double share = seen / total;
        for (; from < end; ++from)
            reach += std::max(0.0, reference[from] - share);
    };
    for (const auto& [bucket, times] : sketch.buckets()) {
        up_to(static_cast<std::size_t>(bucket - Sketch::kMinBucket));
        seen += static_cast<double>(times);
    }
    up_to(kBuckets);
    return reach * kBucketWidth;
}

double reach_above(const std::vector<double>& reference, const std::vector<double>& below) {
    double reach = 0;
    for (std::size_t i = 0; i < kBuckets; ++i)
        reach += std::max(0.0, reference[i] - below[i]);
    return reach * kBucketWidth;
}

// Its variance by counting alone is 1 / (4 runs) whatever the share, also where hardly a run is slow
// (Anscombe, Biometrika 35, 1948); a logit's is not.
double arcsine(double share, double runs) {
    return std::asin(std::sqrt((share * runs + 0.375) / (runs + 0.75)));
}

}  // namespace

const char* name_of(Measure measure) {
    constexpr std::array<const char*, kMeasures> kNames{"p50", "p90", "p99", "slow_mode", "slow_mode"};
    return kNames[index(measure)];
}

// What is known while the tasks of one phase are gone through.
struct PhaseCells::Tally {
    const PhaseView& phase;
    unsigned minimum_windows = 0;
    double allowed = 1;
    Pool baseline;
    std::vector<Pool> candidate;  // by part
    std::vector<double> reference;

    // Calls visit(sketch, place) for each task of a side with windows enough.
    template <class Visit>
    void each_task(const Places& places, bool candidate_side, Visit&& visit) const {
        walk(
            candidate_side ? phase.candidate : phase.baseline,
            [&](const PhaseTask& each) {
                if (each.task->windows < minimum_windows) return;
                visit(each.phase->clean, places.of(*each.task, candidate_side));
            },
            [](const PhaseTask& each) { ask_for_whole(each.phase->clean); },
            [](const PhaseTask& each) { ask_for_all(each.phase->clean.buckets()); });
    }
};

PhaseCells::PhaseCells(const PhaseView& phase, const Places& places, unsigned minimum_windows, double allowed,
                       double floor_ns)
    : places_(places) {
    for (Cells& cells : baseline_)
        cells.resize(places.zones());
    for (Cells& cells : candidate_)
        cells.resize(places.zones());
    for (Grid& grid : by_revision_)
        grid.assign(places.has_revisions() ? places.parts().size() : 0, Cells(places.zones()));
    Tally tally{phase, minimum_windows, allowed, {}, std::vector<Pool>(places.parts().size()), {}};
    add_quantiles(tally);
    find_slow(tally, floor_ns);
    if (slow_.worth_testing) add_slow(tally);
}

// One measure's values of the tasks of a side on their way into cells: those of one unit are averaged.
class PhaseCells::Units {
  public:
    Units(PhaseCells& cells, bool candidate) : cells_(cells), candidate_(candidate) {
        for (auto& units : whole_)
            units.resize(cells.places_.units(candidate));
        if (!in_parts()) return;
        for (auto& units : parts_)
            units.resize(cells.places_.units_of_parts());
    }
    void add(Measure measure, const Places::Place& place, double value) {
        whole_[index(measure)][place.unit].add(place, value);
        if (in_parts()) parts_[index(measure)][place.unit_of_part].add(place, value);
    }
    ~Units() {
        for (std::size_t measure = 0; measure < kMeasures; ++measure) {
            Cells& cells = (candidate_ ? cells_.candidate_ : cells_.baseline_)[measure];
            for (const Unit& unit : whole_[measure])
                unit.settle(cells);
            for (const Unit& unit : parts_[measure])
                unit.settle(cells_.by_revision_[measure][unit.part]);
        }
    }
    Units(const Units&) = delete;
    Units& operator=(const Units&) = delete;

  private:
    struct Unit {
        std::size_t zone = 0;
        std::size_t part = 0;
        double sum = 0;
        std::size_t tasks = 0;
        void add(const Places::Place& place, double value) {
            zone = place.zone;
            part = place.part;
            sum += value;
            ++tasks;
        }
        void settle(Cells& cells) const {
            if (tasks > 0) cells[zone].add(sum / static_cast<double>(tasks), tasks);
        }
    };
    bool in_parts() const { return candidate_ && cells_.places_.has_revisions(); }

    PhaseCells& cells_;
    bool candidate_;
    std::array<std::vector<Unit>, kMeasures> whole_;
    std::array<std::vector<Unit>, kMeasures> parts_;
};

// The median of few runs wanders more than tasks differ, and the family of phases, most of which have more
// runs, does not know it: π/2 σ²/n, with σ from the runs' own spread (more rather than less of it).
void PhaseCells::add_sampling(const Sketch& clean) {
    if (clean.count() >= kSettledRuns) return;
    constexpr std::array<double, 2> kSpread{0.16, 0.84};
    std::array<double, 2> ns{};
    clean.quantiles(kSpread, ns);
    const double sigma = std::log(std::max(1.0, ns[1]) / std::max(1.0, ns[0])) / 2;
    sampling_variance_[index(Measure::p50)] += 1.571 * sigma * sigma / static_cast<double>(clean.count());
}

void PhaseCells::add_quantiles(Tally& tally) {
    double tasks = 0;
    for (const bool candidate : {false, true}) {
        Units units(*this, candidate);
        tally.each_task(places_, candidate, [&](const Sketch& clean, Places::Place place) {
            std::array<double, kQuantiles.size()> ns{};
            std::size_t known = 0;
            while (known < kQuantiles.size() && clean.count() >= clean_runs_for(kAllMeasures[known]))
                ++known;
            clean.quantiles(std::span(kQuantiles).first(known), ns);
            for (std::size_t i = 0; i < known; ++i)
                units.add(kAllMeasures[i], place, std::log(std::max(1.0, ns[i])));
            if (known > 0) {
                add_sampling(clean);
                ++tasks;
            }
            if (clean.count() < clean_runs_for(Measure::slow_share)) return;
            if (!candidate) return tally.baseline.add(clean);
            tally.candidate[places_.part_of_zone(place.zone)].add(clean);
            if (place.part != 0) tally.candidate[place.part].add(clean);
        });
    }
    sampling_variance_[index(Measure::p50)] /= std::max(1.0, tasks);
    // The whole: what is of no zone with a part of its own, and those zones.
    for (std::size_t part = 1; part < tally.candidate.size(); ++part) {
        if (places_.parts()[part].kind == Part::Kind::zone) tally.candidate[0].add(tally.candidate[part]);
    }
}

// Where the runs of both sides lie apart most, of a few places: a slow mode far out is seen best from far
// out.
double PhaseCells::best_limit(const Tally& tally, double floor_ns) const {
    const double median_ns = tally.baseline.quantile(0.50);
    const double nearest = std::max(tally.baseline.quantile(0.90), median_ns + floor_ns);
    double best = 0;
    double most = -1;
    for (const double ratio : kSlowRatios) {
        const double limit = std::max(nearest, ratio * median_ns);
        const double before = std::asin(std::sqrt(tally.baseline.share_above(limit)));
        for (const Pool& pool : tally.candidate) {
            const double apart = std::asin(std::sqrt(pool.share_above(limit * tally.allowed))) - before;
            if (apart <= most) continue;
            most = apart;
            best = limit;
        }
    }
    return best;
}

void PhaseCells::find_slow(Tally& tally, double floor_ns) {
    const Pool& before = tally.baseline;
    if (before.total == 0) return;
    slow_.limit_ns = best_limit(tally, floor_ns);
    tally.reference = before.cumulative();
    slow_.before = before.share_above(slow_.limit_ns);
    for (const Pool& pool : tally.candidate) {
        const double after = pool.share_above(slow_.limit_ns * tally.allowed);
        slow_.after.push_back(after);
        if (pool.total == 0) continue;
        const double reach = reach_above(tally.reference, pool.cumulative());
        slow_.worth_testing |=
            after >= slow_.before + kLookPoints || reach >= std::log(tally.allowed) + kLookReach;
    }
}

void PhaseCells::add_slow(const Tally& tally) {
    double tasks = 0;
    for (const bool candidate : {false, true}) {
        Units units(*this, candidate);
        tally.each_task(places_, candidate, [&](const Sketch& clean, Places::Place place) {
            if (clean.count() < clean_runs_for(Measure::slow_share)) return;
            const auto runs = static_cast<double>(clean.count());
            const double limit = slow_.limit_ns * (candidate ? tally.allowed : 1);
            units.add(Measure::slow_share, place, arcsine(clean.share_above(limit), runs));
            units.add(Measure::slow_reach, place, reach_above(tally.reference, clean));
            sampling_variance_[index(Measure::slow_share)] += 1 / (4 * runs);
            ++tasks;
        });
    }
    sampling_variance_[index(Measure::slow_share)] /= std::max(1.0, tasks);
}

Cells PhaseCells::select(Measure measure, std::size_t part, bool rest) const {
    const Part::Kind kind = places_.parts()[part].kind;
    Cells cells(places_.zones());
    if (kind == Part::Kind::revision) {
        const Grid& grid = by_revision_[index(measure)];
        for (std::size_t revision = 0; revision < grid.size(); ++revision) {
            if ((revision == part) == rest) continue;
            for (std::size_t zone = 0; zone < cells.size(); ++zone)
                cells[zone].merge(grid[revision][zone]);
        }
        return cells;
    }
    for (std::size_t zone = 0; zone < cells.size(); ++zone) {
        const bool inside = kind == Part::Kind::whole || places_.part_of_zone(zone) == part;
        if (inside != rest) cells[zone] = candidate_[index(measure)][zone];
    }
    return cells;
}

Cells PhaseCells::candidate(Measure measure, std::size_t part) const {
    return select(measure, part, false);
}

Cells PhaseCells::candidate_rest(Measure measure, std::size_t part) const {
    return select(measure, part, true);
}

}  // namespace plumb::judge

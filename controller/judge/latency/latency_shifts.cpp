#include "controller/judge/latency/latency_shifts.hpp"

#include "controller/judge/evidence/side_by_side.hpp"
#include "controller/judge/latency/environments.hpp"
#include "controller/judge/policy/policy_rules.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>

#include <fmt/format.h>

namespace plumb::judge {
namespace {

// Of all comparisons between equal fleets, the share in which any shift is told. It is a false discovery rate
// (Benjamini and Hochberg), which is the same thing where nothing differs.
constexpr double kFalseDiscoveries = 0.001;
constexpr double kSlowShift =
    0.05;  // arcsines of shares differ by more than that: 10 % and 12 %, 1 % and 1.7 %
constexpr double kSlowPoints = 0.05;   // and their share by that much
constexpr double kReachPoints = 0.02;  // or by that much, where they lie far above the others

struct MeasureFacts {
    double floor;   // variance among tasks that no family falls below
    double spread;  // variance by which two environments usually differ for no reason
};

constexpr double kUsualSpread = 1.03;
constexpr double kTimerNoises = 3;  // a shift must stand out of the prober's own timers by so many

// Tasks differ by about 6 % in a median and more in a tail; environments by about 3 %.
MeasureFacts facts_of(Measure measure) {
    switch (measure) {
        case Measure::p50:
            return {0.0036, 0.0009};
        case Measure::p90:
            return {0.0064, 0.0009};
        case Measure::p99:
            return {0.01, 0.0016};
        case Measure::slow_share:
            return {0.0025, 0.0009};
        case Measure::slow_reach:
            break;
    }
    return {0.0025, 0.0009};
}

class Tests {
  public:
    Tests(const View& view, Judgement& judgement)
        : view_(view),
          judgement_(judgement),
          places_(view),
          timer_noise_ns_(timer_noise_ns(view)),
          floor_ns_(std::max(static_cast<double>(view.thresholds().latency_floor.count()),
                             kTimerNoises * timer_noise_ns_)) {}

    std::vector<LatencyTest> run() {
        std::vector<Gathered> parts(view_.dependencies.size());
        side_by_side(view_, [&](std::size_t i) { parts[i] = gather(view_.dependencies[i]); });
        for (Gathered& part : parts)
            take(std::move(part));
        moderate();
        for (const bool critical : {true, false})
            correct(critical);
        judgement_.judged.latency =
            static_cast<std::size_t>(std::count_if(tests_.begin(), tests_.end(), [](const LatencyTest& test) {
                return test.part.kind == Part::Kind::whole && is_quantile(test.measure);
            }));
        judgement_.measured.timer_noise_ns = timer_noise_ns_;
        judgement_.measured.environment_spread = environment_spread(tests_);
        return std::move(tests_);
    }

  private:
    double ratio() const { return std::max(1.0, view_.thresholds().latency_ratio); }
    // The policy's word about environments, beside the usual one.
    double spread_factor() const {
        const double spread = std::log(view_.thresholds().environment_spread) / std::log(kUsualSpread);
        return spread * spread;
    }

    struct Gathered {  // of one dependency
        bool critical = false;
        std::size_t quiet = 0;  // tests that needed no look at the tasks
        std::vector<LatencyTest> tests;
        std::optional<Gap> gap;
        std::vector<Comparison> untested;  // when the view asks to explain
    };

    void take(Gathered part) {
        quiet_[part.critical] += part.quiet;
        critical_.resize(critical_.size() + part.tests.size(), part.critical);
        std::move(part.tests.begin(), part.tests.end(), std::back_inserter(tests_));
        if (part.gap) judgement_.gaps.push_back(std::move(*part.gap));
        std::move(part.untested.begin(), part.untested.end(), std::back_inserter(judgement_.comparisons));
    }

    Gathered gather(const DependencyView& dependency) const {
        const Thresholds& need = view_.thresholds();
        Gathered out;
        if (dependency.kind == "task") return out;  // how long a look took is the agent's own time
        out.critical = is_critical(*view_.policy, dependency.name);
        bool too_little = false;
        for (const PhaseView& phase : dependency.phases) {
            if (phase.candidate.empty()) continue;
            const double accepted =
                accepted_ratio(*view_.policy, dependency.name, "latency:" + phase.name, view_.now);
            const PhaseCells cells(phase, places_, need.minimum_windows, ratio() * std::max(1.0, accepted),
                                   floor_ns_);
            const bool tested = add(dependency, phase, cells, Measure::p50, out.tests);
            too_little |= !tested;
            if (!tested && view_.explain) out.untested.push_back(untested(dependency, phase));
            add(dependency, phase, cells, Measure::p90, out.tests);
            add(dependency, phase, cells, Measure::p99, out.tests);
            if (cells.slow().worth_testing) {
                add(dependency, phase, cells, Measure::slow_share, out.tests);
                add(dependency, phase, cells, Measure::slow_reach, out.tests);
                out.quiet += (kSlowLimits - 1) * places_.parts().size();
            } else if (cells.slow().limit_ns > 0) {
                // Looked at and found alike: it counts among the tests all the same.
                out.quiet += kSlowLimits * places_.parts().size() + 1;
                if (view_.explain) out.untested.push_back(alike(dependency, phase, cells.slow()));
            }
        }
        if (out.tests.empty() && too_little && !dependency.baseline.empty()) {
            out.gap = Gap{dependency.name, "latency", needed(), false};
        }
        return out;
    }

    std::string needed() const {
        const Thresholds& need = view_.thresholds();
        return fmt::format("needs {} tasks a side with {} windows and {} clean runs each", need.minimum_tasks,
                           need.minimum_windows, clean_runs_for(Measure::p50));
    }

    Comparison untested(const DependencyView& dependency, const PhaseView& phase) const {
        Comparison comparison;
        comparison.dependency = dependency.name;
        comparison.subject = "latency:" + phase.name;
        comparison.test = "none: a shift cannot be told from what tasks differ by";
        comparison.evidence = fmt::format("{} tasks of the baseline and {} of the candidate come to it",
                                          phase.baseline.size(), phase.candidate.size());
        comparison.threshold = needed();
        comparison.why = "There is too little to compare: it " + needed() + ".";
        return comparison;
    }

    static Comparison alike(const DependencyView& dependency, const PhaseView& phase, const SlowRuns& slow) {
        const double after = slow.after.empty() ? 0 : *std::max_element(slow.after.begin(), slow.after.end());
        Comparison comparison;
        comparison.dependency = dependency.name;
        comparison.subject = fmt::format("latency:{}:{}", phase.name, name_of(Measure::slow_share));
        comparison.test = "share of slow runs, all tasks together";
        comparison.evidence = fmt::format(
            "{:.1f} % of the baseline's runs take more than {:.3g} ms, and {:.1f} % of the "
            "candidate's where most do",
            100 * slow.before, slow.limit_ns / 1e6, 100 * after);
        comparison.threshold = "2 points more, or runs 3 % farther up: then task by task";
        comparison.margin = fmt::format("{:.1f} points more", 100 * (after - slow.before));
        comparison.why = "The candidate's runs are not slow more often, nor slower.";
        return comparison;
    }

    // False when there are too few tasks.
    bool add(const DependencyView& dependency, const PhaseView& phase, const PhaseCells& cells,
             Measure measure, std::vector<LatencyTest>& tests) const {
        const std::size_t need = view_.thresholds().minimum_tasks;
        bool enough = false;
        Variance whole;
        const std::size_t parts = measure == Measure::slow_reach ? 1 : places_.parts().size();
        for (std::size_t part = 0; part < parts; ++part) {
            const Cells candidate = cells.candidate(measure, part);
            if (together(candidate).n < static_cast<double>(need) ||
                together(cells.baseline(measure)).n < static_cast<double>(need)) {
                continue;
            }
            const auto effect = part == 0 ? effect_of(cells.baseline(measure), candidate)
                                          : effect_in_common_zones(cells.baseline(measure), candidate);
            if (!effect || effect->candidate_units < static_cast<double>(need)) continue;
            LatencyTest test;
            test.effect = *effect;
            test.dependency = &dependency;
            test.phase = phase.name;
            test.layer = phase.layer;
            test.measure = measure;
            test.part = places_.parts()[part];
            if (part != 0) {
                test.rest = effect_of(cells.baseline(measure), cells.candidate_rest(measure, part))
                                .value_or(Effect{});
            }
            test.slow_limit_ns = cells.slow().limit_ns;
            test.slow_before = cells.slow().before;
            if (part < cells.slow().after.size()) test.slow_after = cells.slow().after[part];
            const double sampling = cells.sampling_variance(measure);
            if (measure == Measure::slow_share) {
                test.effect.variance.value = std::max(test.effect.variance.value, sampling);
            } else if (sampling > 0) {
                test.effect.least_variance = sampling + facts_of(measure).floor;
            }
            // How much tasks of one zone differ, all zones tell together.
            if (part == 0) whole = test.effect.variance;
            if (test.part.kind == Part::Kind::zone && whole.df > test.effect.variance.df) {
                test.effect.variance = whole;
            }
            set_margins(test);
            tests.push_back(std::move(test));
            enough = true;
        }
        return enough;
    }

    void set_margins(LatencyTest& test) const {
        const double accepted =
            accepted_ratio(*view_.policy, test.dependency->name, subject_of(test), view_.now);
        test.accepted = std::log(std::max(1.0, accepted));
        // What is slow was set with the accepted ratio already.
        test.delta = test.measure == Measure::slow_share ? kSlowShift : std::log(ratio());
        test.floor_ns = floor_ns_;
    }

    void moderate() {
        for (const Measure measure : kAllMeasures) {
            const MeasureFacts facts = facts_of(measure);
            std::vector<Variance> family;
            for (const LatencyTest& test : tests_) {
                const bool counts = test.measure == measure && test.part.kind == Part::Kind::whole;
                if (counts && test.effect.variance.df > 0) family.push_back(test.effect.variance);
            }
            const Prior prior = fit_prior(family, facts.floor);
            for (LatencyTest& test : tests_) {
                if (test.measure != measure) continue;
                const double accepted = measure == Measure::slow_share ? 0 : test.accepted;
                test.shift =
                    test_shift(test.effect, prior, facts.spread * spread_factor(), test.delta, accepted);
            }
        }
    }

    // What may hold is corrected among its own: a hundred dependencies that only warn must not hide it.
    void correct(bool critical) {
        std::vector<double> p;
        std::vector<LatencyTest*> tests;
        for (std::size_t i = 0; i < tests_.size(); ++i) {
            if (critical_[i] != critical) continue;
            tests.push_back(&tests_[i]);
            p.push_back(tests_[i].shift.p);
        }
        p.resize(p.size() + quiet_[critical], 1);
        const auto corrected = adjusted(p);
        for (std::size_t i = 0; i < tests.size(); ++i) {
            tests[i]->adjusted = corrected[i];
            tests[i]->level = kFalseDiscoveries * view_.alarm_share;
            tests[i]->found = tests[i]->adjusted <= tests[i]->level && matters(*tests[i]);
        }
    }

    // A faster candidate is no danger; a shift below the floor matters to nobody.
    bool matters(const LatencyTest& test) const {
        if (test.measure == Measure::slow_share) {
            return test.effect.d > test.delta && test.slow_after >= test.slow_before + kSlowPoints;
        }
        if (test.effect.d - test.accepted <= test.delta) return false;
        if (!is_quantile(test.measure)) return test.slow_after >= test.slow_before + kReachPoints;
        const double accepted_ns = test.baseline_ns() * std::exp(test.accepted);
        return test.candidate_ns() - accepted_ns >= test.floor_ns;
    }

    const View& view_;
    Judgement& judgement_;
    Places places_;
    double timer_noise_ns_ = 0;
    double floor_ns_ = 0;
    std::vector<LatencyTest> tests_;
    std::vector<bool> critical_;     // of each test
    std::size_t quiet_[2] = {0, 0};  // tests that needed no look at the tasks: of others, of critical ones
};

}  // namespace

double LatencyTest::baseline_ns() const {
    return std::exp(effect.baseline);
}

double LatencyTest::candidate_ns() const {
    return std::exp(effect.baseline + effect.d);
}

std::string subject_of(const LatencyTest& test) {
    return fmt::format("latency:{}:{}", test.phase, name_of(test.measure));
}

std::vector<LatencyTest> test_latency(const View& view, Judgement& judgement) {
    return Tests(view, judgement).run();
}

}  // namespace plumb::judge

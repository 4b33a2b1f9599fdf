#include "controller/judge/latency/path_share.hpp"

#include <algorithm>
#include <cmath>

namespace plumb::judge {
namespace {

constexpr double kRoundTripVariance = 0.01;  // of tasks in ln; short trips differ by more than long ones
constexpr double kMostlyPath = 0.5;
constexpr double kMostlyServer = 0.25;  // several round trips make a phase: more is no longer nothing

// How many round trips a phase may take at most: TCP's handshake is one, TLS's one or two, a log-in several.
double trips_of(Layer layer) {
    switch (layer) {
        case Layer::handshake:
            return 2;
        case Layer::authenticate:
            return 4;
        case Layer::request:
        case Layer::server:
            return 2;
        case Layer::resolve:
        case Layer::connect:
        case Layer::task:
            break;
    }
    return 1;
}

bool lies_in(const TaskEvidence& task, const Part& part) {
    if (part.kind == Part::Kind::whole) return true;
    const auto found = task.labels.find(part.kind == Part::Kind::zone ? "zone" : "revision");
    return found != task.labels.end() && found->second == part.value;
}

Cells round_trips(const std::vector<Member>& members, const Places& places, bool candidate,
                  const LatencyTest& test) {
    Cells cells(places.zones());
    const double q = test.measure == Measure::p50 ? 0.50 : 0.90;
    for (const Member& member : members) {
        const Sketch& rtt = member.evidence->rtt;
        if (rtt.empty() || (candidate && !lies_in(*member.task, test.part))) continue;
        cells[places.of(*member.task, candidate).zone].add(std::log(std::max(1.0, rtt.quantile(q))));
    }
    return cells;
}

// The shift itself, in ns; of slow runs, what the slow ones exceed.
double shift_ns(const LatencyTest& test) {
    if (is_quantile(test.measure)) return test.candidate_ns() - test.baseline_ns();
    return test.slow_limit_ns / 2;
}

}  // namespace

std::optional<PathShare> path_share(const LatencyTest& test, const View& view) {
    if (test.layer == Layer::resolve) return std::nullopt;
    const Places places(view);
    const auto effect = effect_of(round_trips(test.dependency->baseline, places, false, test),
                                  round_trips(test.dependency->candidate, places, true, test));
    if (!effect) return std::nullopt;
    const Shift shift = test_shift(*effect, {kRoundTripVariance, 4}, 0, 0, 0);
    PathShare out;
    out.before_ns = std::exp(effect->baseline);
    out.after_ns = std::exp(effect->baseline + effect->d);
    const double whole = shift_ns(test);
    // No more trips than fitted into the phase before.
    const double fitted = is_quantile(test.measure) ? std::floor(test.baseline_ns() / out.before_ns) : 1;
    const double trips = std::clamp(fitted, 1.0, trips_of(test.layer));
    const auto share = [&](double d) {
        return std::clamp(trips * out.before_ns * (std::exp(d) - 1) / whole, 0.0, 1.0);
    };
    out.share = share(effect->d);
    out.low = share(shift.low);
    // A way that became narrow holds up many bytes and no small packet: round trips do not clear it.
    out.high = test.phase == phase::transfer ? 1 : share(shift.high);
    return out;
}

const char* cause_of_shift(const std::optional<PathShare>& share) {
    if (!share) return "latency.unknown";
    // An interval that leaves everything open says nothing, wherever its middle lies.
    if (share->low < kMostlyServer && share->high >= kMostlyPath) return "latency.unknown";
    if (share->share >= kMostlyPath) return "latency.network";
    return share->share < kMostlyServer ? "latency.server" : "latency.unknown";
}

}  // namespace plumb::judge

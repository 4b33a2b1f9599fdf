// How deep the next run of a target goes, and whether it goes at all.
//
// Where a kind logs in, most runs only connect; every few points of the schedule one logs in, and every few
// of those one inspects. What fails is asked less and less, exponentially: a target that cannot be reached,
// and, apart from that, one that can be reached but refuses the log-in or the question. A failure that means
// saturation (no connection slots left, a rate limit) slows it at once, any other after it has shown often
// enough for the judge to see it. It never stops: a trial comes at least once a window, and a log-in at least
// once in a few windows.
//
// Points that are held back count as skipped, and while a breaker is open each outcome has the fact
// probe.breaker. The controller may ask for rarer log-ins, so that a fleet keeps within a budget; while it
// does each outcome has the fact probe.pace. Pure; not thread-safe.
#pragma once

#include "agent/run/breaker.hpp"
#include "model/outcome.hpp"
#include "probes/probe.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace plumb::agent {

inline constexpr FactInfo kBreakerFact{"probe.breaker", FactClass::informational,
                                       "what is asked less often because it fails"};
inline constexpr FactInfo kPaceFact{"probe.pace", FactClass::informational,
                                    "how far apart log-ins are kept because the controller asks for it"};
// The controller is obeyed up to here: evidence of a log-in must not die out.
inline constexpr std::chrono::nanoseconds kMostApart = std::chrono::hours(1);

struct Cadence {
    unsigned login = 1;                   // every Nth point logs in
    unsigned inspect = 1;                 // every Nth point inspects
    unsigned window = 1;                  // points in a window
    bool logs_in = false;                 // false: every run asks its question, and `login` means nothing
    std::chrono::nanoseconds interval{};  // of points
};

// The points that these intervals make. An absent one has its default: half a window between log-ins, one
// between inspections.
Cadence cadence_of(bool logs_in, std::chrono::nanoseconds window, std::chrono::nanoseconds interval,
                   std::optional<std::chrono::nanoseconds> login,
                   std::optional<std::chrono::nanoseconds> inspect);

class Pacing {
  public:
    explicit Pacing(const Cadence& cadence);

    struct Next {
        std::optional<Depth> depth;  // absent: this point is left out
        bool held_back = false;      // a run, or its log-in, was due and is left out: count it as skipped
    };
    Next next();  // once for each point at which no run is in flight
    void seen(Depth depth, const Outcome& outcome);

    // Log-ins are to be at least that far apart: never closer than the cadence says, nor further than
    // kMostApart. `random` in [0, 1) spreads the first of many agents that are asked together. Means nothing
    // where the kind does not log in.
    void keep_apart(std::chrono::nanoseconds apart, double random);

    // The value of kBreakerFact; "" while nothing is held back.
    std::string_view state() const;
    // The value of kPaceFact; "" while the cadence is as configured.
    std::string_view pace() const { return pace_; }

  private:
    Cadence cadence_;
    Breaker reach_;
    Breaker login_;
    unsigned to_inspect_ = 0;  // points until an inspection may come
    std::string pace_;
};

}  // namespace plumb::agent

// What one run of a probe saw. Durations are monotonic. The phases add up to `total`, for failures too; what
// the prober did between them for itself is in neither (probes/run.hpp). Facts and gauges seen before a
// failure are kept.
#pragma once

#include "model/cause.hpp"
#include "model/fact.hpp"
#include "model/phase.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumb {

struct PhaseTiming {
    std::string_view name;  // static storage: a constant of model/phase.hpp or of the probe
    std::chrono::nanoseconds duration{};
};

// A failure names the phase it happened in, our code for it, and the peer's or kernel's words (sanitized,
// bounded).
struct Failure {
    std::string phase;
    Cause cause = Cause::unknown;
    std::string detail;
};

// An amount with a limit: postgres.connections 87 of 100.
struct Gauge {
    std::string name;
    double value = 0;
    std::optional<double> limit;    // usable limit: slots reserved for others are already taken off
    bool refuses_at_limit = false;  // true for slots and clients; false for a cache that evicts
};

// What a probe declares of a gauge, once, as FactInfo does of a fact.
struct GaugeInfo {
    std::string_view name;
    std::string_view unit;  // "connections", "bytes", "s", "1/s", "ratio"
    std::string_view meaning;
    bool refuses_at_limit = false;
};

// One address that was tried, in order.
struct Attempt {
    std::string address;  // "10.0.1.7:5432", "[2001:db8::1]:443"
    std::optional<Cause> failed;
    std::chrono::nanoseconds duration{};
};

// One step of what was said on the wire, as people read it: a protocol's words, or the names of its messages.
struct Said {
    std::chrono::nanoseconds at{};  // since the run began
    bool sent = false;              // by us; else by the peer
    std::string words;              // without secrets, sanitized and bounded
};

inline constexpr std::size_t kMaxSaid =
    64;  // steps of an outcome; the last one then says that there were more
inline constexpr std::size_t kMaxSaidWords = 160;  // bytes of a step

struct Outcome {
    std::string dependency;
    std::string kind;     // "postgres"
    std::string target;   // redacted URL
    std::string address;  // the address that served the run; empty when none did
    std::chrono::nanoseconds total{};
    std::vector<PhaseTiming> phases;
    std::optional<Failure> failure;
    std::vector<Attempt> attempts;
    std::vector<Fact> facts;
    std::vector<Gauge> gauges;
    std::optional<std::chrono::nanoseconds> rtt;  // kernel's smoothed round trip (TCP_INFO)
    unsigned retransmits = 0;                     // tcpi_total_retrans of this run's connection
    bool suspect = false;    // the loop lagged or the cgroup was throttled during the run
    std::string note;        // "no request was sent: …"; for people, never judged
    std::vector<Said> said;  // only where somebody listened (Run::listen); for people, never judged

    bool ok() const { return !failure; }

    // Adds or replaces. Names are given by the probe; values are cut to kMaxFactValue, and facts past
    // kMaxFacts are dropped.
    void fact(std::string_view name, FactClass cls, std::string_view value);
    void fact(const FactInfo& info, std::string_view value) { fact(info.name, info.cls, value); }
    // A fact of a numbered thing: ".N." of its name becomes `number`.
    void fact(const FactInfo& info, unsigned number, std::string_view value);
    void gauge(std::string_view name, double value, std::optional<double> limit = std::nullopt,
               bool refuses_at_limit = false);
    void gauge(const GaugeInfo& info, double value, std::optional<double> limit = std::nullopt) {
        gauge(info.name, value, limit, info.refuses_at_limit);
    }
    const Fact* find_fact(std::string_view name) const;
    const Gauge* find_gauge(std::string_view name) const;
};

}  // namespace plumb

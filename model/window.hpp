// One task's summary of its dependencies over a fixed time: what travels from the agent to the controller,
// what the store keeps and what `plumbctl judge` reads as JSON lines. Everything in it is bounded (see the
// constants).
#pragma once

#include "base/result.hpp"
#include "model/fact.hpp"
#include "model/labels.hpp"
#include "model/phase.hpp"
#include "model/sketch.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace plumb {

struct WindowPhase {
    std::string name;
    Layer layer = Layer::request;
    std::uint64_t reached = 0;  // runs that entered this phase
    Sketch clean;               // durations of successful, unsuspected, unretransmitted runs
};

struct WindowFailure {
    std::string phase;
    std::string cause;  // code; kept as text so that versions can mix
    std::uint64_t count = 0;
};

struct WindowAddress {
    std::string address;
    std::uint64_t tried = 0;
    std::uint64_t failed = 0;
};

struct WindowFact {
    std::string name;
    FactClass cls = FactClass::informational;
    std::string value;
    std::uint64_t runs = 0;  // runs that observed this value
};

struct WindowGauge {
    std::string name;
    double min = 0;
    double max = 0;
    double last = 0;
    std::optional<double> limit;
    bool refuses_at_limit = false;
};

struct WindowDependency {
    std::string dependency;
    std::string kind;
    std::uint64_t runs = 0;
    std::uint64_t succeeded = 0;
    std::uint64_t suspect = 0;
    std::uint64_t skipped = 0;  // due, but not started: the one before was still in flight, or backed off
    std::vector<WindowPhase> phases;
    Sketch rtt;
    std::uint64_t retransmitted = 0;  // runs that had to send something again
    std::vector<WindowAddress> addresses;
    std::vector<WindowFailure> failures;
    std::vector<WindowFact> facts;
    std::vector<WindowGauge> gauges;
};

struct Window {
    std::string agent;           // instance id, new at each start of an agent
    std::uint64_t sequence = 0;  // from 1, without gaps, for each agent instance
    std::chrono::system_clock::time_point
        start{};  // the agent's clock; the controller orders by receipt minus age
    std::chrono::milliseconds length{};
    std::chrono::seconds task_age{};
    bool draining = false;
    Labels labels;
    std::vector<WindowDependency> dependencies;
};

// Bounds that a sender keeps and a receiver enforces before it parses further.
inline constexpr std::size_t kMaxDependencies = 256;
inline constexpr std::size_t kMaxPhases = 40;
inline constexpr std::size_t kMaxFailures = 64;  // (phase, cause) pairs for each dependency
inline constexpr std::size_t kMaxAddresses = 32;
inline constexpr std::size_t kMaxWindowFacts = kMaxFacts;  // of one outcome
inline constexpr std::size_t kMaxFactValues = 16;          // values of one fact that an accumulator keeps
inline constexpr std::size_t kMaxGauges = 64;
inline constexpr std::size_t kMaxName = 128;  // bytes of any name
inline constexpr std::size_t kMaxWindowBytes = 4 << 20;

// Refuses a window that breaks a bound, holds a non-finite or negative number where there can be none, names
// the same thing twice, or contradicts itself (more failures than runs); the message names the field by path.
Result<void> check_bounds(const Window& window);

// Escapes in every text of the window what a person or a program must not read raw, and cuts it to its bound.
// A receiver calls it after check_bounds; on what a well-behaved sender wrote it changes nothing.
void sanitize_texts(Window& window);

}  // namespace plumb

// One run of a probe under way: the outcome so far, the clock of its phases, and its deadline.
//
// Call order: begin(phase) for each phase in turn (it ends the phase before at the same instant, so phases
// add up to the total), fail() at most once, and the driver (probes/registry.hpp, run_once) ends the clock.
#pragma once

#include "model/outcome.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace plumb {

using Clock = std::chrono::steady_clock;

class Run {
  public:
    Run(Clock::time_point deadline, std::uint64_t number) : deadline_(deadline), number_(number) {}
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    Outcome outcome;

    void begin(
        std::string_view phase);  // static storage; a name that was begun before goes on adding to its entry
    std::string_view current_phase() const;  // "" before the first begin()
    // Ends the phase in progress and sums up; the driver calls it once.
    void finish();

    // The first failure stays; its phase is the one in progress. `detail` is sanitized here.
    void fail(Cause cause, std::string_view detail);
    bool failed() const { return outcome.failure.has_value(); }

    Clock::time_point deadline() const { return deadline_; }
    std::uint64_t number() const {
        return number_;
    }  // counts the runs of this target from 0: rotates addresses

  private:
    static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

    void close_phase(Clock::time_point now);

    Clock::time_point deadline_;
    std::uint64_t number_;
    Clock::time_point phase_started_{};
    std::size_t current_ = kNone;
    bool finished_ = false;
};

// What a deadline that passes during `phase` is called: dns.timeout, tcp.timeout, tls.timeout, else
// peer.timeout.
Cause timeout_cause(std::string_view phase);

}  // namespace plumb

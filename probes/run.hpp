// One run of a probe under way: the outcome so far, the clock of its phases, and its deadline.
//
// Call order: begin(phase) for each phase in turn (it ends the phase before at the same instant, so phases add up to
// the total), fail() at most once, and the driver (probes/registry.hpp, run_once) ends the clock.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "model/outcome.hpp"

namespace plumb {

using Clock = std::chrono::steady_clock;

class Run {
  public:
    Run(Clock::time_point deadline, std::uint64_t number) : deadline_(deadline), number_(number) {}
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    Outcome outcome;

    void begin(std::string_view phase);  // static storage; a name that was begun before goes on adding to its entry
    std::string_view current_phase() const;
    // Ends the phase in progress and sums up; the driver calls it once.
    void finish();

    // The first failure stays; its phase is the one in progress. `detail` is sanitized here.
    void fail(Cause cause, std::string_view detail);
    bool failed() const { return outcome.failure.has_value(); }

    Clock::time_point deadline() const { return deadline_; }
    std::uint64_t number() const { return number_; }  // counts the runs of this target from 0: rotates addresses

  private:
    Clock::time_point deadline_;
    std::uint64_t number_;
    Clock::time_point started_{};
    Clock::time_point phase_started_{};
    std::size_t current_ = static_cast<std::size_t>(-1);
};

}  // namespace plumb

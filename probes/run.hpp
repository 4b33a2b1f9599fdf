// One run of a probe under way: the outcome so far, the clock of its phases, and its deadline.
//
// A phase may have a limit of its own under the deadline of the run; deadline() is the nearer of the two.
//
// A phase lasts from its first word to the arrival of what it waited for, where the kernel's time stamps
// tell. What we do before the one (making a key) and until we look after the other (waking up) is our own: it
// is in no phase, and so not in the total. A phase that fails counts everything.
//
// Call order: begin(phase) for each phase in turn (it ends the phase before at the same instant, so phases
// add up to the total), fail() at most once, and the driver (probes/registry.hpp, run_once) ends the clock.
#pragma once

#include "model/outcome.hpp"
#include "probes/url.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace plumb {

using Clock = std::chrono::steady_clock;

// How far a run goes. Where a kind logs in, most runs only connect: a log-in costs a server more, and reading
// what it says of itself more still. Each depth holds the one before it.
enum class Depth {
    connect,  // resolve, connect, TLS
    login,    // and authenticate, and the smallest question; whole for a kind that does not log in
    inspect,  // and read what the peer says of itself, and whatever else only every Nth run may cost
};

struct PhaseLimit {
    std::string phase;
    std::chrono::nanoseconds limit{};
};

class Run {
  public:
    explicit Run(Clock::time_point deadline, std::uint64_t number = 0, Depth depth = Depth::inspect,
                 std::span<const PhaseLimit> limits = {})
        : whole_(deadline), deadline_(deadline), number_(number), depth_(depth), limits_(limits) {}
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    Outcome outcome;

    void begin(
        std::string_view phase);  // static storage; a name that was begun before goes on adding to its entry
    std::string_view current_phase() const;  // "" before the first begin()
    // Ends the phase in progress and sums up; only the first call counts. The driver calls it, and before it
    // a probe that still has to take its leave: a goodbye belongs to no phase.
    void finish();

    // The first word of the phase in progress went out at `at`. Only the first call of a phase counts.
    void sent(std::optional<Clock::time_point> at);
    // What it waited for was there at `at`. Call it as late as possible, and again whenever more has come. In
    // the last phase of a run that succeeds, what follows the last arrival is our own too.
    void arrived(std::optional<Clock::time_point> at);

    // The first failure stays; its phase is the one in progress. `detail` is sanitized here.
    void fail(Cause cause, std::string_view detail);
    bool failed() const { return outcome.failure.has_value(); }

    // What is said on the wire is kept where somebody listens; the sidecar never does. `secrets`: what must
    // not show in it beside what the probe hides itself; they outlive the run.
    void listen(std::span<const Secret> secrets);
    // Ask before making words that nobody may want.
    bool listens() const { return listens_; }
    // One step, ours or the peer's, as people read it. REQUIRES: without the probe's own secrets, in the
    // forms that only it knows. Sanitized and cut here; nothing happens unless somebody listens.
    void we_said(std::string_view words) { note_said(true, words); }
    void peer_said(std::string_view words) { note_said(false, words); }

    // How long the phase in progress has lasted, with what it spent when it was entered before.
    std::chrono::nanoseconds spent(Clock::time_point now) const;

    // Of the phase in progress. Ask anew in each phase.
    Clock::time_point deadline() const { return deadline_; }
    Clock::time_point whole_deadline() const { return whole_; }
    // Counts the runs of this target from 0: rotates addresses.
    std::uint64_t number() const { return number_; }
    bool logs_in() const { return depth_ >= Depth::login; }
    bool inspects() const { return depth_ == Depth::inspect; }

  private:
    static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

    void close_phase(Clock::time_point now);
    void set_aside(Clock::time_point from, Clock::time_point to);
    void limit_phase();
    void note_said(bool sent, std::string_view words);

    Clock::time_point whole_;
    Clock::time_point deadline_;
    std::uint64_t number_;
    Depth depth_;
    std::span<const PhaseLimit> limits_;
    std::span<const Secret> secrets_;
    Clock::time_point phase_started_{};  // later by what is set aside
    Clock::time_point looked_{};         // what was before is counted or set aside
    Clock::duration aside_{};            // of the phase in progress
    bool sent_ = false;
    std::optional<Clock::time_point> arrival_;
    std::size_t current_ = kNone;
    bool finished_ = false;
    bool listens_ = false;
};

// What a deadline that passes during `phase` is called: dns.timeout, tcp.timeout, tls.timeout, else
// peer.timeout.
Cause timeout_cause(std::string_view phase);

}  // namespace plumb

#include "probes/run.hpp"

#include "base/text.hpp"
#include "probes/scrub.hpp"

#include <algorithm>

namespace plumb {

void Run::begin(std::string_view phase) {
    const auto now = Clock::now();
    if (current_ == kNone) {
        phase_started_ = now;
    } else {
        close_phase(now);
    }
    looked_ = now;
    aside_ = Clock::duration::zero();
    sent_ = false;
    arrival_.reset();
    auto& phases = outcome.phases;
    const auto known = std::find_if(phases.begin(), phases.end(),
                                    [phase](const PhaseTiming& each) { return each.name == phase; });
    current_ = static_cast<std::size_t>(known - phases.begin());
    if (known == phases.end()) phases.push_back({phase, std::chrono::nanoseconds::zero()});
    limit_phase();
}

// What a phase entered before has spent counts towards its limit.
void Run::limit_phase() {
    deadline_ = whole_;
    const auto& phase = outcome.phases[current_];
    for (const auto& each : limits_) {
        if (each.phase == phase.name)
            deadline_ = std::min(whole_, phase_started_ + each.limit - phase.duration);
    }
}

std::string_view Run::current_phase() const {
    return current_ == kNone ? std::string_view{} : outcome.phases[current_].name;
}

// The end of one phase is the beginning of the next, by one reading of the clock: only what was set aside
// falls between them.
void Run::close_phase(Clock::time_point now) {
    const auto spent = now - phase_started_;
    outcome.phases[current_].duration += spent;
    outcome.total += spent;
    phase_started_ = now;
}

void Run::finish() {
    if (current_ == kNone || finished_) return;
    finished_ = true;
    const auto now = Clock::now();
    if (arrival_ && !failed()) set_aside(*arrival_, now);  // saying goodbye and closing are ours, too
    close_phase(now);
}

void Run::set_aside(Clock::time_point from, Clock::time_point to) {
    from = std::max(from, looked_);
    if (from >= to) return;
    // What was told meanwhile happened no later than the phase counts.
    const auto counted = outcome.total + (from - phase_started_);
    for (auto step = outcome.said.rbegin(); step != outcome.said.rend() && step->at > counted; ++step)
        step->at = counted;
    phase_started_ += to - from;
    aside_ += to - from;
    looked_ = to;
}

void Run::sent(std::optional<Clock::time_point> at) {
    if (!at || sent_ || failed()) return;
    sent_ = true;
    set_aside(looked_, std::min(*at, Clock::now()));
}

void Run::arrived(std::optional<Clock::time_point> at) {
    if (!at || failed()) return;
    arrival_ = at;
    set_aside(*at, Clock::now());
}

void Run::fail(Cause cause, std::string_view detail) {
    if (outcome.failure) return;
    phase_started_ -= aside_;
    aside_ = Clock::duration::zero();
    outcome.failure = Failure{std::string(current_phase()), cause, sanitize(detail)};
}

void Run::listen(std::span<const Secret> secrets) {
    secrets_ = secrets;
    listens_ = true;
}

void Run::note_said(bool sent, std::string_view words) {
    auto& said = outcome.said;
    if (!listens_ || said.size() >= kMaxSaid) return;
    std::vector<std::string_view> hidden;
    for (const auto& secret : secrets_)
        hidden.emplace_back(secret.reveal());
    // By the clock of the phases, so that a step and the phase that it ends agree.
    const auto at =
        current_ == kNone ? Clock::duration::zero() : outcome.total + (Clock::now() - phase_started_);
    const bool last = said.size() + 1 == kMaxSaid;
    said.push_back({at, sent, last ? "… and more" : sanitize(scrub(words, hidden), kMaxSaidWords)});
}

std::chrono::nanoseconds Run::spent(Clock::time_point now) const {
    if (current_ == kNone) return {};
    return outcome.phases[current_].duration + (now - phase_started_);
}

Cause timeout_cause(std::string_view phase) {
    switch (layer_of_phase(phase)) {
        case Layer::resolve:
            return Cause::dns_timeout;
        case Layer::connect:
            return Cause::tcp_timeout;
        case Layer::handshake:
            return Cause::tls_timeout;
        default:
            return Cause::peer_timeout;
    }
}

}  // namespace plumb

#include "agent/run/sidecar.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <fmt/format.h>

namespace plumb::agent {
namespace {

// ECS gives 30 s between SIGTERM and SIGKILL by default; a task definition may give as little as 2.
constexpr auto kRunGrace = std::chrono::milliseconds(500);
constexpr auto kDeliveryGrace = std::chrono::seconds(5);

}  // namespace

Sidecar::Sidecar(boost::asio::io_context& io, boost::asio::signal_set& signals,
                 std::vector<Prepared>& targets, Schedule& schedule, std::vector<Pacing>& pacing,
                 TaskWatch& task, Windows& windows, Delivery& delivery, Log& log)
    : io_(io),
      signals_(signals),
      targets_(targets),
      schedule_(schedule),
      pacing_(pacing),
      task_(task),
      windows_(windows),
      delivery_(delivery),
      log_(log),
      due_(io),
      window_(io),
      grace_(io),
      seen_(targets.size()) {
    for (std::size_t i = 0; i < targets.size(); ++i) {
        cancels_.push_back(std::make_unique<boost::asio::cancellation_signal>());
    }
}

void Sidecar::run() {
    wait_for_signal();
    wait_for_due();
    wait_for_window();
    io_.run();
}

void Sidecar::wait_for_due() {
    due_.expires_at(schedule_.next_due());
    due_.async_wait([this](const boost::system::error_code& error) {
        if (error || stopping_) return;
        start_due();
        wait_for_due();
    });
}

void Sidecar::start_due() {
    for (const auto& due : schedule_.due(Schedule::Clock::now())) {
        if (due.skipped > 0) windows_.skipped(due.target, due.skipped);
        if (due.start) start_if_paced(due.target);
    }
}

void Sidecar::start_if_paced(std::size_t target) {
    const auto next = pacing_[target].next();
    if (next.held_back) windows_.skipped(target, 1);
    if (next.depth) return start(target, *next.depth);
    schedule_.finished(target);
}

void Sidecar::start(std::size_t target, Depth depth) {
    ++in_flight_;
    auto handler = [this, target](const std::exception_ptr& error) { ended(target, error); };
    boost::asio::co_spawn(io_, one_run(target, depth),
                          boost::asio::bind_cancellation_slot(cancels_[target]->slot(), handler));
}

boost::asio::awaitable<void> Sidecar::one_run(std::size_t target, Depth depth) {
    auto outcome = co_await targets_[target].run_once(depth);
    if (stopping_) co_return;
    task_.seen(outcome, targets_[target].target().url.port);
    auto& pacing = pacing_[target];
    pacing.seen(depth, outcome);
    if (const auto state = pacing.state(); !state.empty()) outcome.fact(kBreakerFact, state);
    if (const auto pace = pacing.pace(); !pace.empty()) outcome.fact(kPaceFact, pace);
    windows_.add(outcome);
    note_change(target, outcome);
}

void Sidecar::note_change(std::size_t target, const Outcome& outcome) {
    // A run that only connects says nothing of a log-in that fails.
    const auto state = pacing_[target].state();
    if (outcome.ok() && !state.empty()) return;
    auto now = outcome.ok()
                   ? std::string()
                   : fmt::format("{} at {}", to_string(outcome.failure->cause), outcome.failure->phase);
    if (!state.empty()) now += fmt::format("; {}", state);
    if (now == seen_[target]) return;
    seen_[target] = now;
    log_.limited(outcome.dependency,
                 fmt::format("{}: {}", outcome.dependency, now.empty() ? "ok again" : now));
}

void Sidecar::ended(std::size_t target, const std::exception_ptr& error) {
    --in_flight_;
    schedule_.finished(target);
    // A cancelled run may end by exception; any other one is a bug and ends the program.
    if (error && !stopping_) std::rethrow_exception(error);
    if (stopping_ && in_flight_ == 0) last_window();
}

void Sidecar::wait_for_window() {
    window_.expires_at(windows_.closes_at());
    window_.async_wait([this](const boost::system::error_code& error) {
        if (error || stopping_) return;
        const auto now = Windows::Clock::now();
        const auto window = windows_.close(now);
        delivery_.deliver(window, now);
        wait_for_window();
    });
}

void Sidecar::wait_for_signal() {
    signals_.async_wait([this](const boost::system::error_code& error, int) {
        if (error) return;
        if (stopping_) return io_.stop();
        stop();
        wait_for_signal();
    });
}

void Sidecar::stop() {
    log_.line("stopping: the last window is closed and delivered");
    stopping_ = true;
    task_.stop();
    due_.cancel();
    window_.cancel();
    if (in_flight_ == 0) return last_window();
    grace_.expires_after(kRunGrace);
    grace_.async_wait([this](const boost::system::error_code& error) {
        if (!error) last_window();
    });
    for (const auto& cancel : cancels_)
        cancel->emit(boost::asio::cancellation_type::terminal);
}

void Sidecar::last_window() {
    if (closed_) return;
    closed_ = true;
    grace_.cancel();
    const auto now = Windows::Clock::now();
    delivery_.deliver(windows_.finish(now, true), now);
    boost::asio::co_spawn(io_, say_goodbye(), [this](const std::exception_ptr& error) {
        if (error) std::rethrow_exception(error);
        io_.stop();
    });
}

boost::asio::awaitable<void> Sidecar::say_goodbye() {
    const auto deadline = std::chrono::steady_clock::now() + kDeliveryGrace;
    co_await delivery_.finish(deadline);
}

}  // namespace plumb::agent

#include "probes/net/deadline.hpp"
#include "probes/net/loop_lag.hpp"
#include "probes/net/throttling.hpp"
#include "probes/registry.hpp"

#include <algorithm>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

namespace plumb {
namespace {

// Every step of a probe keeps the deadline itself and names its own time-out. This is for the step that does
// not.
constexpr std::chrono::milliseconds kGrace{3};

}  // namespace

boost::asio::awaitable<void> Prepared::run_guarded(Run& run) {
    try {
        auto operation = probe_->run(run);
        const bool finished = co_await net::finish_by(std::move(operation), run.whole_deadline() + kGrace);
        if (!finished) run.fail(timeout_cause(run.current_phase()), "not finished within the time limit");
    } catch (const boost::system::system_error& error) {
        const bool cancelled = error.code() == boost::asio::error::operation_aborted;
        run.fail(cancelled ? Cause::local_cancelled : Cause::local_error, error.what());
    } catch (const std::exception& error) {
        run.fail(Cause::local_error, error.what());
    }
}

boost::asio::awaitable<Outcome> Prepared::run_once(Depth depth) {
    const net::LagWatch lag(executor_);
    const net::ThrottleWatch throttling(executor_);
    if (!kind_->logs_in) depth = std::max(depth, Depth::login);
    Run run(Clock::now() + target_.timeout, runs_++, depth, target_.limits);
    run.outcome.dependency = target_.dependency;
    run.outcome.kind = kind_->name;
    run.outcome.target = display_;
    run.outcome.note = target_.note;
    if (listens_) run.listen(secrets_);
    run_ = &run;
    co_await run_guarded(run);
    run_ = nullptr;
    run.finish();
    run.outcome.suspect = run.outcome.suspect || lag.worst() > net::kSuspectLag || throttling.throttled();
    co_return std::move(run.outcome);
}

std::optional<Prepared::InFlight> Prepared::in_flight() const {
    if (run_ == nullptr || run_->current_phase().empty()) return std::nullopt;
    return InFlight{run_->current_phase(), run_->spent(Clock::now())};
}

}  // namespace plumb

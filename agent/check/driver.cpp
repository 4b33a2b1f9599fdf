#include "agent/check/driver.hpp"

#include <algorithm>
#include <csignal>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/system/system_error.hpp>

namespace plumb::agent {
namespace {

constexpr auto kIdentityLimit = std::chrono::milliseconds(500);
constexpr auto kLookLimit = std::chrono::seconds(1);
constexpr auto kGrace = std::chrono::milliseconds(500);
constexpr auto kTick = std::chrono::milliseconds(100);

}  // namespace

CheckDriver::CheckDriver(boost::asio::io_context& io, task::TaskProbe& task, std::vector<Prepared>& targets,
                         Plan plan)
    : io_(io),
      task_(task),
      targets_(targets),
      plan_(std::move(plan)),
      outcomes_(targets.size()),
      signals_(io, SIGINT, SIGTERM),
      grace_(io),
      tick_(io) {
    signals_.async_wait([this](const boost::system::error_code& error, int) {
        if (!error) interrupt();
    });
}

boost::asio::awaitable<void> CheckDriver::one_target(std::size_t index) {
    for (unsigned run = 0; run < plan_.repeat && !interrupted_; ++run) {
        // What only every Nth run may cost (a second connection) is done once; a log-in is what was asked
        // for.
        const bool deep = run == 0 || targets_[index].kind().logs_in;
        auto outcome = co_await targets_[index].run_once(deep ? Depth::inspect : Depth::login);
        // What we cut short ourselves is no evidence.
        if (outcome.failure && outcome.failure->cause == Cause::local_cancelled) {
            cut_short_.push_back(std::move(outcome));
            co_return;
        }
        task_.seen(outcome, targets_[index].target().url.port);
        outcomes_[index].push_back(std::move(outcome));
    }
}

boost::asio::awaitable<void> CheckDriver::worker() {
    while (next_ < targets_.size() && !interrupted_) {
        const auto index = next_++;
        co_await one_target(index);
        ++done_;
    }
}

boost::asio::awaitable<void> CheckDriver::look_at_task() {
    co_await task_.learn(kIdentityLimit);
    if (!plan_.look) co_return;
    const auto depth = plan_.whole_look ? Depth::inspect : Depth::login;
    look_ = co_await task_.look(depth, Clock::now() + kLookLimit);
}

boost::asio::awaitable<void> CheckDriver::look_once_more() {
    auto again = co_await task_.look(Depth::connect, Clock::now() + kLookLimit);
    if (again.evidence.gauges.empty()) co_return;  // it did not come back in time
    for (const auto& fact : again.evidence.facts)
        look_.evidence.fact(fact.name, fact.cls, fact.value);
    for (const auto& gauge : again.evidence.gauges)
        look_.evidence.gauge(gauge.name, gauge.value, gauge.limit, gauge.refuses_at_limit);
    look_.checks = std::move(again.checks);
}

void CheckDriver::spawn(boost::asio::awaitable<void> work) {
    cancels_.push_back(std::make_unique<boost::asio::cancellation_signal>());
    ++active_;
    auto handler = [this](const std::exception_ptr& error) { ended(error); };
    boost::asio::co_spawn(io_, std::move(work),
                          boost::asio::bind_cancellation_slot(cancels_.back()->slot(), handler));
}

void CheckDriver::ended(const std::exception_ptr& error) {
    // A cancelled await throws operation_aborted; anything else is broken and must be heard.
    if (error && !interrupted_) broken_ = error;
    if (--active_ == 0 && plan_.look && !looked_again_ && !interrupted_ && !broken_) {
        looked_again_ = true;
        return spawn(look_once_more());
    }
    if (active_ == 0 || broken_) io_.stop();
}

void CheckDriver::show_progress() {
    if (!plan_.progress || active_ == 0) return;
    Progress progress;
    progress.done = done_;
    progress.targets = targets_.size();
    for (const auto& target : targets_) {
        if (const auto run = target.in_flight())
            progress.in_flight.push_back({target.target().dependency, run->phase, run->spent});
    }
    plan_.progress(std::move(progress));
    tick_.expires_after(kTick);
    tick_.async_wait([this](const boost::system::error_code& error) {
        if (!error) show_progress();
    });
}

void CheckDriver::interrupt() {
    interrupted_ = true;
    if (active_ == 0) return io_.stop();
    grace_.expires_after(kGrace);
    grace_.async_wait([this](const boost::system::error_code& error) {
        if (!error) io_.stop();
    });
    for (const auto& cancel : cancels_)
        cancel->emit(boost::asio::cancellation_type::terminal);
}

void CheckDriver::run() {
    next_ = 0;
    done_ = 0;
    outcomes_.assign(targets_.size(), {});
    cut_short_.clear();
    cancels_.clear();
    looked_again_ = false;
    io_.restart();
    if (!std::exchange(looked_, true)) spawn(look_at_task());
    const auto workers = std::min<std::size_t>(plan_.concurrency, targets_.size());
    for (std::size_t i = 0; i < workers; ++i)
        spawn(worker());
    show_progress();
    io_.run();
    tick_.cancel();
    if (broken_) std::rethrow_exception(broken_);
}

bool CheckDriver::pause(std::chrono::nanoseconds length) {
    if (interrupted_) return false;
    io_.restart();
    tick_.expires_after(std::chrono::duration_cast<Clock::duration>(length));
    tick_.async_wait([this](const boost::system::error_code& error) {
        if (!error) io_.stop();
    });
    io_.run();
    return !interrupted_;
}

}  // namespace plumb::agent

#include "agent/check/driver.hpp"

#include "probes/task/facts.hpp"

#include <algorithm>
#include <csignal>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

namespace plumb::agent {
namespace {

constexpr auto kIdentityLimit = std::chrono::milliseconds(500);
constexpr auto kLookLimit = std::chrono::seconds(1);
constexpr auto kWholeLookLimit = std::chrono::seconds(5);  // as long as a person waits
constexpr auto kGrace = std::chrono::milliseconds(500);
constexpr auto kTick = std::chrono::milliseconds(100);

bool is_ignored(int signal) {
    struct sigaction now {};
    return ::sigaction(signal, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

bool too_slow(const task::Look& look) {
    const auto* why = look.evidence.find_fact(task::kLook.name);
    return why != nullptr && why->value == task::kLookTooSlow;
}

void set_finished(task::Look& look) {
    std::erase_if(look.evidence.facts, [](const Fact& fact) { return fact.name == task::kLook.name; });
}

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
      tick_(io),
      look_limit_(io),
      begun_(targets.size()) {
    if (!is_ignored(SIGHUP)) signals_.add(SIGHUP);
    signals_.async_wait([this](const boost::system::error_code& error, int) {
        if (!error) interrupt();
    });
}

boost::asio::awaitable<void> CheckDriver::one_target(std::size_t index) {
    for (unsigned run = 0; run < plan_.repeat && !interrupted_; ++run) {
        // What only every Nth run may cost (a second connection) is done once; a log-in is what was asked
        // for.
        begun_[index] = run + 1;
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
        if (++done_ == targets_.size()) hurry_look();
    }
}

boost::asio::awaitable<void> CheckDriver::look_at_task() {
    looking_ = true;
    look_began_ = Clock::now();
    const auto depth = plan_.whole_look ? Depth::inspect : Depth::login;
    try {
        co_await task_.learn(kIdentityLimit);
        if (plan_.look) look_ = co_await task_.look(depth, look_began_ + kWholeLookLimit);
    } catch (const boost::system::system_error& error) {
        if (error.code() != boost::asio::error::operation_aborted) throw;
        // Hurried, or interrupted, while it still asked the platform.
        look_.evidence.fact(task::kLook, task::kLookTooSlow);
    }
    looking_ = false;
    look_limit_.cancel();
    if (interrupted_ && too_slow(look_)) look_.evidence.fact(task::kLook, task::kLookInterrupted);
    // What only this look reads is worth another one when there is another round.
    if (plan_.whole_look && task::unfinished(look_)) looked_ = false;
}

// The targets are done: whoever wants no more than the table waits for nothing else any longer.
void CheckDriver::hurry_look() {
    if (!looking_ || plan_.whole_look) return;
    look_limit_.expires_at(look_began_ + kLookLimit);
    look_limit_.async_wait([this](const boost::system::error_code& error) {
        if (!error && looking_) look_cancel_->emit(boost::asio::cancellation_type::terminal);
    });
}

boost::asio::awaitable<void> CheckDriver::look_once_more() {
    const auto limit = plan_.whole_look ? kWholeLookLimit : kLookLimit;
    auto again = co_await task_.look(Depth::connect, Clock::now() + limit);
    if (const auto* why = again.evidence.find_fact(task::kLook.name)) {
        look_.evidence.fact(task::kLook, why->value);
        co_return;
    }
    // It has seen what the first one was to see, unless that was to be a whole one.
    if (!plan_.whole_look || look_.whole) set_finished(look_);
    for (const auto& fact : again.evidence.facts)
        look_.evidence.fact(fact.name, fact.cls, fact.value);
    for (const auto& gauge : again.evidence.gauges)
        look_.evidence.gauge(gauge.name, gauge.value, gauge.limit, gauge.refuses_at_limit);
    look_.checks = std::move(again.checks);
}

boost::asio::cancellation_signal& CheckDriver::spawn(boost::asio::awaitable<void> work) {
    cancels_.push_back(std::make_unique<boost::asio::cancellation_signal>());
    ++active_;
    auto handler = [this](const std::exception_ptr& error) { ended(error); };
    boost::asio::co_spawn(io_, std::move(work),
                          boost::asio::bind_cancellation_slot(cancels_.back()->slot(), handler));
    return *cancels_.back();
}

void CheckDriver::ended(const std::exception_ptr& error) {
    // A cancelled await throws operation_aborted; anything else is broken and must be heard.
    if (error && !interrupted_) broken_ = error;
    if (--active_ == 0 && plan_.look && !looked_again_ && !interrupted_ && !broken_) {
        looked_again_ = true;
        spawn(look_once_more());
        return;
    }
    if (active_ == 0 || broken_) io_.stop();
}

void CheckDriver::show_progress() {
    if (!plan_.progress || active_ == 0) return;
    Progress progress;
    progress.done = done_;
    progress.targets = targets_.size();
    for (std::size_t i = 0; i < targets_.size(); ++i) {
        const auto run = targets_[i].in_flight();
        if (!run) continue;
        progress.in_flight.push_back(
            {targets_[i].target().dependency, run->phase, run->spent, begun_[i], plan_.repeat});
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
    begun_.assign(targets_.size(), 0);
    cut_short_.clear();
    cancels_.clear();
    looked_again_ = false;
    io_.restart();
    if (!std::exchange(looked_, true)) look_cancel_ = &spawn(look_at_task());
    for (auto workers = std::min<std::size_t>(plan_.concurrency, targets_.size()); workers > 0; --workers)
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

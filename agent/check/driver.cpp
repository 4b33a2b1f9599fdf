#include "agent/check/driver.hpp"

#include <algorithm>
#include <csignal>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/system/system_error.hpp>

namespace plumb::agent {
namespace {

constexpr auto kIdentityLimit = std::chrono::milliseconds(500);
constexpr auto kGrace = std::chrono::milliseconds(500);

}  // namespace

CheckDriver::CheckDriver(boost::asio::io_context& io, Services& services, std::vector<Prepared>& targets,
                         Plan plan)
    : io_(io),
      services_(services),
      targets_(targets),
      plan_(std::move(plan)),
      outcomes_(targets.size()),
      signals_(io, SIGINT, SIGTERM),
      grace_(io) {}

boost::asio::awaitable<void> CheckDriver::one_target(std::size_t index) {
    for (unsigned run = 0; run < plan_.repeat && !interrupted_; ++run) {
        // What only every Nth run may cost (a second connection) is done once; a log-in is what was asked
        // for.
        const bool deep = run == 0 || targets_[index].kind().logs_in;
        auto outcome = co_await targets_[index].run_once(deep ? Depth::inspect : Depth::login);
        // What we cut short ourselves is no evidence.
        if (outcome.failure && outcome.failure->cause == Cause::local_cancelled) co_return;
        outcomes_[index].push_back(std::move(outcome));
    }
}

boost::asio::awaitable<void> CheckDriver::worker() {
    while (next_ < targets_.size() && !interrupted_) {
        const auto index = next_++;
        co_await one_target(index);
        plan_.progress(++done_);
    }
}

boost::asio::awaitable<void> CheckDriver::learn_identity(Environment environment) {
    identity_ = co_await identify(services_, environment, kIdentityLimit);
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
    if (--active_ == 0 || broken_) io_.stop();
}

void CheckDriver::interrupt() {
    interrupted_ = true;
    grace_.expires_after(kGrace);
    grace_.async_wait([this](const boost::system::error_code& error) {
        if (!error) io_.stop();
    });
    for (const auto& cancel : cancels_)
        cancel->emit(boost::asio::cancellation_type::terminal);
}

void CheckDriver::run() {
    signals_.async_wait([this](const boost::system::error_code& error, int) {
        if (!error) interrupt();
    });
    plan_.progress(0);
    spawn(learn_identity(process_environment()));
    const auto workers = std::min<std::size_t>(plan_.concurrency, targets_.size());
    for (std::size_t i = 0; i < workers; ++i)
        spawn(worker());
    io_.run();
    if (broken_) std::rethrow_exception(broken_);
}

}  // namespace plumb::agent

#include "agent/run/task_watch.hpp"

#include "agent/run/inspections.hpp"

#include <algorithm>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace plumb::agent {

namespace asio = boost::asio;

namespace {
constexpr std::chrono::nanoseconds kLookLimit = std::chrono::seconds(2);
constexpr std::chrono::nanoseconds kBetweenQuestions = std::chrono::seconds(1);
constexpr std::chrono::nanoseconds kPatience = std::chrono::minutes(1);
}  // namespace

TaskWatch::TaskWatch(asio::io_context& io, task::TaskProbe& probe, Windows& windows)
    : io_(io), probe_(probe), windows_(windows) {}

void TaskWatch::start(const TaskConfig& config, std::chrono::nanoseconds window) {
    const auto interval = config.interval.value_or(std::min(kTaskInterval, window / kLeastLooks));
    const auto inspection = config.inspect_interval.value_or(kWindowsOfInspection * window);
    spawn(look_again_and_again(interval, inspection), cancel_look_);
    if (config.warmup) spawn(probe_.watch_warmup(), cancel_warmup_);
}

void TaskWatch::ask_who(std::function<void()> known) {
    spawn(ask_again_and_again(std::move(known)), cancel_question_);
}

void TaskWatch::spawn(asio::awaitable<void> work, asio::cancellation_signal& cancel) {
    ++running_;
    auto ended = [this](const std::exception_ptr& error) {
        --running_;
        // A cancelled wait throws; anything else is broken and must be heard.
        if (error && !stopping_) std::rethrow_exception(error);
    };
    asio::co_spawn(io_, std::move(work), asio::bind_cancellation_slot(cancel.slot(), ended));
}

void TaskWatch::stop() {
    stopping_ = true;
    cancel_look_.emit(asio::cancellation_type::terminal);
    cancel_warmup_.emit(asio::cancellation_type::terminal);
    cancel_question_.emit(asio::cancellation_type::terminal);
}

asio::awaitable<void> TaskWatch::ask_again_and_again(std::function<void()> known) {
    using Clock = std::chrono::steady_clock;
    asio::steady_timer timer(io_);
    const auto end = Clock::now() + kPatience;
    while (!stopping_ && !probe_.identity().complete && Clock::now() < end) {
        timer.expires_after(kBetweenQuestions);
        co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
        if (!stopping_) co_await probe_.learn(kLookLimit);
    }
    if (!stopping_) known();
}

asio::awaitable<void> TaskWatch::look_again_and_again(std::chrono::nanoseconds interval,
                                                      std::chrono::nanoseconds inspection) {
    using Clock = std::chrono::steady_clock;
    asio::steady_timer timer(io_);
    auto due = Clock::now();
    Inspections inspections(inspection);
    while (!stopping_) {
        const auto now = Clock::now();
        const auto depth = inspections.next(now);
        co_await probe_.measure_noise();
        const auto look = co_await probe_.look(depth, now + kLookLimit);
        if (stopping_) co_return;
        if (depth == Depth::inspect) inspections.ended(look.whole);
        for (const auto& outcome : outcomes_.of(look))
            windows_.add(outcome);
        // A slow look never makes the next ones come in a crowd.
        due = std::max(due + interval, Clock::now());
        timer.expires_at(due);
        co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
}

}  // namespace plumb::agent

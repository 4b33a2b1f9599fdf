#include "probes/task/warmup/warmup.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace plumb::task {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using namespace std::chrono_literals;

constexpr Clock::duration kBreath = 50ms;  // between a slow answer and the next question
constexpr int kPollsOfASearch = 10;        // questions to the app's own port from one search to the next
constexpr std::chrono::nanoseconds kOtherPortTimeout = 1s;

}  // namespace

Warmup::Warmup(Services& services, WarmupSettings settings, Clock::time_point task_start, bool from_start,
               Listeners listeners)
    : services_(services),
      course_(std::move(settings), task_start, from_start),
      health_(question_of(course_.settings().health)),
      listeners_(std::move(listeners)) {
    if (course_.settings().ready) ready_ = question_of(*course_.settings().ready);
}

void Warmup::set_start(Clock::time_point task_start, bool from_start) {
    course_.set_start(task_start, from_start);
}

awaitable<void> Warmup::run() {
    namespace parallel = asio::experimental;
    const auto executor = services_.executor;
    auto group =
        parallel::make_parallel_group(asio::co_spawn(executor, keep_asking(Asked::health), asio::deferred),
                                      asio::co_spawn(executor, keep_asking(Asked::ready), asio::deferred),
                                      asio::co_spawn(executor, look_for_port(), asio::deferred));
    const auto [order, health, ready, port] =
        co_await std::move(group).async_wait(parallel::wait_for_one_error(), asio::use_awaitable);
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_return;
    const std::array<std::exception_ptr, 3> thrown{health, ready, port};
    for (const auto each : order) {
        if (thrown[each]) std::rethrow_exception(thrown[each]);
    }
}

awaitable<void> Warmup::keep_asking(Asked which) {
    const Question* question = which == Asked::health ? &health_ : ready_ ? &*ready_ : nullptr;
    if (question == nullptr) co_return;
    asio::steady_timer timer(services_.executor);
    while (true) {
        const auto started = Clock::now();
        HealthAnswer answer = co_await ask(services_, *question, started + course_.settings().timeout);
        answer.asked = started;
        course_.answered(which, answer);
        timer.expires_at(std::max(started + course_.pause(which), Clock::now() + kBreath));
        co_await timer.async_wait(asio::use_awaitable);
    }
}

awaitable<void> Warmup::look_for_port() {
    if (!listeners_) co_return;
    asio::steady_timer timer(services_.executor);
    while (!course_.port().settled()) {
        int polls = 1;
        if (course_.port().suspicious()) {
            polls = kPollsOfASearch;
            auto ports = course_.port().to_try(listeners_());
            co_await try_ports(std::move(ports));
        }
        timer.expires_after(course_.pause(Asked::health) * polls);
        co_await timer.async_wait(asio::use_awaitable);
    }
}

awaitable<void> Warmup::try_ports(std::vector<std::uint16_t> ports) {
    const auto& settings = course_.settings();
    std::optional<OtherPort> healthy;
    for (const auto port : ports) {
        const Question question = question_of(settings.health, port);
        const auto deadline = Clock::now() + std::min(settings.timeout, kOtherPortTimeout);
        const HealthAnswer answer = co_await ask(services_, question, deadline);
        if (!is_healthy_status(settings, answer.status)) continue;
        healthy = OtherPort{port, answer.status};
        break;
    }
    course_.port().tried(healthy);
}

void Warmup::dependency_seen(std::string_view dependency, bool ok, Clock::time_point at) {
    course_.dependency_seen(dependency, ok, at);
}

void Warmup::describe(Look& look) {
    course_.describe(look);
}

}  // namespace plumb::task

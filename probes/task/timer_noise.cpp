#include "probes/task/timer_noise.hpp"

#include <algorithm>
#include <chrono>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace plumb::task {

namespace asio = boost::asio;

asio::awaitable<void> TimerNoise::sample(asio::any_io_executor executor) {
    constexpr int kSteps = 4;
    constexpr std::chrono::milliseconds kStep{1};
    asio::steady_timer timer(executor);
    for (int i = 0; i < kSteps; ++i) {
        timer.expires_after(kStep);
        const auto [error] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
        if (error) co_return;
        add(Clock::now() - timer.expiry());
    }
}

void TimerNoise::add(Clock::duration lateness) {
    latest_[count_++ % latest_.size()] = std::max(lateness, Clock::duration::zero());
}

std::optional<Clock::duration> TimerNoise::middle() const {
    if (count_ < kEnough) return std::nullopt;
    auto sorted = latest_;
    const auto size = static_cast<std::ptrdiff_t>(std::min(count_, sorted.size()));
    const auto at = sorted.begin() + size / 2;
    std::nth_element(sorted.begin(), at, sorted.begin() + size);
    return *at;
}

}  // namespace plumb::task

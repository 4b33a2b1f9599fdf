#include "probes/net/loop_lag.hpp"

#include <algorithm>
#include <deque>
#include <optional>

#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/steady_timer.hpp>

namespace plumb::net {

namespace asio = boost::asio;

namespace {
constexpr std::chrono::milliseconds kPeriod{10};
constexpr std::size_t kMaxLate = 64;
}  // namespace

// Late ticks are rare, so only they are kept: (number of the tick, lateness), the latest 64.
class LoopLag : public asio::execution_context::service {
  public:
    using key_type = LoopLag;
    static asio::execution_context::id id;

    explicit LoopLag(asio::execution_context& context) : asio::execution_context::service(context) {}

    std::uint64_t enter(const asio::any_io_executor& executor) {
        if (watches_++ == 0) {
            if (!timer_) timer_.emplace(executor);
            late_.clear();
            arm(Clock::now());
        }
        return tick_;
    }

    void leave() {
        if (--watches_ == 0) timer_->cancel();
    }

    Clock::duration worst_since(std::uint64_t tick) const {
        auto worst = std::max(Clock::now() - timer_->expiry(), Clock::duration::zero());
        for (const auto& [number, lateness] : late_) {
            if (number >= tick) worst = std::max(worst, lateness);
        }
        return worst;
    }

  private:
    void shutdown() override { timer_.reset(); }

    void arm(Clock::time_point now) {
        timer_->expires_at(now + kPeriod);
        timer_->async_wait([this](const boost::system::error_code& error) {
            if (!error && watches_ > 0) on_tick();
        });
    }

    void on_tick() {
        const auto now = Clock::now();
        const auto lateness = now - timer_->expiry();
        if (lateness >= kSuspectLag) {
            late_.emplace_back(tick_, lateness);
            if (late_.size() > kMaxLate) late_.pop_front();
        }
        ++tick_;
        arm(now);
    }

    std::optional<asio::steady_timer> timer_;
    std::size_t watches_ = 0;
    std::uint64_t tick_ = 0;
    std::deque<std::pair<std::uint64_t, Clock::duration>> late_;
};

asio::execution_context::id LoopLag::id;

LagWatch::LagWatch(const asio::any_io_executor& executor)
    : lag_(asio::use_service<LoopLag>(asio::query(executor, asio::execution::context))),
      started_(Clock::now()),
      first_tick_(lag_.enter(executor)) {}

LagWatch::~LagWatch() {
    lag_.leave();
}

Clock::duration LagWatch::worst() const {
    // A tick that was overdue before the run began is another's lag.
    return std::min(lag_.worst_since(first_tick_), Clock::now() - started_);
}

}  // namespace plumb::net

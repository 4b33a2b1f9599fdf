// Runs every target `repeat` times, back to back, `concurrency` targets at a time, until done or interrupted.
#pragma once

#include "agent/identity.hpp"
#include "probes/registry.hpp"

#include <functional>
#include <memory>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

namespace plumb::agent {

class CheckDriver {
  public:
    struct Plan {
        unsigned repeat = 1;
        unsigned concurrency = 16;
        std::function<void(std::size_t targets_done)> progress;  // called after each target, and once before
    };

    CheckDriver(boost::asio::io_context& io, Services& services, std::vector<Prepared>& targets, Plan plan);

    // Runs the io_context until every target is done, or SIGINT or SIGTERM came and what was in flight has
    // ended.
    void run();

    // For each target its outcomes in order; fewer than `repeat` only after an interruption.
    const std::vector<std::vector<Outcome>>& outcomes() const { return outcomes_; }
    const Identity& identity() const { return identity_; }
    bool interrupted() const { return interrupted_; }
    // False: something did not end within the grace after an interruption; then do not destroy the targets.
    bool settled() const { return active_ == 0; }

  private:
    boost::asio::awaitable<void> worker();
    boost::asio::awaitable<void> one_target(std::size_t index);
    boost::asio::awaitable<void> learn_identity(Environment environment);
    void spawn(boost::asio::awaitable<void> work);
    void interrupt();
    void ended(const std::exception_ptr& error);

    boost::asio::io_context& io_;
    Services& services_;
    std::vector<Prepared>& targets_;
    Plan plan_;
    std::vector<std::vector<Outcome>> outcomes_;
    Identity identity_;
    boost::asio::signal_set signals_;
    boost::asio::steady_timer grace_;
    std::vector<std::unique_ptr<boost::asio::cancellation_signal>> cancels_;
    std::exception_ptr broken_;
    std::size_t next_ = 0;
    std::size_t done_ = 0;
    std::size_t active_ = 0;
    bool interrupted_ = false;
};

}  // namespace plumb::agent

// The loop of the sidecar: the schedule starts runs, runs fill windows, windows go to the delivery. One
// thread.
//
// The order at the end: no run starts any more, runs in flight are cancelled, the window in progress is
// closed and marked as draining, and the delivery has a grace to bring everything to the controller.
#pragma once

#include "agent/log.hpp"
#include "agent/run/delivery.hpp"
#include "agent/run/pacing.hpp"
#include "agent/run/schedule.hpp"
#include "agent/run/task_watch.hpp"
#include "agent/run/windows.hpp"
#include "probes/registry.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

namespace plumb::agent {

class Sidecar {
  public:
    // `signals` holds SIGINT and SIGTERM from the program's start, so that an early one is not lost.
    // `pacing` has one for each target, and may be told a pace from outside.
    Sidecar(boost::asio::io_context& io, boost::asio::signal_set& signals, std::vector<Prepared>& targets,
            Schedule& schedule, std::vector<Pacing>& pacing, TaskWatch& task, Windows& windows,
            Delivery& delivery, Log& log);

    // Until a signal, and then until the end is done. A second signal ends at once.
    void run();

    // False: a run did not end within the grace; then do not destroy the targets.
    bool settled() const { return in_flight_ == 0 && task_.settled(); }

  private:
    void wait_for_due();
    void start_due();
    void start_if_paced(std::size_t target);
    void start(std::size_t target, Depth depth);
    boost::asio::awaitable<void> one_run(std::size_t target, Depth depth);
    void note_change(std::size_t target, const Outcome& outcome);
    void ended(std::size_t target, const std::exception_ptr& error);
    void wait_for_window();
    void wait_for_signal();
    void stop();
    void last_window();
    boost::asio::awaitable<void> say_goodbye();

    boost::asio::io_context& io_;
    boost::asio::signal_set& signals_;
    std::vector<Prepared>& targets_;
    Schedule& schedule_;
    std::vector<Pacing>& pacing_;
    TaskWatch& task_;
    Windows& windows_;
    Delivery& delivery_;
    Log& log_;
    boost::asio::steady_timer due_;
    boost::asio::steady_timer window_;
    boost::asio::steady_timer grace_;
    std::vector<std::unique_ptr<boost::asio::cancellation_signal>> cancels_;  // one a target
    std::vector<std::string> seen_;  // the cause each target last showed; "" when ok or not yet run
    std::size_t in_flight_ = 0;
    bool stopping_ = false;
    bool closed_ = false;
};

}  // namespace plumb::agent

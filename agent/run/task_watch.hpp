// The sidecar's looks at the task itself: one every few seconds, and now and then a thorough one; and the
// app's warm-up beside them. What they show goes into the windows as the dependency `task`.
//
// Use: start() once; stop() before the last window: nothing is added afterwards. Same thread as the loop.
#pragma once

#include "agent/config/task_config.hpp"
#include "agent/run/windows.hpp"
#include "probes/task/look_outcomes.hpp"
#include "probes/task/sockets/troubles.hpp"
#include "probes/task/task_probe.hpp"

#include <chrono>
#include <functional>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>

namespace plumb::agent {

inline constexpr std::chrono::nanoseconds kTaskInterval = std::chrono::seconds(5);
// The looks of a window, however short it is: a leak shows in the first window that saw it from its start,
// also where one of them comes late.
inline constexpr unsigned kLeastLooks = task::kLeakLooks + 1;
inline constexpr unsigned kWindowsOfInspection = 10;  // variables and image hardly change

class TaskWatch {
  public:
    TaskWatch(boost::asio::io_context& io, task::TaskProbe& probe, Windows& windows);

    void start(const TaskConfig& config, std::chrono::nanoseconds window);
    // Where the platform has not said yet who the task is: asks on, for a minute, and then calls `known`.
    void ask_who(std::function<void()> known);
    void stop();
    bool settled() const { return running_ == 0 && !probe_.busy(); }

    // A run of a dependency ended.
    void seen(const Outcome& outcome, std::uint16_t port) { probe_.seen(outcome, port); }

  private:
    boost::asio::awaitable<void> look_again_and_again(std::chrono::nanoseconds interval,
                                                      std::chrono::nanoseconds inspection);
    boost::asio::awaitable<void> ask_again_and_again(std::function<void()> known);
    void spawn(boost::asio::awaitable<void> work, boost::asio::cancellation_signal& cancel);

    boost::asio::io_context& io_;
    task::TaskProbe& probe_;
    Windows& windows_;
    task::LookOutcomes outcomes_;
    boost::asio::cancellation_signal cancel_look_;
    boost::asio::cancellation_signal cancel_warmup_;
    boost::asio::cancellation_signal cancel_question_;
    unsigned running_ = 0;
    bool stopping_ = false;
};

}  // namespace plumb::agent

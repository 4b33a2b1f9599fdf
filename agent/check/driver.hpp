// Runs every target `repeat` times, back to back, `concurrency` targets at a time, until done or interrupted:
// one round, and another when it is asked for; and looks at the task itself, beside them and once more when
// they are done: only then it is known where the dependencies are.
#pragma once

#include "agent/check/progress.hpp"
#include "probes/registry.hpp"
#include "probes/task/task_probe.hpp"

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
        bool look = true;  // at the task itself
        // At the image and the variables, too: some tens of milliseconds, and where the task is busy it may
        // take longer than the targets do.
        bool whole_look = true;
        std::function<void(Progress)> progress;  // called now and then while a round lasts; may be empty
    };

    CheckDriver(boost::asio::io_context& io, task::TaskProbe& task, std::vector<Prepared>& targets,
                Plan plan);

    // One round: runs the io_context until every target is done, or SIGINT, SIGTERM or SIGHUP came and what
    // was in flight has ended. What the round before showed is forgotten. A SIGHUP that was ignored when the
    // program began, as nohup does, stays so.
    void run();
    // Between two rounds. False: interrupted.
    bool pause(std::chrono::nanoseconds length);

    // Of the last round, for each target its outcomes in order; fewer than `repeat` only after an
    // interruption.
    const std::vector<std::vector<Outcome>>& outcomes() const { return outcomes_; }
    const task::Identity& identity() const { return task_.identity(); }
    const task::Look& look() const { return look_; }
    // Runs that the interruption ended, as far as they came.
    const std::vector<Outcome>& cut_short() const { return cut_short_; }
    unsigned repeat() const { return plan_.repeat; }
    bool interrupted() const { return interrupted_; }
    // False: something did not end within the grace after an interruption; then do not destroy the targets.
    bool settled() const { return active_ == 0 && !task_.busy(); }

  private:
    boost::asio::awaitable<void> worker();
    boost::asio::awaitable<void> one_target(std::size_t index);
    boost::asio::awaitable<void> look_at_task();
    boost::asio::awaitable<void> look_once_more();
    void hurry_look();
    boost::asio::cancellation_signal& spawn(boost::asio::awaitable<void> work);
    void show_progress();
    void interrupt();
    void ended(const std::exception_ptr& error);

    boost::asio::io_context& io_;
    task::TaskProbe& task_;
    std::vector<Prepared>& targets_;
    Plan plan_;
    std::vector<std::vector<Outcome>> outcomes_;
    std::vector<Outcome> cut_short_;
    task::Look look_;
    boost::asio::signal_set signals_;
    boost::asio::steady_timer grace_;
    boost::asio::steady_timer tick_;        // of the progress, and of a pause
    boost::asio::steady_timer look_limit_;  // of a look that nobody else waits for any more
    boost::asio::cancellation_signal* look_cancel_ = nullptr;  // one of cancels_
    Clock::time_point look_began_{};
    std::vector<std::unique_ptr<boost::asio::cancellation_signal>> cancels_;
    std::exception_ptr broken_;
    std::vector<unsigned> begun_;  // runs of each target
    std::size_t next_ = 0;
    std::size_t done_ = 0;
    std::size_t active_ = 0;  // whatever is spawned
    bool interrupted_ = false;
    bool looked_ = false;
    bool looked_again_ = false;
    bool looking_ = false;  // the first time
};

}  // namespace plumb::agent

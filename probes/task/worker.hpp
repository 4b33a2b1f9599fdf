// A thread of its own for what blocks: reading a thousand small files, a file system that hangs. The loop
// waits for it as for the network: until a deadline, and no longer.
//
// Use on one io_context's thread. A job that does not come back keeps the worker busy; then no other is
// taken, and who ends the program must leave without destroying what the job refers to (busy()).
#pragma once

#include "probes/run.hpp"

#include <functional>
#include <memory>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace plumb::task {

class Worker {
  public:
    explicit Worker(boost::asio::any_io_executor executor);
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    // Runs the job on the thread. False: it is not done by the deadline (and goes on), or an earlier one is
    // still under way and this one was not taken. The job must not throw.
    boost::asio::awaitable<bool> run(std::function<void()> job, Clock::time_point deadline);

    bool busy() const;

  private:
    struct Shared;
    boost::asio::any_io_executor executor_;
    std::shared_ptr<Shared> shared_;
};

}  // namespace plumb::task

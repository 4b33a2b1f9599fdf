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

enum class JobEnd {
    done,
    late,       // not by the deadline, and it goes on; or an earlier one still does, and it was not taken
    no_thread,  // not taken: the task may have no further thread now (pids.max, RLIMIT_NPROC)
};

class Worker {
  public:
    explicit Worker(boost::asio::any_io_executor executor);
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    // Runs the job on the thread, which the first one starts. The job must not throw.
    boost::asio::awaitable<JobEnd> run(std::function<void()> job, Clock::time_point deadline);

    bool busy() const;

  private:
    bool have_thread();

    struct Shared;
    boost::asio::any_io_executor executor_;
    std::shared_ptr<Shared> shared_;
};

}  // namespace plumb::task

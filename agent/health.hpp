// `plumb-agent health`, for the container's HEALTHCHECK, and the half of `run` that answers it.
//
// Each running agent listens on an abstract unix socket, "plumb-agent-health/<pid namespace>/<pid>", and its
// io_context answers: an answer means that the loop turns. No file and no port is needed, so it works in a
// scratch image with a read-only root and no user names; agents of other containers that share the network
// namespace are told apart by the PID namespace, and several agents in one by their process ids.
#pragma once

#include "agent/cli.hpp"
#include "agent/log.hpp"

#include <memory>

#include <boost/asio/any_io_executor.hpp>

namespace plumb::agent {

// 0: every agent found answered within a second; 1: none is there, or one is silent.
// Nothing of a name that somebody else chose is printed.
int ask_health(const HealthOptions& options);

class HealthListener {
  public:
    // A socket that cannot be had is logged; the agent goes on without.
    HealthListener(const boost::asio::any_io_executor& executor, Log& log);
    ~HealthListener();
    HealthListener(const HealthListener&) = delete;
    HealthListener& operator=(const HealthListener&) = delete;

  private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace plumb::agent

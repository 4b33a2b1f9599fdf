// The task's own evidence: who it is, its limits, variables, image, sockets and its app's warm-up, in one
// look.
//
// learn() first, then look() as often as wanted. A look costs a few milliseconds on a thread of its own, the
// first one at Depth::inspect some tens (it reads the image). What a platform, kernel or image does not tell
// is left out; nothing here fails.
//
// Threads: used on the io_context's thread. Lifetimes: Services outlives it. At the end of the program:
// busy() says that a look hangs in the kernel; then leave without destroying this.
#pragma once

#include "probes/probe.hpp"
#include "probes/task/clock.hpp"
#include "probes/task/identity/identity.hpp"
#include "probes/task/places.hpp"
#include "probes/task/section.hpp"
#include "probes/task/variables/variables.hpp"
#include "probes/task/warmup/warmup.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace plumb::task {

struct TaskSettings {
    Places places;
    ReadVariable variable;                                 // the agent's own environment
    std::function<std::vector<Variable>()> own_variables;  // all of it
    std::string app;                                       // ECS: the app's container; "" finds it
    VariableSettings variables;
    std::optional<WarmupSettings> warmup;
};

class TaskProbe {
  public:
    TaskProbe(Services& services, TaskSettings settings);
    ~TaskProbe();

    // Asks the platform, for at most `limit`. Again, when it did not answer before.
    boost::asio::awaitable<void> learn(std::chrono::nanoseconds limit);
    const Identity& identity() const;

    // What could be read by the deadline. Less than Depth::inspect leaves out what does not change: identity,
    // image and variables. REQUIRES: no look in flight.
    boost::asio::awaitable<Look> look(Depth depth, Clock::time_point deadline);

    // A dependency's run ended: where it is, and whether it can be reached.
    void seen(const Outcome& outcome, std::uint16_t port);

    void clock_seen(const ClockOffset& offset);

    // Sleeps for some milliseconds to see how late the loop wakes up; looks then tell it as task.timer_noise.
    boost::asio::awaitable<void> measure_noise();

    // Polls the app's health until cancelled; ends at once when no warm-up is configured.
    boost::asio::awaitable<void> watch_warmup();

    bool busy() const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace plumb::task

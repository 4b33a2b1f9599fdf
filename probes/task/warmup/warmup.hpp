// The app's warm-up as its balancer sees it: asks the health and the readiness URL from the start of the task
// at short intervals until each is first ready, and then as often as the balancer does.
//
// Told are the time to the first ready answer beside the kill line of the balancer's settings, an app that
// does not become or does not stay ready, one that calls itself healthy before its dependencies can be
// reached, and one that listens on another port than its health check asks.
//
// Threads: unlike a Section this does its I/O on the io_context; everything here is called on its thread.
// Lifetimes: services outlive the Warmup, and the Warmup its run().
#pragma once

#include "probes/probe.hpp"
#include "probes/task/section.hpp"
#include "probes/task/warmup/course.hpp"
#include "probes/task/warmup/question.hpp"
#include "probes/task/warmup/settings.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace plumb::task {

class Warmup {
  public:
    // The ports that the task listens on now, without the agent's own: a census that is kept elsewhere. They
    // are asked only when the app's own port refuses. May be empty, and so may the function.
    using Listeners = std::function<std::vector<std::uint16_t>()>;

    // `task_start`: when the app's container started, as well as it is known; it may lie before now. Without
    // `from_start` that is a guess, or the agent came much later. An app that is ready at the first question
    // tells no warm-up, unless that was asked right at the start. REQUIRES: check_warmup_settings() has
    // nothing against the settings.
    Warmup(Services& services, WarmupSettings settings, Clock::time_point task_start, bool from_start,
           Listeners listeners = {});
    Warmup(const Warmup&) = delete;
    Warmup& operator=(const Warmup&) = delete;

    // The same, better known: what was heard so far is judged anew. At any time, as often as wanted.
    void set_start(Clock::time_point task_start, bool from_start);

    // Until it is cancelled; then it returns. Throws only for what is broken here. REQUIRES: called once.
    boost::asio::awaitable<void> run();

    // For each run of a probe. `at`: when it ended.
    void dependency_seen(std::string_view dependency, bool ok, Clock::time_point at);

    // What is known so far. Cheap, and no I/O. Once for each window or check: it counts how often it said
    // that the app was ready early.
    void describe(Look& look);

  private:
    boost::asio::awaitable<void> keep_asking(Asked which);
    boost::asio::awaitable<void> look_for_port();
    boost::asio::awaitable<void> try_ports(std::vector<std::uint16_t> ports);

    Services& services_;
    WarmupCourse course_;
    Question health_;
    std::optional<Question> ready_;
    Listeners listeners_;
};

}  // namespace plumb::task

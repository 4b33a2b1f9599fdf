// Probes as the agent runs them, in this process: one io_context, the registry's Prepared targets.
#pragma once

#include "probes/net/resolver.hpp"
#include "probes/registry.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

namespace plumb::bench {

struct Finished {
    Outcome outcome;
    Clock::duration overshoot;  // from the run's deadline to its end; negative when it ended before
};

class Runner {
  public:
    Runner();

    // Stays where it is: a run in flight refers to it. Throws when the URL is refused.
    std::unique_ptr<Prepared> prepare(const std::string& url, std::chrono::nanoseconds timeout);

    // Back to back. Throws when one fails, since a failed run costs something else. Leaves on Ctrl-C.
    void run(Prepared& target, int times);
    // Each target `times` times back to back, all targets side by side; the outcomes by target.
    std::vector<std::vector<Finished>> run_together(const std::vector<std::unique_ptr<Prepared>>& targets,
                                                    int times);

  private:
    void run_to_end();

    boost::asio::io_context context_{1};
    std::unique_ptr<net::Resolver> resolver_;
    Services services_;
};

}  // namespace plumb::bench

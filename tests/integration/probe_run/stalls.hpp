// Every phase of a kind has a case in which the peer stalls exactly there. A kind's test makes one Stalls,
// hands it each case, and ends with expect_complete(): a phase that the kind declares and no case covers
// fails it.
#pragma once

#include "tests/integration/probe_run/probe_run.hpp"

#include <chrono>
#include <set>
#include <string>

namespace plumb::test {

class Stalls {
  public:
    explicit Stalls(const Kind& kind) : kind_(kind) {}

    // Runs `url` under a long deadline with a short limit for `phase` alone, against a peer that the caller
    // made stall there. The failure must name that phase with `cause`, the phases must add up, and the run
    // must end by the limit of the phase: it must not have waited for the deadline of the run. Of `options`
    // the timeout and the limits are set here.
    void expect(const std::string& phase, const std::string& cause, const std::string& url,
                RunOptions options = {});
    // The same for a phase whose stall is no failure of the run: the fact says what came of it.
    void expect_harmless(const std::string& phase, const Fact& fact, const std::string& url,
                         RunOptions options = {});
    // Every phase of the kind's catalog had its case.
    void expect_complete() const;

  private:
    Outcome stall(const std::string& phase, const std::string& url, RunOptions options);

    const Kind& kind_;
    std::set<std::string> covered_;
};

}  // namespace plumb::test

// Runs a target through the registry and the driver, as the agent does.
#pragma once

#include "model/outcome.hpp"
#include "tests/integration/probe_run/probe_run.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace plumb::test {

struct TargetRun {
    std::string url;
    std::chrono::milliseconds timeout{10'000};
    std::vector<std::string> name_servers{
        "127.0.0.1:1"};  // nobody there: only literals and /etc/hosts resolve
    int times = 1;
    Depth depth = Depth::inspect;
};

std::vector<Outcome> run_target(const TargetRun& wanted);
Outcome run_once(const TargetRun& wanted);
// One target, run again and again as the schedule does: what a probe keeps between its runs stays.
class RepeatedRun {
  public:
    explicit RepeatedRun(const TargetRun& wanted);
    ~RepeatedRun();
    RepeatedRun(const RepeatedRun&) = delete;
    RepeatedRun& operator=(const RepeatedRun&) = delete;

    Outcome once(Depth depth = Depth::inspect);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};
// Starts a run and cancels it once it waits; its outcome.
Outcome run_and_cancel(const TargetRun& wanted);

// "phase cause" of one run, or "ok".
inline std::string failure_at(std::string_view url,
                              std::chrono::milliseconds timeout = std::chrono::seconds(10)) {
    TargetRun wanted;
    wanted.url = url;
    wanted.timeout = timeout;
    const auto outcome = run_once(wanted);
    expect_sound(outcome);
    return failure_of(outcome);
}

}  // namespace plumb::test

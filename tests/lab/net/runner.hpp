// Runs scenarios beside each other, each in a sandbox of its own, and tells of each as it ends. One that
// breaks, hangs or cannot even start is told as broken, and the others go on.
//
// REQUIRES: a process with one thread.
#pragma once

#include "tests/lab/net/report.hpp"
#include "tests/lab/net/sandbox.hpp"
#include "tests/lab/net/work_folder.hpp"

#include <chrono>
#include <csignal>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace plumb::lab {

struct RunnerSpec {
    Programs programs;
    std::size_t jobs = 2;  // scenarios beside each other
    std::string logs;      // folder for the logs of what does not pass
    bool keep = false;     // and of what does
};

// Each of them can keep its logs there: an Error names the folder that somebody else made.
plumb::Result<void> check_logs(const std::string& logs, const std::vector<const Scenario*>& wanted);

class Runner {
  public:
    explicit Runner(RunnerSpec spec);
    ~Runner() { end_all(); }
    Runner(const Runner&) = delete;
    Runner& operator=(const Runner&) = delete;

    // In the order of `wanted`. Once `stopped` is not 0, what runs is ended and left out.
    std::vector<Finished> run(const std::vector<const Scenario*>& wanted,
                              const volatile std::sig_atomic_t& stopped);
    bool kept_logs() const { return kept_logs_; }

  private:
    struct Running {
        const Scenario* scenario = nullptr;
        std::string folder;
        std::chrono::steady_clock::time_point started;
        bool too_long = false;
    };

    std::optional<Finished> start(const Scenario& scenario);  // when it did not start
    std::optional<Finished> collect();
    Finished finish(const Running& one, int status);
    void keep(const Running& one);
    void end_all();

    RunnerSpec spec_;
    WorkFolder work_;
    std::map<pid_t, Running> running_;
    int count_ = 0;
    bool kept_logs_ = false;
};

}  // namespace plumb::lab

// How far a check has come, while it runs: a line of standard error that is written over.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::agent {

struct Progress {
    struct Run {
        std::string dependency;
        std::string_view phase;
        std::chrono::nanoseconds spent{};  // in this phase
        unsigned number = 1;               // which of
        unsigned of = 1;                   // so many runs of the target
    };
    std::size_t done = 0;  // targets
    std::size_t targets = 0;
    std::vector<Run> in_flight;
};

// "2 of 5 · database: authenticate 1.2 s · cache: run 7 of 20, connect", the longest wait first, at most
// `columns` wide. Pure.
std::string progress_words(Progress progress, std::size_t columns);

// Shown on a terminal that moves its cursor only. Gone when it is destroyed.
class ProgressLine {
  public:
    explicit ProgressLine(bool wanted);
    ~ProgressLine() { clear(); }
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    bool shows() const { return shows_; }
    void show(Progress progress);
    void clear();

  private:
    bool shows_;
    bool drawn_ = false;
};

}  // namespace plumb::agent

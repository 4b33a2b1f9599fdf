// What --watch tells beside the table: how the rounds differ, and how one page takes the place of the last.
// Pure.
#pragma once

#include "base/terminal.hpp"
#include "model/outcome.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::agent {

class Rounds {
  public:
    // A whole round ended at `now`. `task`: the task's own trouble in words, "" without any.
    void add(const std::vector<Outcome>& outcomes, const std::string& task,
             std::chrono::system_clock::time_point now);

    std::size_t count() const { return count_; }
    // "round 12 · every 2.00 s · since 24 s", and the latest changes, a line each: "10:00:24  ✗ database
    // connect: tcp.timeout", "10:00:30  ✓ cache  is back after 6 s".
    std::string head(std::chrono::nanoseconds pause, std::chrono::system_clock::time_point now,
                     const Terminal& terminal) const;

  private:
    using Time = std::chrono::system_clock::time_point;
    struct State {
        std::string failure;  // "" while it is ok
        Time since{};
    };
    struct Change {
        Time at{};
        std::string dependency;
        std::string words;
        bool failed = false;
    };
    void note(const std::string& dependency, const std::string& failure, Time now);

    std::map<std::string, State> states_;
    std::vector<Change> changes_;  // the latest last
    Time began_{};
    std::size_t count_ = 0;
};

// Redraws in place: moves up over what was drawn before and writes over it. A line that is wider than the
// window takes as many rows as the terminal wraps it to.
class Screen {
  public:
    struct Window {
        std::size_t rows = 0;  // 0: any number
        std::size_t columns = 0;
    };
    // The bytes to write. A page of more rows than the window keeps its beginning and its end, from the last
    // empty line on: the result. Where the width has changed, nobody knows what became of the last page: then
    // the window is cleared.
    std::string redraw(std::string_view page, Window window);

  private:
    std::size_t drawn_ = 0;  // rows
    std::size_t columns_ = 0;
};

}  // namespace plumb::agent

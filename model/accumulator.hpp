// Collects outcomes into the window of one task. add() and skipped() are cheap; take() gives the window and
// starts the next one empty. Memory is bounded by the constants of model/window.hpp whatever the outcomes
// hold. A run cancelled by us (Cause::local_cancelled) is no evidence and is ignored. Not thread-safe.
#pragma once

#include "model/outcome.hpp"
#include "model/window.hpp"

#include <map>
#include <string>
#include <string_view>

namespace plumb {

class WindowAccumulator {
  public:
    // `declared` dependencies stand in every window even when no run of theirs finished in it.
    void declare(std::string_view dependency, std::string_view kind);
    void add(const Outcome& outcome);
    void skipped(std::string_view dependency, std::string_view kind, std::uint64_t times = 1);

    // The dependencies in name order, everything inside them in name order: the same outcomes in any order
    // give the same window (gauge `last` excepted). The caller fills in agent, sequence, times and labels.
    std::vector<WindowDependency> take();

  private:
    WindowDependency& entry(std::string_view dependency, std::string_view kind);
    std::map<std::string, WindowDependency, std::less<>> dependencies_;
};

}  // namespace plumb

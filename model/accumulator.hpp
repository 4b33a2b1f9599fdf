// Collects outcomes into the window of one task. add() and skipped() are cheap; take() gives the window and
// starts the next one empty. Memory is bounded by the constants of model/window.hpp whatever the outcomes
// hold. A run cancelled by us (Cause::local_cancelled) is no evidence and is ignored. Not thread-safe.
//
// What is kept when a bound is passed: the entries that come first by name, since that choice does not depend
// on the order of the outcomes; and of one fact's values the first kMaxFactValues by text, of which those
// that most runs saw go into the window. What is kept is counted in full.
#pragma once

#include "model/outcome.hpp"
#include "model/window.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plumb {

class WindowAccumulator {
  public:
    // `declared` dependencies stand in every window even when no run of theirs finished in it.
    void declare(std::string_view dependency, std::string_view kind);
    void add(const Outcome& outcome);
    void skipped(std::string_view dependency, std::string_view kind, std::uint64_t times = 1);

    // The dependencies in name order, their phases in the order of the run, everything else inside them in
    // name order: the same outcomes in any order give the same window (a gauge's `last` excepted). The caller
    // fills in agent, sequence, times and labels.
    std::vector<WindowDependency> take();

  private:
    struct SeenFact {
        FactClass cls = FactClass::informational;
        std::uint64_t runs = 0;
    };
    template <class Value>
    using ByName = std::map<std::string, Value, std::less<>>;

    struct SeenPhase {
        WindowPhase counted;
        std::size_t position = 0;  // the farthest place it had in a run
    };

    struct Entry {
        bool declared = false;
        WindowDependency counted;  // the counters and the round-trip sketch; the lists are filled by take()
        ByName<SeenPhase> phases;
        ByName<WindowAddress> addresses;
        std::map<std::pair<std::string, std::string>, std::uint64_t> failures;
        ByName<ByName<SeenFact>> facts;  // name → value
        ByName<WindowGauge> gauges;
    };

    Entry* entry(std::string_view dependency, std::string_view kind);
    static void add_phases(Entry& entry, const Outcome& outcome);
    static void add_attempts(Entry& entry, const Outcome& outcome);
    static void add_facts(Entry& entry, const Outcome& outcome);
    static void add_gauges(Entry& entry, const Outcome& outcome);
    static std::vector<WindowPhase> list_phases(Entry& entry);
    static std::vector<WindowFact> list_facts(const Entry& entry);
    static WindowDependency finish(Entry& entry);

    ByName<Entry> dependencies_;
};

}  // namespace plumb

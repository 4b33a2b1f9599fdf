// What the sidecar has counted since its start, for /metrics: windows go in, Prometheus text comes out
// (text format 0.0.4). Counters grow; quantiles are those of the latest window; gauges and checks go when
// windows that should tell them no longer do. Pure; its memory is bounded by the bounds of a window. Not
// thread-safe.
#pragma once

#include "model/window.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace plumb::agent {

class MetricsText;

class MetricsBoard {
  public:
    void add(const Window& window);
    std::string text(std::string_view version) const;

  private:
    struct Phase {
        std::uint64_t count = 0;  // clean runs since the start, and how long they took
        std::uint64_t sum_ns = 0;
        double quantiles[3] = {};  // of the latest window, in ns
        bool measured = false;     // in the latest window
    };
    template <class Value>
    struct Seen {
        Value value{};
        std::uint64_t told = 0;    // the dependency's count of telling windows, when it was last seen
        std::uint64_t window = 0;  // the board's count of windows, likewise
        std::uint64_t gap = 0;     // the most telling windows between two sights; 0 until it was seen twice
    };
    template <class Value>
    using ByName = std::map<std::string, Seen<Value>>;
    struct Dependency {
        std::string kind;
        std::uint64_t runs = 0;
        std::uint64_t skipped = 0;
        std::uint64_t suspect = 0;
        std::uint64_t told = 0;  // windows that had a run
        bool up = false;         // most runs of the latest window that had any succeeded
        std::map<std::string, Phase> phases;
        std::map<std::pair<std::string, std::string>, std::uint64_t> failures;  // phase and cause
        ByName<WindowGauge> gauges;
        ByName<bool> checks;  // of the task: whether it passed
    };

    template <class Value>
    void see(const std::string& name, const Value& value, const Dependency& of, std::size_t most,
             ByName<Value>& in) const;
    template <class Value>
    void forget(const Dependency& of, ByName<Value>& in) const;
    void count(const WindowDependency& from, Dependency& to) const;
    void measure(const WindowDependency& from, Dependency& to) const;
    void observe(const WindowDependency& from, Dependency& to) const;
    void write_runs(MetricsText& out) const;
    void write_failures(MetricsText& out) const;
    void write_phases(MetricsText& out) const;
    void write_gauges(MetricsText& out) const;
    void write_checks(MetricsText& out) const;

    std::map<std::string, Dependency> dependencies_;
    std::uint64_t windows_ = 0;
};

}  // namespace plumb::agent

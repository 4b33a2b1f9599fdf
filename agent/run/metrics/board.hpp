// What the sidecar has counted since its start, for /metrics: windows go in, Prometheus text comes out
// (text format 0.0.4). Counters grow, gauges and quantiles are those of the latest window. Pure; its memory
// is bounded by the bounds of a window. Not thread-safe.
#pragma once

#include "model/window.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace plumb::agent {

class MetricsBoard {
  public:
    void add(const Window& window);
    std::string text(std::string_view version) const;

  private:
    struct Phase {
        std::uint64_t count = 0;  // clean runs since the start, and how long they took
        std::uint64_t sum_ns = 0;
        double quantiles[3] = {};  // of the latest window, in ns
        bool measured = false;
    };
    struct Dependency {
        std::string kind;
        std::uint64_t runs = 0;
        std::uint64_t succeeded = 0;
        std::uint64_t skipped = 0;
        std::uint64_t suspect = 0;
        bool up = false;  // most runs of the latest window that had any succeeded
        std::map<std::string, Phase> phases;
        std::map<std::pair<std::string, std::string>, std::uint64_t> failures;  // phase and cause
        std::map<std::string, WindowGauge> gauges;
        std::map<std::string, bool> checks;  // of the task: whether it passed in the latest window
    };

    void add_task(const WindowDependency& from, Dependency& to);

    std::map<std::string, Dependency> dependencies_;
    std::uint64_t windows_ = 0;
};

}  // namespace plumb::agent

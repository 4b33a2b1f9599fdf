// What one side of a comparison shows, task by task. The unit of evidence is the task: sketches of one task are
// merged over the range, sketches of two tasks never are before testing.
//
// Windows become evidence in CohortBuilder, incrementally and without I/O, so a store may keep rollups of the same
// shape. The judge reads nothing else.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/fact.hpp"
#include "model/labels.hpp"
#include "model/phase.hpp"
#include "model/sketch.hpp"
#include "model/window.hpp"

namespace plumb::judge {

using Time = std::chrono::system_clock::time_point;

struct RecentWindow {  // one window's failure counts of one phase, newest last
    Time end;
    std::uint64_t reached = 0;
    std::uint64_t failed = 0;
};

struct PhaseEvidence {
    std::string name;
    Layer layer = Layer::request;
    std::uint64_t reached = 0;
    std::uint64_t failed = 0;
    Sketch clean;
    std::map<std::string, std::uint64_t> causes;  // code → failures in this phase
    std::vector<RecentWindow> recent;             // at most kRecentWindows
};

struct GaugePoint {
    Time end;
    double min = 0;
    double max = 0;
    double last = 0;
};

struct GaugeEvidence {
    std::string name;
    std::vector<GaugePoint> points;  // oldest first, at most kGaugePoints
    std::optional<double> limit;     // latest
    bool refuses_at_limit = false;
};

struct FactEvidence {  // latest value of this task
    std::string name;
    FactClass cls = FactClass::informational;
    std::string value;
    Time seen;
};

struct AddressEvidence {
    std::string address;
    std::uint64_t tried = 0;
    std::uint64_t failed = 0;
};

struct DependencyEvidence {
    std::string name;
    std::string kind;
    std::uint64_t runs = 0;
    std::uint64_t succeeded = 0;
    std::uint64_t suspect = 0;
    std::uint64_t skipped = 0;
    std::uint64_t retransmitted = 0;
    Sketch rtt;
    std::vector<PhaseEvidence> phases;  // in order of first sight, which is the order of the run
    std::vector<FactEvidence> facts;
    std::vector<GaugeEvidence> gauges;
    std::vector<AddressEvidence> addresses;
};

struct TaskEvidence {
    std::string agent;
    Labels labels;
    std::uint64_t windows = 0;
    Time first_window;  // end of the first and of the last window in the range
    Time last_window;
    std::chrono::milliseconds window_length{};
    std::chrono::seconds age{};  // of the task, at its last window
    bool draining = false;
    bool said_goodbye = false;
    std::vector<DependencyEvidence> dependencies;  // by name
};

struct Cohort {
    std::string name;  // the selector, as text
    std::vector<TaskEvidence> tasks;
    std::vector<std::string> errors;  // store or query trouble: any makes the verdict insufficient
};

inline constexpr std::size_t kRecentWindows = 16;
inline constexpr std::size_t kGaugePoints = 240;

class CohortBuilder {
  public:
    explicit CohortBuilder(std::string name);
    // `end`: when the window ended on the reader's clock. Windows may come in any order, repeats (by agent and
    // sequence) are ignored.
    void add(const Window& window, Time end);
    void goodbye(const std::string& agent);
    void error(std::string what);
    Cohort build() &&;

  private:
    struct Building;
    std::map<std::string, TaskEvidence> tasks_;
    std::map<std::string, std::vector<std::uint64_t>> seen_;
    Cohort cohort_;
};

}  // namespace plumb::judge

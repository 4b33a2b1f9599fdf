// What one side of a comparison shows, task by task. The unit of evidence is the task: sketches of one task
// are merged over the range, sketches of two tasks never are before testing.
//
// Windows become evidence in CohortBuilder, incrementally and without I/O, so a store may keep rollups of the
// same shape. The judge reads nothing else.
#pragma once

#include "controller/judge/time.hpp"
#include "model/fact.hpp"
#include "model/labels.hpp"
#include "model/phase.hpp"
#include "model/sketch.hpp"
#include "model/window.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include <boost/container/flat_map.hpp>

namespace plumb::judge {

inline constexpr std::size_t kRecentWindows = 16;
inline constexpr std::uint64_t kRecentRuns = 5;  // fewer have no median worth comparing
inline constexpr std::size_t kGaugePoints = 240;
inline constexpr std::size_t kFactValues = 8;         // values of one fact that a task is remembered for
inline constexpr std::size_t kCohortTasks = 20'000;   // more is an error of the cohort, not silence
inline constexpr std::size_t kCohortBytes = 1 << 30;  // of evidence, about; more is an error, too
inline constexpr std::size_t kCohortErrors = 16;
inline constexpr std::size_t kTaskDependencies = 512;  // over the range; a window holds kMaxDependencies

struct RecentWindow {  // one window's counts of one phase
    Time end;
    std::uint64_t reached = 0;
    std::uint64_t failed = 0;
    double median_ns = 0;  // of its clean runs; 0 when there were fewer than kRecentRuns
    friend bool operator<(const RecentWindow& a, const RecentWindow& b) {
        return std::tie(a.end, a.reached, a.failed, a.median_ns) <
               std::tie(b.end, b.reached, b.failed, b.median_ns);
    }
};

struct RecentRtt {  // one window's round-trip times, by the kernel
    Time end;
    double median_ns = 0;
    friend bool operator<(const RecentRtt& a, const RecentRtt& b) {
        return std::tie(a.end, a.median_ns) < std::tie(b.end, b.median_ns);
    }
};

struct RecentRuns {  // one window's
    Time end;
    std::uint64_t runs = 0;
    std::uint64_t retransmitted = 0;
    friend bool operator<(const RecentRuns& a, const RecentRuns& b) {
        return std::tie(a.end, a.runs, a.retransmitted) < std::tie(b.end, b.runs, b.retransmitted);
    }
};

struct PhaseEvidence {
    std::string name;
    Layer layer = Layer::request;
    std::uint64_t reached = 0;  // never below `failed`
    std::uint64_t failed = 0;
    Sketch clean;
    std::map<std::string, std::uint64_t> causes;  // code → failures in this phase
    std::vector<RecentWindow> recent;             // the newest kRecentWindows that reached it, oldest first
};

struct GaugePoint {
    Time end;
    double min = 0;
    double max = 0;
    double last = 0;
    std::optional<double> limit;
    bool refuses_at_limit = false;
    friend bool operator<(const GaugePoint& a, const GaugePoint& b) {
        return std::tie(a.end, a.max, a.last, a.min, a.limit, a.refuses_at_limit) <
               std::tie(b.end, b.max, b.last, b.min, b.limit, b.refuses_at_limit);
    }
};

struct GaugeEvidence {
    std::string name;
    std::vector<GaugePoint> points;  // the newest kGaugePoints, oldest first
};

struct FactValue {
    Time seen;               // end of the latest window that saw it
    std::uint64_t runs = 0;  // that saw it in that window
    Time since;              // end of the first window that saw it
    std::string value;
    friend bool operator<(const FactValue& a, const FactValue& b) {
        return std::tie(a.seen, a.runs, a.value) < std::tie(b.seen, b.runs, b.value);
    }
};

struct FactEvidence {
    std::string name;
    FactClass cls = FactClass::informational;  // as the latest window says
    Time classified{};                         // when that was
    std::vector<FactValue> values;             // the newest kFactValues, oldest first; the last one counts
    bool restless = false;  // there were more values: since when each was seen is not known
    const std::string& latest() const { return values.back().value; }
};

// One page of a list (model/fact_list.hpp), as the latest window that had it says.
struct PageEvidence {
    std::string name;
    Time seen{};
    std::string text;
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
    std::vector<RecentRtt> recent_rtt;  // the newest kRecentWindows that have one, oldest first
    std::vector<RecentRuns> recent;     // the newest kRecentWindows that have a run, oldest first
    std::vector<PhaseEvidence> phases;  // in the order of a run
    std::vector<FactEvidence> facts;    // this and the next two by name
    std::vector<GaugeEvidence> gauges;
    std::vector<PageEvidence> pages;  // by name
    std::vector<AddressEvidence> addresses;
};

struct TaskEvidence {
    std::string agent;  // the latest instance that reported for this task
    Labels labels;
    std::uint64_t windows = 0;
    Time first_window;  // end of the first and of the last window in the range
    Time last_window;
    std::chrono::milliseconds window_length{};  // of the last window that its end did not cut short
    std::pair<bool, Time> measured;             // whether there was one, and when it ended
    std::chrono::seconds age{};                 // of the task at its last window; 0: unknown
    bool draining = false;
    bool said_goodbye = false;
    // Flat, since every comparison goes through all of it.
    boost::container::flat_map<std::string, DependencyEvidence> dependencies;
};

struct Cohort {
    std::string name;  // the selector, as text
    std::chrono::milliseconds
        behind{};                  // how long before now its range ended: the same hours of an earlier day
    Time runs_from = Time::min();  // runs of before count only where later ones show nothing
    std::vector<TaskEvidence> tasks;
    std::vector<std::string> errors;  // store or query trouble: any makes the verdict insufficient
};

// "" when they lack it. Lives as long as the labels.
const std::string& label_of(const Labels& labels, const std::string& name);

// Legal order: add(), goodbye() and error() as often as wanted and in any order, then build() once. The same
// windows in any order, and any number of times, give the same cohort. Not thread-safe.
//
// Windows that name a task (label `task`) belong to that task whichever agent instance sent them; others
// belong to their agent.
class CohortBuilder {
  public:
    explicit CohortBuilder(std::string name, std::size_t most_bytes = kCohortBytes);
    // Of windows that ended by then the runs count only where later ones show nothing of their phase; facts,
    // gauges and the lives of tasks count all the same. REQUIRES: before the first add().
    void count_runs_from(Time from);
    // `end`: when the window ended on the reader's clock.
    void add(const Window& window, Time end);
    void goodbye(const std::string& agent);
    void error(std::string what);
    Cohort build() &&;

  private:
    using Dependencies = boost::container::flat_map<std::string, DependencyEvidence>;
    void add_dependency(const WindowDependency& from, Time end, Dependencies& state, Dependencies& runs);

    std::map<std::string, TaskEvidence> tasks_;
    std::map<std::string, Dependencies> earlier_;  // runs of before runs_from_, by task
    Time runs_from_ = Time::min();
    // By agent: number → fingerprint of what the window says.
    std::map<std::string, boost::container::flat_map<std::uint64_t, std::uint64_t>> seen_;
    std::map<std::string, std::string> task_of_;  // agent → key of its task
    std::set<std::string> gone_;                  // agents that said goodbye
    std::vector<std::string> errors_;
    std::string name_;
    std::size_t most_bytes_;
    std::size_t bytes_ = 0;
};

// One window's dependency added to what is known: its facts and gauges, and what its runs met; and how much
// memory that takes, about. In evidence.cpp. False when there was no room for some of it.
bool add_state(const WindowDependency& from, Time end, DependencyEvidence& to);
bool add_runs(const WindowDependency& from, Time end, DependencyEvidence& to);
// What `to` shows nothing of, as earlier runs had it.
void fill_in(DependencyEvidence earlier, DependencyEvidence& to);
std::size_t footprint(const DependencyEvidence& evidence);

}  // namespace plumb::judge

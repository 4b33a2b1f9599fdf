// A world of the laboratory: two fleets of tasks, what they depend on, how the weather is, and what was
// broken on purpose. Plain data; world.cpp draws one without a fault, a scenario changes it, generator.hpp
// plays it. Time counts in windows.
#pragma once

#include "base/result.hpp"
#include "model/window.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::lab {

struct Fleet {  // tasks a side
    int baseline = 4;
    int candidate = 12;
    std::string name() const;  // "4x12"
};
Result<Fleet> parse_fleet(std::string_view text);

inline constexpr int kAlways = std::numeric_limits<int>::max();

struct Task {
    std::string name;
    bool candidate = false;
    Labels labels;
    int first = 0;  // of the windows in which it reports
    int last = kAlways;
    bool goodbye = false;      // says so when it ends
    bool cold = false;         // its first window is slower
    double slow = 1;           // its host's speed: everything of it takes so many times as long
    int age_windows = 200;     // at its first window
    double suspect = 0;        // share of runs that it marks itself, for want of CPU,
    int suspect_from = 0;      // in these windows
    int suspect_to = kAlways;  // (the last one included)
    double suspect_leak = 1;   // and by how much even its other runs are slower then
    double memory = 0;         // share of its limit that it uses; 0: what the gauge of all says
};

struct PhaseSpec {
    std::string name;
    double ms = 1;
    double round_trips = 0;  // of its time; the rest is the peer's work
};

struct GaugeSpec {
    std::string name;
    double limit = 0;  // 0: none
    bool refuses = true;
    double level = 0.4;      // share of the limit (or amount, without one) at the start
    double per_window = 0;   // what is added to it with each window
    double noise = 0.02;     // sd, as a share of the limit
    double fall_at = 1e300;  // the level at which it falls back to the start: a count that is reset
};

struct Dependency {
    std::string name;
    std::string kind;
    double rtt_ms = 0.5;
    std::vector<PhaseSpec> phases;
    std::vector<Fact> facts;
    std::vector<GaugeSpec> baseline_gauges;
    std::vector<GaugeSpec> gauges;  // the candidate's
    double spread = 0.25;           // sd of a run's logarithm
    double load_share = 0;          // how much of the common load it feels
    double failure_rate = 0;        // background, both sides, in `failure_phase`
    double failure_clusters = 0;    // correlation within a task
    std::size_t failure_phase = 0;
    std::string failure_cause = "peer.timeout";
    double gap = 1;                   // the environments differ by this for no reason
    std::vector<double> zone_factor;  // of the path, by zone
};

// What a fault hits. Labels: every pair must match, as a selector's.
struct Where {
    bool candidate = true;
    bool baseline = false;
    std::string dependency = "*";
    Labels labels;
    double share = 1;  // of the tasks that match: the first ones
    int from = 0;      // windows, the last one included
    int to = kAlways;
    int period = 0;                      // > 0: present in the first window of every `period`
    bool picks(const Task& task) const;  // by side and labels
    bool shows_in(int window) const;
    bool concerns(const Dependency& each) const { return dependency == "*" || dependency == each.name; }
};

struct Failing {
    Where where;
    std::string phase;
    std::string cause;
    double rate = 1;
    double clusters = 0;  // correlation within a task
};

struct Slowdown {
    Where where;
    double factor = 1;        // of the peer's work, or of the path
    bool path = false;        // the round trip rises, and every phase by its round trips
    std::string phase = "*";  // of the peer's work
    double share = 1;         // of the runs: less than one makes a slow mode
    double per_window = 0;    // the factor grows by this with each window
};

struct OtherFact {
    Where where;
    std::string fact;
    std::string value;  // empty: the tasks do not show it
};

struct World {
    Fleet fleet;
    std::uint64_t seed = 0;
    int windows = 10;
    std::uint64_t runs = 6;     // of a dependency in a window
    std::uint64_t log_ins = 0;  // of them, those that log in where a dependency wants that; 0: all
    double load_height = 0.1;   // of a wave that both sides ride,
    double load_period = 2880;  // in windows,
    double load_phase = 0;      // at this place of it
    double memory = 0.7;        // how much of a window's weather the next one has
    double weather = 0.04;      // sd of a task's windows around its own mean
    std::vector<Task> tasks;
    std::vector<Dependency> dependencies;
    std::vector<Failing> failing;
    std::vector<Slowdown> slow;
    std::vector<OtherFact> facts;
    Dependency& dependency(std::string_view name);
};

// A service with the dependencies that a service has, calm: for the catalogue.
World calm_world(const Fleet& fleet, std::uint64_t seed);
// The same fleets with `dependencies` of four phases each in bad weather: zones out of balance, a slow host,
// a deploy, throttled tasks, failures in clusters, an environment that is up to 3 % slower. Nothing differs
// that a gate should hold for.
World rough_world(const Fleet& fleet, std::uint64_t seed, int dependencies);

// The tasks of one side, as calm_world makes them; scenarios use it to add tasks.
Task make_task(bool candidate, int index, int zone);

// From this window on the candidate's tasks say goodbye, a third at a time, and tasks of revision 43 take
// their places.
void roll_out(World& world, int from);

}  // namespace plumb::lab

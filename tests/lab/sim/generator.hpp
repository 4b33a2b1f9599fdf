// Plays a world: gives the windows that its agents would have sent, as real windows. A window holds for
// each phase a sketch of the durations of its clean runs, drawn run by run: a log-normal body with a Pareto
// tail, around a middle that tasks, zones, hosts and environments shift, that has a memory from window to
// window and rides a load that both sides share. Every draw depends on the world's seed, the task and what
// was drawn for it before: one more task or one more fault elsewhere changes nothing for the others.
//
// Legal order: play() for window 0, 1, 2, … once each. The world outlives the generator. Not thread-safe.
#pragma once

#include "controller/judge/evidence/cohort.hpp"
#include "tests/lab/sim/random.hpp"
#include "tests/lab/sim/world.hpp"

#include <functional>
#include <vector>

namespace plumb::lab {

judge::Time end_of(int window);  // when it ends: windows of both sides are simultaneous
std::string agent_of(const Task& task);

class Generator {
  public:
    explicit Generator(const World& world);
    // `sink` may read the window until it returns.
    using Sink = std::function<void(const Task& task, const Window& window, judge::Time end)>;
    void play(int window, const Sink& sink);

  private:
    struct Link {                 // what one task has with one dependency
        double path_ms = 0;       // one round trip
        double work = 1;          // factor of the peer's work
        double weather = 0;       // of the window before, in units of its sd
        double failure_rate = 0;  // in the background
    };
    struct Actor {
        const Task* task = nullptr;
        Random random{0};
        Window window;
        std::vector<Link> links;      // one a dependency
        std::vector<double> failing;  // one a fault of that kind: its rate for this task, 0: not hit
        std::vector<char> slow;       // whether it is hit
        std::vector<char> facts;
    };
    struct Through {  // runs, by how far they were meant to go
        std::uint64_t deep = 0;
        std::uint64_t shallow = 0;
    };
    struct Mode {  // some of the runs take longer
        double share = 0;
        double factor = 1;
    };

    Actor make_actor(const Task& task) const;
    Link make_link(const Dependency& each, const Task& task, double own, Random& random) const;
    void choose_victims();
    void play_dependency(Actor& actor, std::size_t index, int window);
    Through fail_runs(Actor& actor, std::size_t index, int window) const;
    void time_runs(Actor& actor, std::size_t index, int window, Through clean);
    double slowness(const Actor& actor, const Dependency& each, const PhaseSpec* phase, int window);
    void show(const Actor& actor, const Dependency& each, int window, WindowDependency& out) const;
    void read_gauges(const Actor& actor, const Dependency& each, int window, WindowDependency& out) const;
    Sketch draw(double middle_ms, std::uint64_t runs, double spread, Random& random);

    const World& world_;
    std::vector<Actor> actors_;
    std::vector<std::uint64_t> drawn_;  // buffers
    std::vector<Mode> modes_;
};

}  // namespace plumb::lab

// What looks like a fault and is none: each must stay promote.
#include "tests/lab/sim/scenario.hpp"

namespace plumb::lab {
namespace {

void decoy(std::vector<Scenario>& list, const char* name, std::function<void(World&)> plant,
           int needs_tasks = 2) {
    Scenario out;
    out.name = std::string("decoy-") + name;
    out.label.verdict = judge::Verdict::promote;
    out.plant = std::move(plant);
    out.needs_tasks = needs_tasks;
    list.push_back(std::move(out));
}

Failing failing(const char* dependency, const char* phase, const char* cause, double rate) {
    Failing out;
    out.where.dependency = dependency;
    out.phase = phase;
    out.cause = cause;
    out.rate = rate;
    return out;
}

Slowdown slower(const char* dependency, double factor) {
    Slowdown out;
    out.where.dependency = dependency;
    out.factor = factor;
    return out;
}

void mended(World& world) {
    Failing fault = failing("payments", "connect", "tcp.timeout", 1);
    fault.where.from = 1;
    fault.where.to = 3;
    world.failing.push_back(std::move(fault));
}

void one_odd_task(World& world) {
    Failing fault = failing("orders", "query", "peer.reset", 0.3);
    fault.where.labels = {{"task", "p-000"}};
    fault.where.from = 2;
    fault.where.to = 3;
    world.failing.push_back(std::move(fault));
}

void both_slow(World& world) {
    Slowdown fault = slower("search", 3);
    fault.where.baseline = true;
    world.slow.push_back(std::move(fault));
}

// The candidate is as old as half of the range, and a peer has been bad for both since then.
void bad_hour(World& world) {
    for (Task& task : world.tasks) {
        if (!task.candidate) continue;
        task.first = 4;
        task.age_windows = 0;
    }
    Failing failures = failing("orders", "query", "peer.reset", 0.2);
    Slowdown slow = slower("search", 3);
    for (Where* where : {&failures.where, &slow.where}) {
        where->baseline = true;
        where->from = 5;
    }
    world.failing.push_back(std::move(failures));
    world.slow.push_back(std::move(slow));
}

void full_cache(World& world) {
    for (GaugeSpec& each : world.dependency("cache").gauges) {
        if (each.name == "redis.memory") each.level = 1;
    }
}

void saw_tooth(World& world) {
    GaugeSpec& gauge = world.dependency("database").gauges.front();
    gauge.level = 0.3;
    gauge.per_window = 0.08;
    gauge.fall_at = 0.6;
}

void one_throttled(World& world) {
    for (Task& task : world.tasks) {
        if (task.name != "p-001") continue;
        task.suspect = 0.6;
        task.suspect_leak = 1.5;
    }
}

void bursts_of_suspect_runs(World& world) {
    for (Task& task : world.tasks) {
        if (!task.candidate) continue;
        task.suspect = 0.8;
        task.suspect_from = 3;
        task.suspect_to = 4;
        task.suspect_leak = 1.05;
    }
}

void load_peak(World& world) {
    world.load_height = 0.6;
    world.load_period = 20;
    world.load_phase = 0;
}

// Most of the candidate's tasks lie in the far zone, most of the baseline's in the near one; zone by zone
// nothing differs.
void another_mix_of_zones(World& world) {
    int baseline = 0;
    int candidate = 0;
    for (Task& task : world.tasks) {
        int& number = task.candidate ? candidate : baseline;
        const bool few = number % 4 == 0;
        const int zone = task.candidate == few ? 0 : 1;
        const Task placed = make_task(task.candidate, number++, zone);
        task.labels = placed.labels;
    }
    for (Dependency& each : world.dependencies)
        each.zone_factor = {1, each.rtt_ms > 0 ? 1 + 2 / each.rtt_ms : 1, 1};
}

void slow_host(World& world) {
    for (Task& task : world.tasks) {
        if (task.name == "p-002") task.slow = 2;
    }
}

}  // namespace

void add_decoys(std::vector<Scenario>& list) {
    decoy(list, "nothing", [](World&) {});
    decoy(list, "mended", mended);
    list.back().was_broken = true;
    decoy(list, "odd-task-blips", one_odd_task, 4);
    decoy(list, "faster", [](World& world) { world.slow.push_back(slower("*", 0.5)); });
    decoy(list, "slower-by-5", [](World& world) { world.slow.push_back(slower("*", 1.05)); });
    decoy(list, "both-slow", both_slow);
    decoy(list, "bad-hour-since-the-deployment", bad_hour);
    decoy(list, "full-cache-evicts", full_cache);
    decoy(list, "saw-tooth", saw_tooth);
    decoy(list, "deploy", [](World& world) { roll_out(world, 3); });
    decoy(list, "one-throttled-task", one_throttled, 6);
    decoy(list, "suspect-bursts", bursts_of_suspect_runs);
    decoy(list, "load-peak", load_peak);
    decoy(list, "zone-mix", another_mix_of_zones, 8);
    decoy(list, "slow-host", slow_host, 6);
}

}  // namespace plumb::lab

// A window of a database whose runs partly fail, and of a task that lost a process: what metrics are made of.
#pragma once

#include "model/window.hpp"

#include <chrono>
#include <cstdint>

namespace plumb::agent::test {

inline Window window(std::uint64_t runs, std::uint64_t failed) {
    using namespace std::chrono_literals;
    Window out;
    out.start = std::chrono::system_clock::time_point(1'700'000'000s);
    out.length = 30s;
    out.labels = {{"environment", "production"}, {"service", "checkout"}};
    WindowDependency database;
    database.dependency = "database";
    database.kind = "postgres";
    database.runs = runs;
    database.succeeded = runs - failed;
    WindowPhase connect;
    connect.name = "connect";
    connect.reached = runs;
    for (std::uint64_t i = failed; i < runs; ++i)
        connect.clean.add(2ms);
    database.phases = {connect};
    if (failed > 0) database.failures = {{"connect", "tcp.timeout", failed}};
    database.gauges = {{"postgres.connections", 80, 87, 87, 100, true}};
    WindowDependency task;
    task.dependency = "task";
    task.kind = "task";
    task.runs = 6;
    task.succeeded = 3;
    WindowPhase memory;
    memory.name = "memory";
    memory.reached = 3;
    WindowPhase inspect;
    inspect.name = "inspect";
    task.phases = {inspect, memory};
    task.failures = {{"memory", "task.oom_killed", 3}};
    out.dependencies = {database, task};
    return out;
}

}  // namespace plumb::agent::test

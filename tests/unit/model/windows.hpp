// A window with something in every field, for the tests of windows.
#pragma once

#include "base/duration.hpp"
#include "model/window.hpp"

namespace plumb {

inline Window full_window() {
    using namespace std::chrono_literals;
    WindowDependency database;
    database.dependency = "database";
    database.kind = "postgres";
    database.runs = 30;
    database.succeeded = 29;
    database.suspect = 1;
    database.skipped = 2;
    Sketch latency;
    latency.add(1'200us, 20);
    latency.add(3ms, 8);
    database.phases.push_back({"connect", Layer::connect, 30, latency});
    database.phases.push_back({"query", Layer::request, 29, latency});
    database.rtt.add(400us, 29);
    database.retransmitted = 3;
    database.addresses.push_back({"10.0.1.7:5432", 30, 1});
    database.failures.push_back({"connect", "tcp.timeout", 1});
    database.facts.push_back({"tls.version", FactClass::must_match, "TLSv1.3", 30});
    database.gauges.push_back({"postgres.connections", 80, 87.5, 87, 100, true});
    database.gauges.push_back({"redis.memory", 1, 2, 2, std::nullopt, false});

    Window window;
    window.agent = "4f1c9a";
    window.sequence = 12;
    window.start = *parse_time("2026-11-23T10:00:00.250Z");
    window.length = 30s;
    window.task_age = 1h;
    window.labels = {{"environment", "staging"}, {"service", "checkout"}, {"zone", "use1-az1"}};
    window.dependencies.push_back(database);
    return window;
}

}  // namespace plumb

// Windows that tests make: complete enough to exercise every field, small enough to read.
#pragma once

#include "model/window.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace plumb::test {

inline Labels labels_of(const std::string& environment, const std::string& task = "task-1") {
    return {{"environment", environment}, {"service", "checkout"}, {"task", task}, {"zone", "use1-az1"}};
}

inline WindowDependency healthy_dependency(const std::string& name = "database") {
    WindowDependency dependency;
    dependency.dependency = name;
    dependency.kind = "postgres";
    dependency.runs = 30;
    dependency.succeeded = 30;
    for (const char* phase : {"resolve", "connect", "query"}) {
        WindowPhase one;
        one.name = phase;
        one.layer = layer_of_phase(phase);
        one.reached = 30;
        for (int i = 0; i < 30; ++i)
            one.clean.add(std::chrono::microseconds(300 + i));
        dependency.phases.push_back(std::move(one));
    }
    dependency.rtt.add(std::chrono::microseconds(120), 30);
    dependency.addresses.push_back({"10.0.1.7:5432", 30, 0});
    dependency.facts.push_back({"tls.version", FactClass::must_match, "TLSv1.3", 30});
    dependency.gauges.push_back({"postgres.connections", 20, 22, 21, 100, true});
    return dependency;
}

// The same with every connect timing out.
inline WindowDependency failing_dependency(const std::string& name = "database") {
    WindowDependency dependency = healthy_dependency(name);
    dependency.succeeded = 0;
    dependency.phases.resize(2);
    for (auto& phase : dependency.phases)
        phase.clean = {};
    dependency.rtt = {};
    dependency.addresses = {{"10.0.1.7:5432", 30, 30}};
    dependency.failures.push_back({"connect", "tcp.timeout", 30});
    dependency.facts.clear();
    dependency.gauges.clear();
    return dependency;
}

inline Window window_of(const std::string& agent, std::uint64_t sequence, const Labels& labels,
                        WindowDependency dependency = healthy_dependency()) {
    Window window;
    window.agent = agent;
    window.sequence = sequence;
    window.start = std::chrono::system_clock::time_point(std::chrono::milliseconds(1'795'000'000'000)) +
                   std::chrono::seconds(30) * static_cast<long>(sequence);
    window.length = std::chrono::seconds(30);
    window.task_age = std::chrono::hours(1);
    window.labels = labels;
    window.dependencies.push_back(std::move(dependency));
    return window;
}

}  // namespace plumb::test

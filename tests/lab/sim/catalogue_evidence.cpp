// What differs though nothing fails: facts of each class, and amounts that near their limit.
#include "tests/lab/sim/scenario.hpp"

#include <fmt/format.h>

namespace plumb::lab {
namespace {

struct Drift {
    const char* name;
    const char* dependency;
    const char* fact;
    const char* value;  // empty: missing
    Layer layer;
};

Scenario drifted(const Drift& drift, Labels scope = {}, double share = 1) {
    Scenario out;
    out.name = fmt::format("fact-{}", drift.name);
    out.group = Group::facts;
    out.label.dependencies = {drift.dependency};
    out.label.layers = {drift.layer};
    out.label.causes = {std::string_view(drift.value).empty() ? "fact.missing" : "fact.differs"};
    out.label.scope = scope;
    out.plant = [=](World& world) {
        OtherFact fault;
        fault.where.dependency = drift.dependency;
        fault.where.labels = scope;
        fault.where.share = share;
        fault.fact = drift.fact;
        fault.value = drift.value;
        world.facts.push_back(std::move(fault));
    };
    return out;
}

Scenario warns(Scenario scenario) {
    scenario.label.verdict = judge::Verdict::promote;
    scenario.label.severity = judge::Severity::warning;
    return scenario;
}

struct Course {
    const char* name;
    const char* dependency;
    const char* gauge;
    double level;
    double per_window;
    std::vector<std::string> causes;
};

Scenario filling(const Course& course) {
    Scenario out;
    out.name = fmt::format("gauge-{}", course.name);
    out.group = Group::gauges;
    out.label.dependencies = {course.dependency};
    const bool own = std::string_view(course.dependency) == "task";
    out.label.category = own ? Category::exhaustion : Category::saturation;
    out.label.layers = {own ? Layer::task : Layer::server};
    out.label.causes = course.causes;
    out.plant = [course](World& world) {
        for (GaugeSpec& each : world.dependency(course.dependency).gauges) {
            if (each.name != course.gauge) continue;
            each.level = course.level;
            each.per_window = course.per_window;
        }
    };
    return out;
}

}  // namespace

void add_facts(std::vector<Scenario>& list) {
    list.push_back(drifted({"must-match", "database", "postgres.timezone", "Europe/Berlin", Layer::server}));
    list.push_back(drifted({"tls", "payments", "tls.version", "TLSv1.2", Layer::handshake}));
    list.push_back(drifted({"scope-public", "search", "dns.scope", "public", Layer::resolve}));
    list.push_back(drifted({"policy", "cache", "redis.maxmemory_policy", "noeviction", Layer::server}));
    list.push_back(drifted({"task-cpu", "task", "task.cpu", "512", Layer::task}));
    list.push_back(drifted({"missing", "database", "postgres.timezone", "", Layer::server}));
    list.push_back(
        drifted({"must-differ", "database", "postgres.system", "of the environment staging", Layer::server}));
    list.push_back(drifted({"zone", "search", "dns.scope", "public", Layer::resolve}, {{"zone", "az2"}}));
    list.back().needs_tasks = 6;
    list.push_back(
        drifted({"must-agree", "cache", "redis.role_epoch", "another", Layer::server}, {{"zone", "az3"}}));
    list.back().needs_tasks = 6;
    list.push_back(warns(drifted({"ordered", "database", "postgres.server_version", "14.9", Layer::server})));
    list.push_back(warns(drifted({"ordered-newer", "cache", "redis.version", "7.4.0", Layer::server})));
}

void add_gauges(std::vector<Scenario>& list) {
    list.push_back(
        filling({"connections-full", "database", "postgres.connections", 0.95, 0, {"gauge.headroom"}}));
    list.push_back(filling({"clients-full", "cache", "redis.clients", 0.93, 0, {"gauge.headroom"}}));
    list.push_back(filling({"memory-full", "task", "task.memory", 0.96, 0, {"gauge.headroom"}}));
    list.push_back(
        filling({"connections-rise", "database", "postgres.connections", 0.45, 0.02, {"gauge.forecast"}}));
    list.push_back(filling({"clients-rise", "cache", "redis.clients", 0.30, 0.015, {"gauge.forecast"}}));
    list.push_back(filling({"memory-leak", "task", "task.memory", 0.55, 0.02, {"gauge.forecast"}}));
}

}  // namespace plumb::lab

// Slower paths, slower peers, and peers that are slow now and then.
#include "model/run_order.hpp"
#include "tests/lab/sim/scenario.hpp"

#include <fmt/format.h>

namespace plumb::lab {
namespace {

Slowdown at(const char* dependency, double factor, Labels labels = {}) {
    Slowdown out;
    out.where.dependency = dependency;
    out.where.labels = std::move(labels);
    out.factor = factor;
    return out;
}

Scenario slower_path(const char* dependency, double factor, Labels scope, const char* scope_name) {
    Scenario out;
    out.name = fmt::format("slow-path-{:.1f}-{}{}", factor, dependency, scope_name);
    out.group = Group::latency;
    out.counts = factor >= 2;
    out.factor = factor;
    out.label.dependencies = {dependency};
    out.label.layers = {Layer::connect};
    out.label.causes = {"latency.network"};
    out.label.scope = scope;
    out.plant = [=](World& world) {
        Slowdown fault = at(dependency, factor, scope);
        fault.path = true;
        world.slow.push_back(std::move(fault));
    };
    return out;
}

// By how much the peer's work must grow for the whole phase to take `factor` times as long.
double work_factor(World& world, const char* dependency, std::string_view phase, double factor) {
    const Dependency& each = world.dependency(dependency);
    for (const PhaseSpec& spec : each.phases) {
        const double path = spec.round_trips * each.rtt_ms;
        if (spec.name == phase) return (factor * (spec.ms + path) - path) / spec.ms;
    }
    return factor;
}

Scenario slower_peer(const char* dependency, const char* phase, double factor) {
    Scenario out;
    out.name = fmt::format("slow-peer-{:.1f}-{}-{}", factor, dependency, phase);
    out.group = Group::latency;
    out.counts = factor >= 2;
    out.factor = factor;
    out.behind_log_in =
        layer_of_phase(phase) > Layer::authenticate && std::string_view(dependency) == "database";
    out.label.dependencies = {dependency};
    out.label.category = Category::saturation;
    out.label.layers = {layer_of_phase(phase)};
    out.label.causes = {"latency.server"};
    out.plant = [=](World& world) {
        Slowdown fault = at(dependency, work_factor(world, dependency, phase, factor));
        fault.phase = phase;
        world.slow.push_back(std::move(fault));
    };
    return out;
}

// One run in twenty is slow on both sides; on the candidate three in ten.
Scenario slow_mode(const char* dependency, const char* phase, double factor, double share) {
    Scenario out;
    out.name = fmt::format("slow-mode-{:.0f}-{}-x{:.0f}", 100 * share, dependency, factor);
    out.group = Group::slow_mode;
    out.label.dependencies = {dependency};
    out.label.category = Category::saturation;
    out.label.layers = {layer_of_phase(phase)};
    out.label.causes = {"latency.server"};
    out.plant = [=](World& world) {
        Slowdown usual = at(dependency, factor);
        usual.phase = phase;
        usual.share = 0.05;
        usual.where.baseline = true;
        Slowdown more = usual;
        more.where.baseline = false;
        more.share = 1 - (1 - share) / (1 - usual.share);
        world.slow.push_back(std::move(usual));
        world.slow.push_back(std::move(more));
    };
    return out;
}

// The more connections are in use, the slower the server; the path is as it was.
Scenario queueing() {
    Scenario out;
    out.name = "queueing-database";
    out.group = Group::latency;
    out.label.dependencies = {"database"};
    out.label.category = Category::saturation;
    out.label.layers = {Layer::request, Layer::server};
    out.label.causes = {"latency.server", "gauge.forecast", "gauge.headroom"};
    out.plant = [](World& world) {
        Slowdown fault = at("database", 1.5);
        fault.phase = "query";
        fault.per_window = 0.2;
        world.slow.push_back(std::move(fault));
        world.dependency("database").gauges.front().per_window = 0.03;
    };
    return out;
}

}  // namespace

void add_latency(std::vector<Scenario>& list) {
    for (const double factor : {1.5, 2.0, 3.0}) {
        list.push_back(slower_path("payments", factor, {}, ""));
        list.push_back(slower_path("geo", factor, {}, ""));
        list.push_back(slower_peer("database", "query", factor));
        list.push_back(slower_peer("search", "first_byte", factor));
        list.push_back(slower_peer("payments", "first_byte", factor));
    }
    list.push_back(slower_path("mail", 3, {{"zone", "az2"}}, "-zone"));
    list.back().needs_tasks = 6;
    list.push_back(queueing());
    for (const double factor : {5.0, 10.0, 20.0}) {
        list.push_back(slow_mode("search", "first_byte", factor, 0.30));
        list.push_back(slow_mode("database", "query", factor, 0.20));
    }
}

}  // namespace plumb::lab

#include "agent/report/convert.hpp"

namespace plumb::agent {
namespace {

std::string text(std::string_view value) {
    return std::string(value);
}

void add_phase(const WindowPhase& phase, v1::WindowPhase& out) {
    out.set_name(phase.name);
    out.set_layer(text(to_string(phase.layer)));
    out.set_reached(phase.reached);
    if (!phase.clean.empty()) out.mutable_clean()->set_encoded(phase.clean.encode());
}

void add_gauge(const WindowGauge& gauge, v1::WindowGauge& out) {
    out.set_name(gauge.name);
    out.set_min(gauge.min);
    out.set_max(gauge.max);
    out.set_last(gauge.last);
    if (gauge.limit) out.set_limit(*gauge.limit);
    out.set_refuses_at_limit(gauge.refuses_at_limit);
}

void add_fact(const WindowFact& fact, v1::WindowFact& out) {
    out.set_name(fact.name);
    out.set_class_(text(to_string(fact.cls)));
    out.set_value(fact.value);
    out.set_runs(fact.runs);
}

void add_dependency(const WindowDependency& dependency, v1::WindowDependency& out) {
    out.set_dependency(dependency.dependency);
    out.set_kind(dependency.kind);
    out.set_runs(dependency.runs);
    out.set_succeeded(dependency.succeeded);
    out.set_suspect(dependency.suspect);
    out.set_skipped(dependency.skipped);
    out.set_retransmitted(dependency.retransmitted);
    if (!dependency.rtt.empty()) out.mutable_rtt()->set_encoded(dependency.rtt.encode());
    for (const auto& phase : dependency.phases)
        add_phase(phase, *out.add_phases());
    for (const auto& address : dependency.addresses) {
        auto& entry = *out.add_addresses();
        entry.set_address(address.address);
        entry.set_tried(address.tried);
        entry.set_failed(address.failed);
    }
    for (const auto& failure : dependency.failures) {
        auto& entry = *out.add_failures();
        entry.set_phase(failure.phase);
        entry.set_cause(failure.cause);
        entry.set_count(failure.count);
    }
    for (const auto& fact : dependency.facts)
        add_fact(fact, *out.add_facts());
    for (const auto& gauge : dependency.gauges)
        add_gauge(gauge, *out.add_gauges());
}

}  // namespace

v1::Window to_proto(const Window& window) {
    using std::chrono::milliseconds;
    v1::Window out;
    out.set_sequence(window.sequence);
    out.set_start_unix_ms(std::chrono::floor<milliseconds>(window.start.time_since_epoch()).count());
    out.set_length_ms(window.length.count());
    out.set_task_age_s(window.task_age.count());
    out.set_draining(window.draining);
    for (const auto& dependency : window.dependencies)
        add_dependency(dependency, *out.add_dependencies());
    return out;
}

}  // namespace plumb::agent

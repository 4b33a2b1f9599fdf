#include "proto/window_proto.hpp"

#include "base/text.hpp"
#include "model/run_order.hpp"
#include "plumb/v1/window.pb.h"

#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace plumb::wire {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A day more than the longest window or task that a clock could honestly tell keeps the arithmetic far from
// overflow.
constexpr std::int64_t kMaxLengthMs = 24LL * 3600 * 1000;
constexpr std::int64_t kMaxTaskAgeS = 100LL * 366 * 24 * 3600;
constexpr std::int64_t kMaxUnixMs = 9214646400000;  // 2262-01-01: nanoseconds in 64 bits end in that year

Error wrong(std::string message) {
    return Error{std::move(message)};
}

template <class List>
Result<void> bounded(const List& list, std::size_t limit, std::string_view what) {
    if (static_cast<std::size_t>(list.size()) > limit) {
        return wrong(fmt::format("{}: {} entries, at most {} are taken", what, list.size(), limit));
    }
    return {};
}

Result<std::string> name(const std::string& text, std::string_view what) {
    if (text.size() > kMaxName) return wrong(fmt::format("{}: longer than {} bytes", what, kMaxName));
    return sanitize(text, kMaxName);
}

Result<Sketch> sketch(const v1::Sketch& message, std::string_view what) {
    auto decoded = Sketch::decode(message.encoded());
    if (!decoded) return wrong(fmt::format("{}: {}", what, decoded.error().message));
    return decoded;
}

Result<void> read_phases(const v1::WindowDependency& in, WindowDependency& out) {
    if (auto ok = bounded(in.phases(), kMaxPhases, "phases"); !ok) return ok.error();
    for (const auto& phase : in.phases()) {
        auto phase_name = name(phase.name(), "phases.name");
        if (!phase_name) return phase_name.error();
        auto clean = sketch(phase.clean(), "phases.clean");
        if (!clean) return clean.error();
        const Layer layer = parse_layer(phase.layer()).value_or(layer_of_phase(*phase_name, in.kind()));
        out.phases.push_back({std::move(*phase_name), layer, phase.reached(), std::move(*clean)});
    }
    return {};
}

Result<void> read_failures(const v1::WindowDependency& in, WindowDependency& out) {
    if (auto ok = bounded(in.failures(), kMaxFailures, "failures"); !ok) return ok.error();
    for (const auto& failure : in.failures()) {
        auto phase_name = name(failure.phase(), "failures.phase");
        if (!phase_name) return phase_name.error();
        auto cause = name(failure.cause(), "failures.cause");
        if (!cause) return cause.error();
        out.failures.push_back({std::move(*phase_name), std::move(*cause), failure.count()});
    }
    return {};
}

Result<void> read_addresses(const v1::WindowDependency& in, WindowDependency& out) {
    if (auto ok = bounded(in.addresses(), kMaxAddresses, "addresses"); !ok) return ok.error();
    for (const auto& address : in.addresses()) {
        auto text = name(address.address(), "addresses.address");
        if (!text) return text.error();
        out.addresses.push_back({std::move(*text), address.tried(), address.failed()});
    }
    return {};
}

Result<void> read_facts(const v1::WindowDependency& in, WindowDependency& out) {
    if (auto ok = bounded(in.facts(), kMaxWindowFacts, "facts"); !ok) return ok.error();
    for (const auto& fact : in.facts()) {
        auto fact_name = name(fact.name(), "facts.name");
        if (!fact_name) return fact_name.error();
        // A class that this version does not know is shown and never judged.
        const FactClass cls = parse_fact_class(fact.class_()).value_or(FactClass::informational);
        out.facts.push_back({std::move(*fact_name), cls, sanitize(fact.value(), kMaxFactValue), fact.runs()});
    }
    return {};
}

Result<void> read_gauges(const v1::WindowDependency& in, WindowDependency& out) {
    if (auto ok = bounded(in.gauges(), kMaxGauges, "gauges"); !ok) return ok.error();
    for (const auto& gauge : in.gauges()) {
        auto gauge_name = name(gauge.name(), "gauges.name");
        if (!gauge_name) return gauge_name.error();
        WindowGauge read{std::move(*gauge_name), gauge.min(),  gauge.max(),
                         gauge.last(),           std::nullopt, gauge.refuses_at_limit()};
        if (gauge.has_limit()) read.limit = gauge.limit();
        out.gauges.push_back(std::move(read));
    }
    return {};
}

Result<WindowDependency> read_dependency(const v1::WindowDependency& in) {
    WindowDependency out;
    auto dependency = name(in.dependency(), "dependency");
    if (!dependency) return dependency.error();
    auto kind = name(in.kind(), "kind");
    if (!kind) return kind.error();
    auto rtt = sketch(in.rtt(), "rtt");
    if (!rtt) return rtt.error();
    out.dependency = std::move(*dependency);
    out.kind = std::move(*kind);
    out.rtt = std::move(*rtt);
    out.runs = in.runs();
    out.succeeded = in.succeeded();
    out.suspect = in.suspect();
    out.skipped = in.skipped();
    out.retransmitted = in.retransmitted();
    for (const auto read : {read_phases, read_failures, read_addresses, read_facts, read_gauges}) {
        if (auto ok = read(in, out); !ok)
            return wrong(fmt::format("{}: {}", out.dependency, ok.error().message));
    }
    return out;
}

Result<void> read_times(const v1::Window& message, Window& window) {
    if (message.length_ms() <= 0 || message.length_ms() > kMaxLengthMs) {
        return wrong("length_ms: not between 1 ms and one day");
    }
    if (message.start_unix_ms() < 0 || message.start_unix_ms() > kMaxUnixMs)
        return wrong("start_unix_ms: no time");
    if (message.task_age_s() < 0 || message.task_age_s() > kMaxTaskAgeS) return wrong("task_age_s: no age");
    window.start = std::chrono::system_clock::time_point(milliseconds(message.start_unix_ms()));
    window.length = milliseconds(message.length_ms());
    window.task_age = seconds(message.task_age_s());
    return {};
}

void write_dependency(const WindowDependency& in, v1::WindowDependency& out) {
    out.set_dependency(in.dependency);
    out.set_kind(in.kind);
    out.set_runs(in.runs);
    out.set_succeeded(in.succeeded);
    out.set_suspect(in.suspect);
    out.set_skipped(in.skipped);
    out.set_retransmitted(in.retransmitted);
    if (!in.rtt.empty()) out.mutable_rtt()->set_encoded(in.rtt.encode());
    for (const auto& phase : in.phases) {
        auto& to = *out.add_phases();
        to.set_name(phase.name);
        to.set_layer(std::string(to_string(phase.layer)));
        to.set_reached(phase.reached);
        if (!phase.clean.empty()) to.mutable_clean()->set_encoded(phase.clean.encode());
    }
    for (const auto& failure : in.failures) {
        auto& to = *out.add_failures();
        to.set_phase(failure.phase);
        to.set_cause(failure.cause);
        to.set_count(failure.count);
    }
    for (const auto& address : in.addresses) {
        auto& to = *out.add_addresses();
        to.set_address(address.address);
        to.set_tried(address.tried);
        to.set_failed(address.failed);
    }
    for (const auto& fact : in.facts) {
        auto& to = *out.add_facts();
        to.set_name(fact.name);
        to.set_class_(std::string(to_string(fact.cls)));
        to.set_value(fact.value);
        to.set_runs(fact.runs);
    }
    for (const auto& gauge : in.gauges) {
        auto& to = *out.add_gauges();
        to.set_name(gauge.name);
        to.set_min(gauge.min);
        to.set_max(gauge.max);
        to.set_last(gauge.last);
        if (gauge.limit) to.set_limit(*gauge.limit);
        to.set_refuses_at_limit(gauge.refuses_at_limit);
    }
}

}  // namespace

Result<Window> from_proto(const v1::Window& message) {
    Window window;
    window.sequence = message.sequence();
    window.draining = message.draining();
    if (auto ok = read_times(message, window); !ok) return ok.error();
    if (auto ok = bounded(message.dependencies(), kMaxDependencies, "dependencies"); !ok) return ok.error();
    window.dependencies.reserve(static_cast<std::size_t>(message.dependencies_size()));
    for (const auto& dependency : message.dependencies()) {
        auto read = read_dependency(dependency);
        if (!read) return read.error();
        window.dependencies.push_back(std::move(*read));
    }
    return window;
}

void to_proto(const Window& window, v1::Window& message) {
    message.set_sequence(window.sequence);
    message.set_start_unix_ms(std::chrono::floor<milliseconds>(window.start.time_since_epoch()).count());
    message.set_length_ms(window.length.count());
    message.set_task_age_s(window.task_age.count());
    message.set_draining(window.draining);
    for (const auto& dependency : window.dependencies)
        write_dependency(dependency, *message.add_dependencies());
}

std::string encode(const Window& window) {
    v1::Window message;
    to_proto(window, message);
    return message.SerializeAsString();
}

Result<Window> decode(std::string_view bytes) {
    v1::Window message;
    if (bytes.size() > kMaxWindowBytes) return wrong("larger than a window may be");
    if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return wrong("not a window");
    return from_proto(message);
}

}  // namespace plumb::wire

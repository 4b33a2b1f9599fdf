#include "agent/run/metrics/board.hpp"

#include <array>
#include <iterator>

#include <fmt/format.h>

namespace plumb::agent {
namespace {

constexpr std::array<double, 3> kQuantiles{0.5, 0.9, 0.99};
constexpr std::size_t kMostSeries = 4096;  // of failures of one dependency: phases times causes

// What would end a label's value is escaped, as the format says.
std::string label(std::string_view value) {
    std::string out;
    for (const char c : value) {
        if (c == '\\' || c == '"') out += '\\';
        out += c == '\n' ? ' ' : c;
    }
    return out;
}

class Text {
  public:
    void family(std::string_view name, std::string_view type, std::string_view help) {
        fmt::format_to(std::back_inserter(out_), "# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
    }
    // `labels`: name, value, name, value …
    template <class Value>
    void line(std::string_view name, std::initializer_list<std::string_view> labels, Value value) {
        fmt::format_to(std::back_inserter(out_), "{}", name);
        char before = '{';
        for (auto at = labels.begin(); at != labels.end(); at += 2) {
            fmt::format_to(std::back_inserter(out_), "{}{}=\"{}\"", before, at[0], label(at[1]));
            before = ',';
        }
        if (before == ',') out_ += '}';
        fmt::format_to(std::back_inserter(out_), " {}\n", value);
    }
    std::string take() { return std::move(out_); }

  private:
    std::string out_;
};

}  // namespace

void MetricsBoard::add_task(const WindowDependency& from, Dependency& to) {
    for (const auto& phase : from.phases)
        to.checks[phase.name] = true;
    for (const auto& failure : from.failures)
        to.checks[failure.phase] = false;
    to.checks.erase(std::string(phase::inspect));
}

void MetricsBoard::add(const Window& window) {
    ++windows_;
    for (const auto& from : window.dependencies) {
        if (!dependencies_.contains(from.dependency) && dependencies_.size() >= kMaxDependencies) continue;
        auto& to = dependencies_[from.dependency];
        to.kind = from.kind;
        to.runs += from.runs;
        to.succeeded += from.succeeded;
        to.skipped += from.skipped;
        to.suspect += from.suspect;
        if (from.runs > 0) to.up = 2 * from.succeeded >= from.runs;
        for (const auto& failure : from.failures) {
            if (to.failures.size() < kMostSeries)
                to.failures[{failure.phase, failure.cause}] += failure.count;
        }
        for (const auto& gauge : from.gauges) {
            if (to.gauges.contains(gauge.name) || to.gauges.size() < 2 * kMaxGauges)
                to.gauges[gauge.name] = gauge;
        }
        if (from.kind == "task") {
            add_task(from, to);
            continue;
        }
        for (const auto& phase : from.phases) {
            if (phase.clean.count() == 0) continue;
            auto& kept = to.phases[phase.name];
            kept.count += phase.clean.count();
            kept.sum_ns += phase.clean.sum_ns();
            phase.clean.quantiles(kQuantiles, kept.quantiles);
            kept.measured = true;
        }
    }
}

std::string MetricsBoard::text(std::string_view version) const {
    Text out;
    out.family("plumb_agent_info", "gauge", "The version of this agent.");
    out.line("plumb_agent_info", {"version", version}, 1);
    out.family("plumb_agent_windows_total", "counter", "Windows closed since the start.");
    out.line("plumb_agent_windows_total", {}, windows_);
    const auto each = [&](std::string_view name, std::string_view type, std::string_view help, auto value) {
        out.family(name, type, help);
        for (const auto& [dependency, kept] : dependencies_)
            out.line(name, {"dependency", dependency, "kind", kept.kind}, value(kept));
    };
    each("plumb_up", "gauge", "1 when most runs of the latest window succeeded.",
         [](const Dependency& kept) { return kept.up ? 1 : 0; });
    each("plumb_runs_total", "counter", "Runs of probes.", [](const Dependency& kept) { return kept.runs; });
    each("plumb_runs_skipped_total", "counter",
         "Runs that were left out: the one before was under way, or held back.",
         [](const Dependency& kept) { return kept.skipped; });
    each("plumb_runs_suspect_total", "counter", "Runs made while the agent itself was late or throttled.",
         [](const Dependency& kept) { return kept.suspect; });
    out.family("plumb_failures_total", "counter", "Runs that failed, by phase and cause.");
    for (const auto& [dependency, kept] : dependencies_) {
        for (const auto& [where, count] : kept.failures)
            out.line("plumb_failures_total",
                     {"dependency", dependency, "phase", where.first, "cause", where.second}, count);
    }
    out.family("plumb_phase_seconds", "summary",
               "How long the phases of clean runs took; quantiles of the latest window.");
    for (const auto& [dependency, kept] : dependencies_) {
        for (const auto& [phase, seen] : kept.phases) {
            for (std::size_t i = 0; i < kQuantiles.size(); ++i) {
                out.line(
                    "plumb_phase_seconds",
                    {"dependency", dependency, "phase", phase, "quantile", fmt::format("{}", kQuantiles[i])},
                    seen.quantiles[i] / 1e9);
            }
            out.line("plumb_phase_seconds_sum", {"dependency", dependency, "phase", phase},
                     static_cast<double>(seen.sum_ns) / 1e9);
            out.line("plumb_phase_seconds_count", {"dependency", dependency, "phase", phase}, seen.count);
        }
    }
    out.family("plumb_gauge", "gauge", "An amount that a dependency or the task shows.");
    for (const auto& [dependency, kept] : dependencies_) {
        for (const auto& [name, gauge] : kept.gauges)
            out.line("plumb_gauge", {"dependency", dependency, "name", name}, gauge.last);
    }
    out.family("plumb_gauge_limit", "gauge", "Its limit, where it has one.");
    for (const auto& [dependency, kept] : dependencies_) {
        for (const auto& [name, gauge] : kept.gauges) {
            if (gauge.limit)
                out.line("plumb_gauge_limit", {"dependency", dependency, "name", name}, *gauge.limit);
        }
    }
    out.family("plumb_task_check", "gauge", "1 when what the task shows of itself is as it should be.");
    for (const auto& [dependency, kept] : dependencies_) {
        for (const auto& [name, passed] : kept.checks)
            out.line("plumb_task_check", {"check", name}, passed ? 1 : 0);
    }
    return out.take();
}

}  // namespace plumb::agent

#include "agent/run/metrics/board.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <iterator>
#include <optional>

#include <fmt/format.h>

namespace plumb::agent {
namespace {

constexpr std::string_view kTask = "task";  // a kind
constexpr std::array<double, 3> kQuantiles{0.5, 0.9, 0.99};
constexpr std::size_t kMostSeries = 4096;  // of failures of one dependency: phases times causes
constexpr std::size_t kMostGauges = 2 * kMaxGauges;
constexpr std::size_t kMostChecks = 2 * kMaxPhases;

// Telling windows without it, until a gauge or check is gone. Of one that was seen once it is not known how
// often it comes: a look at the whole task comes every ten windows, and may be late. Of others it is.
constexpr std::uint64_t kUnknownPatience = 12;
constexpr std::uint64_t kSlack = 2;
// Windows without any run, as of a target that is held back: a controller may pace log-ins down to one an
// hour, which is 120 windows of 30 s.
constexpr std::uint64_t kSilentPatience = 128;

// What would end a label's value is escaped, as the format says.
std::string label(std::string_view value) {
    std::string out;
    for (const char c : value) {
        if (c == '\\' || c == '"') out += '\\';
        out += c == '\n' ? ' ' : c;
    }
    return out;
}

}  // namespace

class MetricsText {
  public:
    void family(std::string_view name, std::string_view type, std::string_view help) {
        fmt::format_to(std::back_inserter(out_), "# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
    }
    // `labels`: name, value, name, value …
    template <class Value>
    void line(std::string_view name, std::initializer_list<std::string_view> labels, Value value) {
        out_ += name;
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

template <class Value>
void MetricsBoard::see(const std::string& name, const Value& value, const Dependency& of, std::size_t most,
                       ByName<Value>& in) const {
    auto found = in.find(name);
    if (found == in.end()) {
        if (in.size() >= most) {
            // Names that come and go, as of listeners: the one that was not seen for the longest makes room.
            const auto oldest = std::min_element(in.begin(), in.end(), [](const auto& a, const auto& b) {
                return a.second.window < b.second.window;
            });
            if (oldest->second.window == windows_) return;
            in.erase(oldest);
        }
        found = in.try_emplace(name).first;
    } else {
        found->second.gap = std::max(found->second.gap, of.told - found->second.told);
    }
    found->second.value = value;
    found->second.told = of.told;
    found->second.window = windows_;
}

template <class Value>
void MetricsBoard::forget(const Dependency& of, ByName<Value>& in) const {
    std::erase_if(in, [&](const auto& entry) {
        const Seen<Value>& seen = entry.second;
        const auto patience = seen.gap == 0 ? kUnknownPatience : seen.gap + kSlack;
        return of.told - seen.told > patience || windows_ - seen.window > kSilentPatience;
    });
}

void MetricsBoard::count(const WindowDependency& from, Dependency& to) const {
    to.kind = from.kind;
    to.runs += from.runs;
    to.skipped += from.skipped;
    to.suspect += from.suspect;
    if (from.runs > 0) to.up = 2 * from.succeeded >= from.runs;
    // A look comes in each window; without one, the looks hang and what they told grows old.
    if (from.runs > 0 || from.kind == kTask) ++to.told;
    for (const auto& failure : from.failures) {
        if (to.failures.size() < kMostSeries || to.failures.contains({failure.phase, failure.cause}))
            to.failures[{failure.phase, failure.cause}] += failure.count;
    }
}

void MetricsBoard::measure(const WindowDependency& from, Dependency& to) const {
    if (from.kind == kTask) return;
    for (const auto& phase : from.phases) {
        if (phase.clean.count() == 0) continue;
        if (to.phases.size() >= 2 * kMaxPhases && !to.phases.contains(phase.name)) continue;
        auto& kept = to.phases[phase.name];
        kept.count += phase.clean.count();
        kept.sum_ns += phase.clean.sum_ns();
        phase.clean.quantiles(kQuantiles, kept.quantiles);
        kept.measured = true;
    }
}

void MetricsBoard::observe(const WindowDependency& from, Dependency& to) const {
    for (const auto& gauge : from.gauges)
        see(gauge.name, gauge, to, kMostGauges, to.gauges);
    if (from.kind == kTask) {
        for (const auto& phase : from.phases) {
            if (phase.name != phase::inspect) see(phase.name, true, to, kMostChecks, to.checks);
        }
        for (const auto& failure : from.failures)
            see(failure.phase, false, to, kMostChecks, to.checks);
    } else if (from.runs > 0 && from.succeeded == 0) {
        // Whoever cannot be reached has no connections and no memory that anybody knows of.
        std::erase_if(to.gauges, [&](const auto& entry) { return entry.second.window != windows_; });
    }
}

void MetricsBoard::add(const Window& window) {
    ++windows_;
    for (auto& [_, kept] : dependencies_) {
        for (auto& [phase, seen] : kept.phases)
            seen.measured = false;
    }
    for (const auto& from : window.dependencies) {
        if (!dependencies_.contains(from.dependency) && dependencies_.size() >= kMaxDependencies) continue;
        auto& to = dependencies_[from.dependency];
        count(from, to);
        measure(from, to);
        // First what is over, so that its place is free.
        forget(to, to.gauges);
        forget(to, to.checks);
        observe(from, to);
    }
}

void MetricsBoard::write_runs(MetricsText& out) const {
    const auto each = [&](std::string_view name, std::string_view type, std::string_view help, auto value) {
        out.family(name, type, help);
        for (const auto& [dependency, kept] : dependencies_) {
            // What the task shows of itself are checks, not runs: they have a family of their own.
            if (kept.kind == kTask) continue;
            if (const std::optional<std::uint64_t> known = value(kept))
                out.line(name, {"dependency", dependency, "kind", kept.kind}, *known);
        }
    };
    using Amount = std::optional<std::uint64_t>;
    each("plumb_up", "gauge", "1 when most runs of the latest window that had any succeeded.",
         [](const Dependency& kept) { return kept.told > 0 ? Amount(kept.up ? 1 : 0) : std::nullopt; });
    each("plumb_runs_total", "counter", "Runs of probes.",
         [](const Dependency& kept) { return Amount(kept.runs); });
    each("plumb_runs_skipped_total", "counter",
         "Runs that were left out: the one before was under way, or held back.",
         [](const Dependency& kept) { return Amount(kept.skipped); });
    each("plumb_runs_suspect_total", "counter", "Runs made while the agent itself was late or throttled.",
         [](const Dependency& kept) { return Amount(kept.suspect); });
}

void MetricsBoard::write_failures(MetricsText& out) const {
    out.family("plumb_failures_total", "counter", "Runs that failed, by phase and cause.");
    for (const auto& [dependency, kept] : dependencies_) {
        for (const auto& [where, count] : kept.failures)
            out.line("plumb_failures_total",
                     {"dependency", dependency, "phase", where.first, "cause", where.second}, count);
    }
}

void MetricsBoard::write_phases(MetricsText& out) const {
    constexpr std::string_view kName = "plumb_phase_seconds";
    out.family(kName, "summary",
               "How long the phases of clean runs took; quantiles of the latest window, where it had any.");
    for (const auto& [dependency, kept] : dependencies_) {
        for (const auto& [phase, seen] : kept.phases) {
            for (std::size_t i = 0; seen.measured && i < kQuantiles.size(); ++i) {
                const auto quantile = fmt::format("{}", kQuantiles[i]);
                out.line(kName, {"dependency", dependency, "phase", phase, "quantile", quantile},
                         seen.quantiles[i] / 1e9);
            }
            out.line("plumb_phase_seconds_sum", {"dependency", dependency, "phase", phase},
                     static_cast<double>(seen.sum_ns) / 1e9);
            out.line("plumb_phase_seconds_count", {"dependency", dependency, "phase", phase}, seen.count);
        }
    }
}

void MetricsBoard::write_gauges(MetricsText& out) const {
    out.family("plumb_gauge", "gauge", "An amount that a dependency or the task shows.");
    for (const auto& [dependency, kept] : dependencies_) {
        for (const auto& [name, seen] : kept.gauges)
            out.line("plumb_gauge", {"dependency", dependency, "name", name}, seen.value.last);
    }
    out.family("plumb_gauge_limit", "gauge", "Its limit, where it has one.");
    for (const auto& [dependency, kept] : dependencies_) {
        for (const auto& [name, seen] : kept.gauges) {
            if (seen.value.limit)
                out.line("plumb_gauge_limit", {"dependency", dependency, "name", name}, *seen.value.limit);
        }
    }
}

void MetricsBoard::write_checks(MetricsText& out) const {
    out.family("plumb_task_check", "gauge", "1 when what the task shows of itself is as it should be.");
    for (const auto& [dependency, kept] : dependencies_) {
        for (const auto& [name, passed] : kept.checks)
            out.line("plumb_task_check", {"check", name}, passed.value ? 1 : 0);
    }
}

std::string MetricsBoard::text(std::string_view version) const {
    MetricsText out;
    out.family("plumb_agent_info", "gauge", "The version of this agent.");
    out.line("plumb_agent_info", {"version", version}, 1);
    out.family("plumb_agent_windows_total", "counter", "Windows closed since the start.");
    out.line("plumb_agent_windows_total", {}, windows_);
    write_runs(out);
    write_failures(out);
    write_phases(out);
    write_gauges(out);
    write_checks(out);
    return out.take();
}

}  // namespace plumb::agent

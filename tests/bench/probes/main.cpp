// The benches of the probes in one table; docs/benchmarks.md says what each measures. Exits 0 when every
// target is met, 1 when one is missed or a bench cannot be run, 2 on bad usage, 130 when interrupted.
#include "tests/bench/interrupt.hpp"
#include "tests/bench/probes/bench.hpp"
#include "tests/link/namespaces.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <string_view>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace {

using namespace plumb::bench;

constexpr int kOk = 0;
constexpr int kMissed = 1;
constexpr int kUsage = 2;
constexpr int kInterrupted = 130;

struct Bench {
    const char* name;
    const char* meaning;
    void (*measure)(const Options&, Report&);
    bool needs_own_network;
};

// Those that move the process into a network of its own come last: there is no way back.
constexpr std::array kBenches{
    Bench{"cost", "CPU for a run: tcp, dns, http, tls; beside blackbox_exporter and bare system calls",
          measure_cost, false},
    Bench{"footprint", "the agent's size, its memory with 50 targets, the time of one check",
          measure_footprint, false},
    Bench{"deadlines", "1,000 black-holed runs at once: how late they are over, and whether memory stays",
          measure_deadlines, true},
    Bench{"wire", "measured latency against a packet capture on a link of known delay", measure_wire, true},
};

void list_benches() {
    for (const auto& bench : kBenches)
        fmt::print("{:<10} {}\n", bench.name, bench.meaning);
}

// Measures them one after the other; says on stderr which is under way.
Report measure(const std::vector<std::string>& only, const Options& options) {
    Report report;
    report.suite = "probes";
    report.shortened = options.shortened;
    bool entered = false;
    for (const auto& bench : kBenches) {
        if (!only.empty() && std::find(only.begin(), only.end(), bench.name) == only.end()) continue;
        leave_if_interrupted();
        if (bench.needs_own_network && !entered) {
            const auto permitted = plumb::link::enter_own_network();
            if (!permitted) {
                report.skipped.push_back({bench.name, "not permitted here: " + permitted.error().message});
                continue;
            }
            entered = true;
        }
        fmt::print(stderr, "{} …\n", bench.name);
        bench.measure(options, report);
    }
    return report;
}

std::string default_agent() {
    std::error_code ignored;
    return (std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path() / "plumb-agent").string();
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    options.agent = default_agent();
    std::vector<std::string> only;
    bool list = false;
    bool json = false;
    std::vector<std::string> names;
    for (const auto& bench : kBenches)
        names.emplace_back(bench.name);
    CLI::App app("What a run of a probe costs, how true it is and how punctual.");
    app.add_option("--only", only, "one bench of --list; may be given again")->check(CLI::IsMember(names));
    app.add_option("--agent", options.agent, "the plumb-agent whose footprint is measured")
        ->check(CLI::ExistingFile);
    app.add_flag("--static", options.agent_is_static,
                 "that agent is the static file, with its limit of size");
    app.add_flag("--short", options.shortened, "few runs: shows that the benches work");
    app.add_flag("--list", list, "name the benches");
    app.add_flag("--json", json, "one JSON object instead of the table");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? kOk : kUsage;
    }
    if (list) {
        list_benches();
        return kOk;
    }
    watch_for_interrupts();
    try {
        const auto report = measure(only, options);
        const auto text = json ? render_json(report) : render_table(report);
        std::fwrite(text.data(), 1, text.size(), stdout);
        return report.missed() ? kMissed : kOk;
    } catch (const std::exception& error) {
        if (interrupted()) return kInterrupted;
        fmt::print(stderr, "plumb-bench-probes: {}\n", error.what());
        return kMissed;
    }
}

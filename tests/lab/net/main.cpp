// plumb-lab-net: faults on real sockets, and what the gate says of them. scripts/lab-net.sh starts it,
// docs/laboratory.md tells how scenarios are written.
//
// Exits 0 when every scenario passed, 1 when one did not, 2 when it was told nonsense or the machine permits
// no laboratory, 128 and the signal's number when it was stopped before the last.
#include "tests/lab/net/catalogue.hpp"
#include "tests/lab/net/runner.hpp"

#include <algorithm>
#include <cstdio>
#include <thread>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace {

using namespace plumb;

constexpr int kFailed = 1;
constexpr int kUsage = 2;

struct Options {
    std::string scenarios;
    std::string build;
    std::string logs;
    std::vector<std::string> only;
    // Databases that wait for a processor look like a fault, so each scenario has two.
    std::size_t jobs = std::max(1U, std::thread::hardware_concurrency() / 2);
    bool quick = false;
    bool keep = false;
    bool list = false;
    bool injectors = false;
};

volatile std::sig_atomic_t stopped = 0;
void note_signal(int number) {
    stopped = number;
}

int complain(const std::string& words) {
    std::fprintf(stderr, "plumb-lab-net: %s\n", words.c_str());
    return kUsage;
}

int list(const std::vector<const lab::Scenario*>& scenarios) {
    for (const auto* one : scenarios)
        fmt::print("{:<32} {}{}\n", one->name, one->quick ? "(quick) " : "", one->about);
    return 0;
}

int list_injectors() {
    for (const auto& one : lab::injectors())
        fmt::print("{:<12} {}\n", one.name, one.summary);
    return 0;
}

int run(const Options& options, const std::vector<const lab::Scenario*>& wanted) {
    const auto programs = lab::programs_of(options.build);
    for (const auto& program : {programs.agent, programs.controller, programs.plumbctl,
                                programs.stalled_listener, programs.box.task, programs.box.app}) {
        if (::access(program.c_str(), X_OK) != 0) return complain(program + " is not there; build it first");
    }
    if (const auto ours = lab::check_logs(options.logs, wanted); !ours) return complain(ours.error().message);
    if (const auto permitted = lab::check_machine(); !permitted) return complain(permitted.error().message);

    lab::RunnerSpec spec;
    spec.programs = programs;
    spec.jobs = options.jobs;
    spec.logs = options.logs;
    spec.keep = options.keep;
    lab::Runner runner(spec);
    const auto started = std::chrono::steady_clock::now();
    const auto finished = runner.run(wanted, stopped);
    lab::print_table(finished,
                     std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count());
    if (runner.kept_logs()) fmt::print("logs: {}\n", options.logs);
    if (stopped != 0) {
        fmt::print("stopped after {} of {} scenarios\n", finished.size(), wanted.size());
        return 128 + stopped;
    }
    const bool passed =
        std::all_of(finished.begin(), finished.end(), [](const auto& one) { return one.result.passed; });
    return passed ? 0 : kFailed;
}

int choose_and_run(const Options& options) {
    if (options.injectors) return list_injectors();
    const auto catalogue = lab::read_catalogue(options.scenarios);
    if (!catalogue.complaints.empty())
        return complain(fmt::format("{}", fmt::join(catalogue.complaints, "\n")));
    const auto chosen = lab::choose(catalogue, options.only, options.quick);
    if (!chosen) return complain(chosen.error().message);
    return options.list ? list(*chosen) : run(options, *chosen);
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app("Breaks one thing at a time between two real environments and checks what the gate says.");
    app.add_option("--scenarios", options.scenarios, "folder of scenario files (*.yaml, *.yml)")->required();
    app.add_option("--build", options.build, "folder of the programs that are tried")->required();
    app.add_option("--logs", options.logs, "folder for the logs of what does not pass")->required();
    app.add_option("--only", options.only, "these scenarios alone")->type_name("NAME...");
    app.add_option("--jobs", options.jobs, "scenarios beside each other [half as many as processors]")
        ->check(CLI::Range(1, 64));
    app.add_flag("--quick", options.quick, "of them those marked quick");
    app.add_flag("--keep", options.keep, "keep the logs of what passes, too");
    app.add_flag("--list", options.list, "say which there are");
    app.add_flag("--injectors", options.injectors, "say what a scenario can do");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : kUsage;
    }
    // Whatever asks it to end, it cleans up first. What nohup ignores stays ignored.
    for (const int number : {SIGINT, SIGTERM, SIGPIPE})
        std::signal(number, note_signal);
    if (std::signal(SIGHUP, note_signal) == SIG_IGN) std::signal(SIGHUP, SIG_IGN);
    try {
        return choose_and_run(options);
    } catch (const std::exception& error) {
        return complain(error.what());
    }
}

// plumb-lab-sim: the laboratory in virtual time. Exits 0 when every target is met, 1 when one is missed, 2
// when the command was wrong.
#include "base/terminal.hpp"
#include "tests/lab/sim/print.hpp"

#include <cstdio>
#include <map>
#include <thread>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace plumb::lab {
namespace {

constexpr int kFullGates = 3000;

struct Options {
    Plan plan;
    std::vector<std::string> fleets;
    bool full = false;
    bool aa_only = false;
    bool catalogue_only = false;
    bool list = false;
    Format format = Format::text;
};

void declare(CLI::App& app, Options& options) {
    Plan& plan = options.plan;
    const auto gates = CLI::Range(1, 1'000'000);
    app.add_option("--gates", plan.gates, "A/A gates of each fleet")->check(gates);
    app.add_flag("--full", options.full, "3,000 A/A gates of each fleet, and more repeats");
    app.add_option("--fleet", options.fleets, "tasks of baseline x candidate, such as 4x12; may be repeated");
    app.add_option("--seed", plan.seed, "of all chance");
    app.add_option("--only", plan.only,
                   "the scenario of this name, or those whose names contain it; may be repeated");
    app.add_option("--gate", plan.repeat, "only this A/A gate or repeat, counted from 0")
        ->check(CLI::Range(0, 1'000'000));
    app.add_option("--repeats", plan.repeats, "of each scenario, each with its own chance")->check(gates);
    app.add_option("--dependencies", plan.dependencies, "of an A/A gate, four phases each")
        ->check(CLI::Range(1, 500));
    app.add_option("--windows", plan.windows, "of each gate")->check(CLI::Range(1, 200));
    app.add_option("--runs", plan.runs, "of a dependency in a window")->check(CLI::Range(1, 1000));
    app.add_option("--log-ins", plan.log_ins,
                   "of these runs, those that log in where a dependency wants that, as agents do; 0: all")
        ->check(CLI::Range(0, 1000));
    app.add_option("--threads", plan.threads, "gates played at once")->check(CLI::Range(1, 64));
    app.add_flag("--aa-only", options.aa_only, "no catalogue");
    app.add_flag("--catalogue-only", options.catalogue_only, "no A/A")->excludes("--aa-only");
    app.add_option("--dump", plan.dump,
                   "write the windows to DIR/baseline.jsonl and DIR/candidate.jsonl, for plumbctl judge; "
                   "with one gate")
        ->needs("--gate");
    const std::map<std::string, Format> formats{
        {"text", Format::text}, {"markdown", Format::markdown}, {"json", Format::json}};
    app.add_option("--format", options.format, "text, markdown or json")
        ->transform(CLI::CheckedTransformer(formats))
        ->default_str("text");
    app.add_flag("--list", options.list, "name the scenarios with their labels and stop");
}

std::vector<Fleet> fleets_of(const std::vector<std::string>& given, const std::vector<Fleet>& otherwise) {
    if (given.empty()) return otherwise;
    std::vector<Fleet> out;
    for (const std::string& text : given) {
        const Result<Fleet> fleet = parse_fleet(text);
        if (!fleet) throw CLI::ValidationError("--fleet", fleet.error().message);
        out.push_back(*fleet);
    }
    return out;
}

void complete(Options& options) {
    Plan& plan = options.plan;
    if (options.full) {
        plan.gates = kFullGates;
        plan.repeats = 20;
        plan.rival_gates = 200;
    }
    if (plan.repeat) {
        plan.gates = *plan.repeat + 1;
        plan.repeats = *plan.repeat + 1;
        plan.rival_gates = plan.gates;
    }
    const bool aa = !options.catalogue_only && plan.only.empty();
    if (aa) {
        plan.aa_fleets =
            fleets_of(options.fleets, {{2, 6}, {4, 12}, {8, 24}, {1, 4}, {2, 2}, {3, 40}, {12, 4}});
    }
    if (!options.aa_only) plan.catalogue_fleets = fleets_of(options.fleets, {{4, 12}});
}

// One line that is written over, on a terminal only.
Progress progress_line() {
    if (isatty(STDERR_FILENO) == 0) return [](std::size_t, std::size_t) {};
    return [](std::size_t done, std::size_t of) {
        fmt::print(stderr, "\r{} of {} gates{}", done, of, done == of ? "\n" : "");
        std::fflush(stderr);
    };
}

int main_of(int argc, char** argv) {
    CLI::App app{
        "A/A gates and a catalogue of faults in virtual time: what the judge says, beside its targets "
        "and beside simpler judges."};
    Options options;
    options.plan.threads = std::max(1U, std::thread::hardware_concurrency());
    declare(app, options);
    try {
        app.parse(argc, argv);
        complete(options);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    if (options.list) {
        fmt::print("{}", print_list());
        return 0;
    }
    if (!options.plan.dump.empty() && planned(options.plan).gates.size() != 1) {
        fmt::print(
            stderr,
            "plumb-lab-sim: --dump writes the windows of one gate: choose one scenario and one fleet\n");
        return 2;
    }
    const Results results = run(options.plan, progress_line());
    if (results.gates.empty()) {
        fmt::print(stderr, "plumb-lab-sim: no scenario is chosen; --list names them\n");
        return 2;
    }
    const Scores scores = score(results, options.plan);
    fmt::print("{}", print(scores, options.plan, options.format));
    return scores.missed() ? 1 : 0;
}

}  // namespace
}  // namespace plumb::lab

int main(int argc, char** argv) {
    try {
        return plumb::lab::main_of(argc, argv);
    } catch (const std::exception& error) {
        fmt::print(stderr, "plumb-lab-sim: {}\n", error.what());
        return 2;
    }
}

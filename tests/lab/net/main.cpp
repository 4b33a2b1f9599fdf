// plumb-lab-net: faults on real sockets, and what the gate says of them. scripts/lab-net.sh starts it,
// docs/laboratory.md tells how scenarios are written.
//
// Exits 0 when every scenario passed, 1 when one failed, 2 when it was told nonsense or the machine permits
// no laboratory.
#include "base/file.hpp"
#include "tests/lab/net/report.hpp"
#include "tests/lab/net/sandbox.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/support/temp_dir.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <map>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace {

using namespace plumb;
using lab::Scenario;
using Clock = std::chrono::steady_clock;

constexpr int kFailed = 1;
constexpr int kUsage = 2;
constexpr auto kLongestScenario = std::chrono::minutes(4);

struct Options {
    std::string scenarios;
    std::string build;
    std::string logs;
    std::vector<std::string> only;
    bool quick = false;
    bool keep = false;
    bool list = false;
    bool injectors = false;
    int jobs = 2;
};

volatile std::sig_atomic_t interrupted = 0;
void note_signal(int number) {
    interrupted = number;
}

struct Catalogue {
    std::vector<Scenario> scenarios;
    yaml::Complaints complaints;
};

// Every file of the folder, in the order of names.
Catalogue read_catalogue(const std::string& folder) {
    Catalogue catalogue;
    std::vector<std::filesystem::path> files;
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
        if (entry.path().extension() == ".yaml") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    if (files.empty()) catalogue.complaints.lines.push_back(folder + ": no scenario (*.yaml) there");
    for (const auto& file : files) {
        yaml::Complaints complaints;
        complaints.file = file.string();
        const auto text = read_file(file.string());
        if (!text) {
            catalogue.complaints.lines.push_back(text.error().message);
            continue;
        }
        catalogue.scenarios.push_back(lab::parse_scenario(file.stem().string(), *text, complaints));
        for (auto& line : complaints.lines)
            catalogue.complaints.lines.push_back(std::move(line));
    }
    return catalogue;
}

// Runs up to `jobs` scenarios beside each other, and tells of each as it ends.
class Runner {
  public:
    Runner(const Options& options, lab::Programs programs)
        : options_(options), programs_(std::move(programs)) {}

    std::vector<lab::Finished> run(const std::vector<const Scenario*>& wanted) {
        std::vector<lab::Finished> all;
        std::size_t next = 0;
        while (interrupted == 0 && (next < wanted.size() || !running_.empty())) {
            while (next < wanted.size() && running_.size() < static_cast<std::size_t>(options_.jobs))
                start(*wanted[next++]);
            if (auto finished = collect()) {
                lab::print_line(*finished);
                all.push_back(std::move(*finished));
            } else {
                std::this_thread::sleep_for(std::chrono::milliseconds(20));
            }
        }
        end_all();
        std::sort(all.begin(), all.end(),
                  [](const auto& a, const auto& b) { return a.scenario < b.scenario; });
        return all;
    }

    const std::string& kept() const { return kept_; }

  private:
    struct Running {
        const Scenario* scenario = nullptr;
        std::string folder;
        Clock::time_point started;
    };

    void start(const Scenario& scenario) {
        const auto folder = work_.file(std::to_string(++count_));
        std::filesystem::create_directory(folder);
        running_[lab::start_scenario(scenario, programs_, folder)] = {&scenario, folder, Clock::now()};
    }

    std::optional<lab::Finished> collect() {
        for (auto& [pid, one] : running_) {
            if (Clock::now() - one.started > kLongestScenario) ::kill(pid, SIGKILL);
            int status = 0;
            if (::waitpid(pid, &status, WNOHANG) != pid) continue;
            lab::Finished finished{one.scenario, lab::result_of(one.folder, status)};
            if (!finished.result.passed || options_.keep) keep(one);
            std::filesystem::remove_all(one.folder);
            running_.erase(pid);
            return finished;
        }
        return std::nullopt;
    }

    // Logs, configurations and answers; not the data of servers.
    void keep(const Running& one) {
        namespace fs = std::filesystem;
        const fs::path folder = fs::path(options_.logs) / one.scenario->name;
        fs::create_directories(folder);
        for (const auto& entry : fs::directory_iterator(one.folder)) {
            if (entry.is_regular_file() && entry.path().extension() != ".db")
                fs::copy_file(entry.path(), folder / entry.path().filename(),
                              fs::copy_options::overwrite_existing);
        }
        kept_ = options_.logs;
    }

    void end_all() {
        for (const auto& [pid, one] : running_)
            ::kill(pid, SIGKILL);
        for (const auto& [pid, one] : running_) {
            int status = 0;
            ::waitpid(pid, &status, 0);
        }
        running_.clear();
    }

    const Options& options_;
    lab::Programs programs_;
    test::TempDir work_;
    std::map<pid_t, Running> running_;
    int count_ = 0;
    std::string kept_;
};

int complain(const std::string& words) {
    std::fprintf(stderr, "plumb-lab-net: %s\n", words.c_str());
    return kUsage;
}

int run(const Options& options) {
    const auto catalogue = read_catalogue(options.scenarios);
    if (!catalogue.complaints.empty()) return complain(catalogue.complaints.joined());
    std::vector<const Scenario*> wanted;
    for (const auto& one : catalogue.scenarios) {
        const bool named = options.only.empty() || std::find(options.only.begin(), options.only.end(),
                                                             one.name) != options.only.end();
        if (named && (one.quick || !options.quick)) wanted.push_back(&one);
    }
    for (const auto& name : options.only) {
        const bool known = std::any_of(catalogue.scenarios.begin(), catalogue.scenarios.end(),
                                       [&](const auto& one) { return one.name == name; });
        if (!known) return complain("no scenario '" + name + "' in " + options.scenarios);
    }
    if (wanted.empty()) return complain("no scenario is left to run");
    if (options.list) {
        for (const auto* one : wanted)
            fmt::print("{:<36} {}{}\n", one->name, one->quick ? "(quick) " : "", one->about);
        return 0;
    }
    const auto programs = lab::programs_of(options.build);
    for (const auto& program :
         {programs.agent, programs.controller, programs.plumbctl, programs.stalled_listener}) {
        if (::access(program.c_str(), X_OK) != 0) return complain(program + " is not there; build it");
    }
    if (const auto permitted = lab::check_machine(); !permitted) return complain(permitted.error().message);
    test::PostgresServer::prepare();
    const auto started = Clock::now();
    Runner runner(options, programs);
    const auto finished = runner.run(wanted);
    lab::print_table(finished, std::chrono::duration<double>(Clock::now() - started).count());
    if (!runner.kept().empty()) fmt::print("logs: {}\n", runner.kept());
    if (interrupted != 0) return 128 + interrupted;
    const bool passed =
        std::all_of(finished.begin(), finished.end(), [](const auto& one) { return one.result.passed; });
    return passed ? 0 : kFailed;
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app("Breaks one thing at a time between two real environments and checks what the gate says.");
    app.add_option("--scenarios", options.scenarios, "folder of scenario files (*.yaml)")->required();
    app.add_option("--build", options.build, "folder of plumb-agent, plumb-controller and plumbctl")
        ->required();
    app.add_option("--logs", options.logs, "where logs of failures go")->required();
    app.add_option("--only", options.only, "these scenarios alone")->type_name("NAME");
    app.add_flag("--quick", options.quick, "those marked quick");
    app.add_option("--jobs", options.jobs, "scenarios beside each other")->check(CLI::Range(1, 64));
    app.add_flag("--keep", options.keep, "keep the logs of those that pass, too");
    app.add_flag("--list", options.list, "say which there are");
    app.add_flag("--injectors", options.injectors, "say what scenarios can do");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : kUsage;
    }
    if (options.injectors) {
        for (const auto& one : lab::injectors())
            fmt::print("{:<12} {}\n", one.name, one.summary);
        return 0;
    }
    std::signal(SIGINT, note_signal);
    std::signal(SIGTERM, note_signal);
    try {
        return run(options);
    } catch (const std::exception& error) {
        return complain(error.what());
    }
}

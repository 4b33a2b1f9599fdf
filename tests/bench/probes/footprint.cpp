#include "base/text.hpp"
#include "model/window_json.hpp"
#include "tests/bench/interrupt.hpp"
#include "tests/bench/measure.hpp"
#include "tests/bench/probes/bench.hpp"
#include "tests/bench/probes/servers.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/support/sockets.hpp"
#include "tests/support/temp_dir.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <spawn.h>
#include <stdexcept>
#include <sys/wait.h>
#include <thread>

#include <fmt/format.h>

namespace plumb::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kTargets = 50;

class RedisServer {
  public:
    RedisServer() {
        test::ChildSpec spec;
        spec.command = {test::program("redis-server"), "--bind", "127.0.0.1", "--port",
                        std::to_string(port_),         "--save", "",          "--dir",
                        dir_.path().string()};
        spec.output_file = dir_.file("redis.log");
        process_ = std::make_unique<test::ChildProcess>(spec);
        process_->wait_until_listening(port_);
    }
    std::string url() const { return fmt::format("redis://127.0.0.1:{}/0", port_); }

  private:
    test::TempDir dir_;
    std::uint16_t port_ = test::free_port();
    std::unique_ptr<test::ChildProcess> process_;
};

test::PostgresSpec open_to_all() {
    test::PostgresSpec spec;
    spec.hba = "host all all 127.0.0.1/32 trust\n";
    return spec;
}

// Every kind takes its turn; half of the https targets read the whole trust store of the system.
std::string configuration(const Servers& servers, const RedisServer& redis,
                          const test::PostgresServer& postgres) {
    const auto https = fmt::format("https://127.0.0.1:{}/#", servers.tls_port());
    const std::vector<std::string> urls{
        servers.tcp_url(),
        servers.dns_url(),
        servers.http_url(),
        servers.tls_url(),
        https + "ca=" + servers.ca_file(),
        https + "insecure=1",
        redis.url(),
        fmt::format("postgres://admin@127.0.0.1:{}/postgres", postgres.port())};
    std::string text = "window: 5s\ntargets:\n";
    for (std::size_t i = 0; i < kTargets; ++i)
        text += fmt::format("  t{}: {{url: \"{}\", interval: 1s}}\n", i, urls[i % urls.size()]);
    return text;
}

// Of the targets. What the machine's own sockets and memory are like is no matter of the bench.
bool all_well(const std::string& windows) {
    const auto is_well = [](const WindowDependency& each) {
        return each.kind == "task" || each.failures.empty();
    };
    for (const auto line : split(trim(windows), '\n')) {
        const auto window = parse_window(line);
        if (!window || !std::all_of(window->dependencies.begin(), window->dependencies.end(), is_well))
            return false;
    }
    return true;
}

void measure_memory(const Options& options, Report& report) {
    const Servers servers;
    const RedisServer redis;
    const test::PostgresServer postgres(open_to_all());
    const test::TempDir dir;
    const auto windows = dir.file("windows.jsonl");
    test::ChildSpec spec;
    spec.command = {options.agent, "run",
                    "--config",    dir.write("agent.yaml", configuration(servers, redis, postgres)),
                    "--output",    windows};
    spec.output_file = dir.file("agent.log");
    test::ChildProcess agent(spec);
    const auto until = Clock::now() + std::chrono::seconds(options.shortened ? 6 : 60);
    while (Clock::now() < until) {
        leave_if_interrupted();
        if (!agent.running())
            throw std::runtime_error("the agent ended:\n" + test::read_whole(dir.file("agent.log")));
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    const auto resident = resident_of(agent.pid());
    agent.stop();
    const auto written = test::read_whole(windows);
    if (!all_well(written)) {
        throw std::runtime_error("the agent's targets should all have been well:\n" +
                                 written.substr(0, 2000));
    }
    Figure figure;
    figure.name = "memory.50_targets";
    figure.what = "agent's memory at its highest, 50 targets of every kind every second";
    figure.unit = "MiB";
    figure.ours = resident.highest / kMiB;
    figure.limit = 20;
    report.figures.push_back(figure);
}

// From the start of the process to its end, as whoever types the command waits for it.
double check_once(const Options& options, const std::string& url) {
    std::string program = options.agent;
    std::string target = "target=" + url;
    std::string check = "check";
    std::string flag = "--target";
    std::array<char*, 5> arguments{program.data(), check.data(), flag.data(), target.data(), nullptr};
    std::array<char*, 1> no_variables{nullptr};
    posix_spawn_file_actions_t actions{};
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    const auto started = Clock::now();
    pid_t pid = 0;
    const int failed =
        ::posix_spawn(&pid, program.c_str(), &actions, nullptr, arguments.data(), no_variables.data());
    ::posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) throw std::system_error(failed, std::system_category(), program);
    int status = 0;
    while (::waitpid(pid, &status, 0) != pid) {
    }
    if (status != 0) throw std::runtime_error("check --target " + target + " did not exit with 0");
    return millis(Clock::now() - started);
}

void measure_check(const Options& options, Report& report) {
    const Servers servers;
    const int times = options.shortened ? 5 : 200;
    std::vector<double> waits;
    for (int i = 0; i < times; ++i) {
        leave_if_interrupted();
        waits.push_back(check_once(options, servers.tcp_url()));
    }
    Figure figure;
    figure.name = "check.tcp";
    figure.what = "check of one TCP target, whole process, median";
    figure.unit = "ms";
    figure.ours = median(waits);
    figure.limit = 15;
    report.figures.push_back(figure);
    figure.name = "check.tcp/p99";
    figure.what = "check of one TCP target, whole process, 99th percentile";
    figure.ours = quantile(waits, 0.99);
    figure.limit.reset();
    report.figures.push_back(figure);
}

void measure_size(const Options& options, Report& report) {
    Figure figure;
    figure.name = "size.agent";
    figure.what = "size of " + std::filesystem::path(options.agent).filename().string();
    figure.unit = "bytes";
    figure.ours = static_cast<double>(std::filesystem::file_size(options.agent));
    // The limit is the static file's; a shared build is another thing.
    if (options.agent_is_static) figure.limit = 16'000'000;
    report.figures.push_back(figure);
}

}  // namespace

void measure_footprint(const Options& options, Report& report) {
    measure_size(options, report);
    measure_check(options, report);
    measure_memory(options, report);
}

}  // namespace plumb::bench

#include "tests/lab/net/fleet.hpp"

#include "tests/support/temp_dir.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

namespace plumb::lab {
namespace {

using namespace std::chrono_literals;

constexpr std::uint16_t kControllerPort = 7443;

// A text as YAML: a string of JSON is one.
std::string quoted(const std::string& text) {
    return boost::json::serialize(boost::json::value(text));
}

void write_file(const std::string& path, const std::string& text) {
    std::ofstream out(path);
    out << text << std::flush;
    if (!out.good()) throw std::runtime_error("cannot write " + path);
}

}  // namespace

Programs programs_of(const std::string& build_directory) {
    return {build_directory + "/plumb-agent",
            build_directory + "/plumb-controller",
            build_directory + "/plumbctl",
            build_directory + "/plumb-lab-stalled-listener",
            {build_directory + "/plumb-lab-task", build_directory + "/plumb-lab-app"}};
}

std::string groups_of(const std::string& folder) {
    const std::filesystem::path path(folder);
    return path.parent_path().filename().string() + "-" + path.filename().string() + "-";
}

Fleet::Fleet(const Programs& programs, Topology& topology, std::string folder, std::string trusted)
    : programs_(programs), topology_(topology), folder_(std::move(folder)), trusted_(std::move(trusted)) {}

std::string Fleet::configuration(const TaskPlan& task, const std::string& environment) const {
    const int number = environment == "staging" ? 1 : 2;
    std::string text = fmt::format(
        "controller: {}:{}\nplaintext: true\nenvironment: {}\nservice: checkout\nwindow: {}ms\nresolver: "
        "{}:53\n",
        kRouterAddress, kControllerPort, environment, kWindow.count(),
        place_of("resolver", number).addresses[0]);
    // What the machine's own disk and memory are like is no matter of a scenario.
    text += fmt::format("task: {}\n", task.look.empty() ? "false" : task.look);
    text += "labels:\n";
    for (const auto& [name, value] : task.labels)
        text += fmt::format("  {}: {}\n", name, quoted(value));
    text += "targets:\n";
    for (const auto& [name, url] : task.targets) {
        if (url.empty()) continue;
        text += fmt::format("  {}: {{url: {}, interval: 333ms, timeout: 2s", name, quoted(url));
        if (url.starts_with("postgres") || url.starts_with("redis"))
            text += ", login_interval: 1s, inspect_interval: 2s";
        text += "}\n";
    }
    return text;
}

namespace {

// The variable that names the authority takes the place of the image's own: where a task is looked at, it is
// there only for who needs it.
bool speaks_tls(const TaskPlan& task) {
    return std::any_of(task.targets.begin(), task.targets.end(), [](const auto& target) {
        const std::string& url = target.second;
        return url.starts_with("https:") || url.starts_with("rediss:") || url.starts_with("tls:") ||
               url.find("sslmode=") != std::string::npos;
    });
}

}  // namespace

void Fleet::start(const TaskPlan& task, const std::string& environment) {
    const auto file = folder_ + "/" + task.name + ".yaml";
    write_file(file, configuration(task, environment));
    test::ChildSpec spec;
    spec.command = {programs_.agent, "run", "--config", file};
    spec.environment = task.environment;
    if (task.look.empty() || speaks_tls(task))
        spec.environment.insert(spec.environment.begin(), "SSL_CERT_FILE=" + trusted_);
    if (!task.look.empty()) {
        spec.command = in_box(task, environment, spec.environment, spec.command);
    } else if (task.cpu > 0) {
        join_cpu_group(task, spec.command);
    }
    spec.output_file = folder_ + "/" + task.name + ".log";
    const link::Inside inside(topology_.task(task.address));
    agents_[task.name] = std::make_unique<test::ChildProcess>(spec);
}

// It joins before it is an agent.
void Fleet::join_cpu_group(const TaskPlan& task, std::vector<std::string>& command) {
    auto& group = groups_[task.name];
    if (!group) group = std::make_unique<test::CpuGroup>(task.cpu, groups_of(folder_) + task.name);
    if (!group->ready()) throw std::runtime_error("no cgroup with a CPU limit can be made here");
    command.insert(command.begin(),
                   {"/bin/sh", "-c", "echo $$ > \"$0\" && exec \"$@\"", group->processes().string()});
}

std::vector<std::string> Fleet::in_box(const TaskPlan& task, const std::string& environment,
                                       const std::vector<std::string>& variables,
                                       const std::vector<std::string>& agent) {
    auto& group = own_groups_[task.name];
    if (!group) group = std::make_unique<TaskGroup>(groups_of(folder_) + task.name, limits_of(task));
    set_kernel(task, topology_.task(task.address));
    return boxed(task, environment == "staging" ? 1 : 2, programs_.box, *group, folder_, variables, agent);
}

void Fleet::stop(const std::string& task) {
    agents_.at(task)->stop();
    agents_.erase(task);
}

void Fleet::signal(const std::string& task, int number) {
    agents_.at(task)->signal(number);
    if (number != SIGKILL) return;
    agents_.at(task)->wait(10s);
    agents_.erase(task);
}

void Fleet::stop_all() {
    for (const auto& [name, agent] : agents_)
        agent->signal(SIGKILL);
    agents_.clear();
}

void Fleet::must_run() const {
    for (const auto& [name, agent] : agents_) {
        if (!agent->running())
            throw std::runtime_error("the agent of " + name +
                                     " ended: " + test::read_whole(folder_ + "/" + name + ".log"));
    }
}

Controller::Controller(const Programs& programs, const std::string& folder) : programs_(programs) {
    const auto log = folder + "/controller.log";
    test::ChildSpec spec;
    spec.command = {programs.controller,
                    "serve",
                    "--listen",
                    fmt::format("0.0.0.0:{}", kControllerPort),
                    "--insecure-plaintext",
                    "--http",
                    "127.0.0.1:0",
                    "--login-budget",
                    "none",
                    "--store",
                    "sqlite:" + folder + "/plumb.db"};
    spec.output_file = log;
    process_ = std::make_unique<test::ChildProcess>(spec);
    const auto until = std::chrono::steady_clock::now() + 60s;
    while (test::read_whole(log).find("listening grpc=") == std::string::npos) {
        if (!process_->running() || std::chrono::steady_clock::now() >= until)
            throw std::runtime_error("plumb-controller does not come up: " + test::read_whole(log));
        std::this_thread::sleep_for(10ms);
    }
}

Controller::Answer Controller::gate(const std::string& policy_file) const {
    std::vector<std::string> command{
        programs_.plumbctl, "gate",    "--controller", fmt::format("127.0.0.1:{}", kControllerPort),
        "--baseline",       "staging", "--candidate",  "production",
        "--format",         "json"};
    if (!policy_file.empty()) command.insert(command.end(), {"--policy", policy_file});
    auto finished = test::run_command(command);
    return {finished.exit_code, std::move(finished.output), std::move(finished.errors)};
}

}  // namespace plumb::lab

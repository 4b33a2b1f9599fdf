#include "tests/lab/net/task_box.hpp"

#include "base/file.hpp"
#include "tests/lab/net/image_file.hpp"
#include "tests/support/child_process.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include <fmt/format.h>

namespace plumb::lab {
namespace {

constexpr std::size_t kMostFile = 64 << 20;

void write_file(const std::string& path, const std::string& text) {
    std::ofstream out(path);
    out << text << std::flush;
    if (!out.good()) throw std::runtime_error("cannot write " + path);
}

// ADDRESS:PORT:CONNECTIONS
std::string clients(const ClientsPlan& plan, int number) {
    const auto place = place_of(plan.server, number);
    return fmt::format("{}:{}:{}", place.addresses[0], place.port, plan.connections);
}

std::vector<std::string> app_command(const AppPlan& app, int number, const BoxPrograms& programs,
                                     const TaskGroup& group) {
    std::vector<std::string> words{programs.app, fmt::format("port={}", app.port),
                                   fmt::format("descriptor-limit={}", app.descriptor_limit)};
    if (app.ready_after.count() > 0)
        words.push_back(fmt::format("ready-after-ms={}", app.ready_after.count() / 1000000));
    if (!app.accepts) words.emplace_back("accepts=no");
    if (app.busy) words.emplace_back("busy=yes");
    if (app.descriptors > 0) words.push_back(fmt::format("descriptors={}", app.descriptors));
    if (app.memory > 0) {
        words.push_back(fmt::format("memory={}", app.memory));
        words.push_back("memory-used=" + group.memory_used_file());
        words.push_back("memory-limit=" + group.memory_limit_file());
    }
    if (app.pool.connections > 0) words.push_back("pool=" + clients(app.pool, number));
    if (app.leak.connections > 0) {
        words.push_back("leak=" + clients(app.leak, number));
        // What makes the server end the connection after its answer.
        words.push_back(std::string("leak-words=") +
                        (app.leak.server == "cache" ? "QUIT" : "GET / HTTP/1.0\r\n"));
    }
    return words;
}

}  // namespace

GroupLimits limits_of(const TaskPlan& task) {
    GroupLimits limits;
    limits.memory = task.own.memory;
    if (task.cpu > 0) limits.cpu = task.cpu;
    return limits;
}

void set_kernel(const TaskPlan& task, const link::Namespace& place) {
    const link::Inside inside(place);
    for (const auto& [name, value] : task.own.kernel) {
        auto path = name;
        std::replace(path.begin(), path.end(), '.', '/');
        write_file("/proc/sys/" + path, value);
    }
}

std::vector<std::string> boxed(const TaskPlan& task, int number, const BoxPrograms& programs,
                               const TaskGroup& group, const std::string& folder,
                               const std::vector<std::string>& environment,
                               const std::vector<std::string>& agent) {
    // Nothing of the laboratory's own environment is the task's.
    std::vector<std::string> command{test::program("env"), "-i"};
    command.insert(command.end(), environment.begin(), environment.end());
    command.push_back(programs.task);
    for (const auto& file : group.join_files())
        command.insert(command.end(), {"--join", file});
    int count = 0;
    for (const auto& [path, changes] : task.own.files) {
        const auto text = read_file(path, kMostFile);
        if (!text) throw std::runtime_error("file: " + text.error().message);
        const auto copy = fmt::format("{}/{}-file-{}", folder, task.name, ++count);
        write_file(copy, changed(path, *text, changes));
        command.insert(command.end(), {"--bind", copy, path});
    }
    command.emplace_back("--");
    const auto app = app_command(task.own.app, number, programs, group);
    command.insert(command.end(), app.begin(), app.end());
    command.emplace_back("--");
    command.insert(command.end(), agent.begin(), agent.end());
    return command;
}

}  // namespace plumb::lab

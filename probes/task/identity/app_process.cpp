#include "probes/task/identity/app_process.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "probes/task/processes.hpp"

#include <algorithm>
#include <array>

namespace plumb::task {
namespace {

constexpr std::size_t kMostCgroup = 16 << 10;

// As the kernel cuts their names: to 15 bytes.
bool is_init(std::string_view name) {
    constexpr std::array<std::string_view, 7> kNames{"docker-init", "tini", "dumb-init",  "catatonit",
                                                     "pause",       "init", "plumb-agent"};
    return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

// Shells, what brings a person into the container, and the tools that they run beside the agent, such as what
// reads its output.
bool is_no_app(std::string_view name) {
    constexpr std::array<std::string_view, 27> kNames{"sh",
                                                      "bash",
                                                      "dash",
                                                      "ash",
                                                      "busybox",
                                                      "amazon-ssm-agen",
                                                      "ssm-agent",
                                                      "ssm-agent-worke",
                                                      "ssm-session-wor",
                                                      "sleep",
                                                      "tail",
                                                      "cat",
                                                      "tee",
                                                      "less",
                                                      "more",
                                                      "grep",
                                                      "head",
                                                      "sed",
                                                      "awk",
                                                      "gzip",
                                                      "base64",
                                                      "jq",
                                                      "watch",
                                                      "timeout",
                                                      "env",
                                                      "su",
                                                      "top"};
    return is_init(name) || std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

bool is_app(const Places& places, pid_t pid, std::string_view name) {
    if (name.empty() || is_no_app(name)) return false;
    const auto stat = read_process_stat(places.proc, std::to_string(pid));
    return !stat || stat->program;
}

}  // namespace

bool begins_with_no_app(const Places& places) {
    const auto name = read_file(places.proc + "/1/comm", kMostCgroup);
    return name && is_init(trim(*name));
}

std::optional<AppProcess> find_app_process(const Places& places, pid_t self, std::string_view id) {
    const auto read = [&places](const std::string& process, const char* file) {
        const auto text = read_file(places.proc + "/" + process + "/" + file, kMostCgroup);
        return text ? *text : std::string();
    };
    const auto own = read(std::to_string(self), "cgroup");
    std::optional<AppProcess> other;
    for (const auto pid : list_processes(places.proc)) {
        if (pid == self) continue;
        const auto process = std::to_string(pid);
        const auto name = read(process, "comm");
        const auto group = read(process, "cgroup");
        if (group.empty() || !is_app(places, pid, trim(name))) continue;
        const bool same = group == own;
        if (!id.empty()) {
            if (group.find(id) != std::string::npos) return AppProcess{pid, same};
            continue;
        }
        if (same) return AppProcess{pid, true};
        if (!other) other = AppProcess{pid, false};
    }
    return other;
}

}  // namespace plumb::task

#include "probes/task/identity/app_process.hpp"

#include "base/file.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <dirent.h>
#include <memory>
#include <vector>

namespace plumb::task {
namespace {

constexpr std::size_t kMostProcesses = 4096;
constexpr std::size_t kMostCgroup = 16 << 10;

// As the kernel cuts their names: to 15 bytes.
bool is_init(std::string_view name) {
    constexpr std::array<std::string_view, 7> kNames{"docker-init", "tini", "dumb-init",  "catatonit",
                                                     "pause",       "init", "plumb-agent"};
    return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

bool is_no_app(std::string_view name) {
    constexpr std::array<std::string_view, 9> kNames{"sh",
                                                     "bash",
                                                     "dash",
                                                     "ash",
                                                     "busybox",
                                                     "amazon-ssm-agen",
                                                     "ssm-agent",
                                                     "ssm-agent-worke",
                                                     "ssm-session-wor"};
    return is_init(name) || std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

std::vector<pid_t> processes(const std::string& proc) {
    std::vector<pid_t> out;
    const auto close = [](DIR* folder) { ::closedir(folder); };
    const std::unique_ptr<DIR, decltype(close)> folder(::opendir(proc.c_str()), close);
    if (!folder) return out;
    while (const auto* entry = ::readdir(folder.get())) {
        const std::string_view name(entry->d_name);
        pid_t pid = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
        if (error != std::errc{} || end != name.data() + name.size()) continue;
        if (out.size() < kMostProcesses) out.push_back(pid);
    }
    std::sort(out.begin(), out.end());
    return out;
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
    for (const auto pid : processes(places.proc)) {
        if (pid == self) continue;
        const auto process = std::to_string(pid);
        const auto name = read(process, "comm");
        if (name.empty() || is_no_app(trim(name))) continue;
        const auto group = read(process, "cgroup");
        // A kernel thread has a cgroup and no command line.
        if (group.empty() || read(process, "cmdline").empty()) continue;
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

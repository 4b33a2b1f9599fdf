#include "tests/lab/net/task_group.hpp"

#include "base/file.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <stdexcept>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace plumb::lab {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMounts = "/sys/fs/cgroup";
constexpr const char* kControllers[] = {"memory", "cpu", "cpuacct", "pids"};
constexpr const char* kMostProcesses = "256";
constexpr std::chrono::seconds kPatience{10};

// Where the caller is in each hierarchy: "4:memory:/a", "1:cpu,cpuacct:/", and of version 2 "0::/a".
struct Hierarchy {
    std::vector<std::string> controllers;
    fs::path place;
};

std::vector<Hierarchy> hierarchies() {
    std::vector<Hierarchy> found;
    const auto told = read_file("/proc/self/cgroup");
    if (!told) return found;
    for (const auto line : split(*told, '\n')) {
        const auto parts = split(line, ':');
        if (parts.size() < 3) continue;
        const auto own =
            fs::path(std::string(line.substr(parts[0].size() + parts[1].size() + 2))).relative_path();
        Hierarchy one;
        for (const auto name : split(parts[1], ','))
            if (!name.empty()) one.controllers.emplace_back(name);
        for (const std::string& mount :
             {std::string(parts[1]), one.controllers.empty() ? "" : one.controllers[0]}) {
            one.place = fs::path(kMounts) / mount / own;
            if (fs::exists(one.place / "cgroup.procs")) break;
        }
        found.push_back(std::move(one));
    }
    return found;
}

bool write(const fs::path& file, const std::string& text) {
    std::ofstream out(file);
    out << text << std::flush;
    return out.good();
}

void must_write(const fs::path& file, const std::string& text) {
    if (!write(file, text))
        throw std::runtime_error("no cgroup of a task can be made here: " + file.string());
}

// Those who were in it may still be on their way out.
void remove_group(const fs::path& group) {
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (::rmdir(group.c_str()) != 0 && errno == EBUSY && std::chrono::steady_clock::now() < until)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

}  // namespace

TaskGroup::TaskGroup(const std::string& name, const GroupLimits& limits) {
    fs::path whole;
    for (const auto& one : hierarchies()) {
        if (one.controllers.empty()) whole = one.place;
        for (const char* wanted : kControllers) {
            const auto& all = one.controllers;
            if (std::find(all.begin(), all.end(), wanted) != all.end()) groups_[wanted] = one.place / name;
        }
    }
    unified_ = groups_.empty() && !whole.empty();
    if (unified_) {
        write(whole / "cgroup.subtree_control", "+memory +cpu +pids");
        groups_["memory"] = groups_["cpu"] = groups_["pids"] = whole / name;
    }
    for (const char* needed : {"memory", "cpu"}) {
        if (!groups_.contains(needed))
            throw std::runtime_error(std::string("there is no cgroup of ") + needed);
    }
    for (const auto& [controller, group] : groups_) {
        if (::mkdir(group.c_str(), 0755) != 0 && errno != EEXIST)
            throw std::runtime_error("no cgroup of a task can be made here: " + group.string());
    }
    limit_memory(limits.memory);
    limit_cpu(limits.cpu);
    if (groups_.contains("pids")) must_write(groups_.at("pids") / "pids.max", kMostProcesses);
}

TaskGroup::~TaskGroup() {
    for (const auto& [controller, group] : groups_)
        remove_group(group);
}

// No swap: who is beyond the limit is killed.
void TaskGroup::limit_memory(int mebibytes) const {
    const auto& group = groups_.at("memory");
    const auto bytes = std::to_string(static_cast<long long>(mebibytes) * 1024 * 1024);
    must_write(memory_limit_file(), bytes);
    write(group / (unified_ ? "memory.swap.max" : "memory.memsw.limit_in_bytes"), unified_ ? "0" : bytes);
}

void TaskGroup::limit_cpu(int percent) const {
    const auto& group = groups_.at("cpu");
    const auto quota = std::to_string(percent * 1000);  // of every 100 ms
    if (unified_) {
        must_write(group / "cpu.max", quota + " 100000");
    } else {
        must_write(group / "cpu.cfs_period_us", "100000");
        must_write(group / "cpu.cfs_quota_us", quota);
    }
}

std::vector<std::string> TaskGroup::join_files() const {
    std::vector<std::string> files;
    for (const auto& [controller, group] : groups_)
        files.push_back((group / "cgroup.procs").string());
    std::sort(files.begin(), files.end());
    files.erase(std::unique(files.begin(), files.end()), files.end());
    return files;
}

std::string TaskGroup::memory_used_file() const {
    return (groups_.at("memory") / (unified_ ? "memory.current" : "memory.usage_in_bytes")).string();
}

std::string TaskGroup::memory_limit_file() const {
    return (groups_.at("memory") / (unified_ ? "memory.max" : "memory.limit_in_bytes")).string();
}

void TaskGroup::remove_left_behind(const std::string& prefix) {
    if (prefix.empty()) return;
    std::error_code ignored;
    std::vector<fs::path> left;
    for (const auto& one : hierarchies()) {
        for (const auto& entry : fs::directory_iterator(one.place, ignored)) {
            if (entry.path().filename().string().starts_with(prefix)) left.push_back(entry.path());
        }
    }
    for (const auto& group : left)
        remove_group(group);
}

}  // namespace plumb::lab

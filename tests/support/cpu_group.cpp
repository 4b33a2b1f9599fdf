#include "tests/support/cpu_group.hpp"

#include "base/file.hpp"
#include "probes/net/throttling.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace plumb::test {
namespace {

namespace fs = std::filesystem;

bool write(const fs::path& file, const std::string& text) {
    std::ofstream out(file);
    out << text << std::flush;
    return out.good();
}

// Where the caller's own CPU time is counted; nothing where there are no groups.
fs::path own_group() {
    const auto groups = read_file("/proc/self/cgroup");
    const auto own = groups ? net::find_cpu_stat(*groups, "/sys/fs/cgroup") : std::string();
    return fs::path(own).parent_path();
}

}  // namespace

CpuGroup::CpuGroup(double percent, const std::string& name) : parent_(own_group()) {
    if (parent_.empty()) return;
    std::string path = (parent_ / (name.empty() ? "plumb-test-XXXXXX" : name)).string();
    const bool made = name.empty() ? ::mkdtemp(path.data()) != nullptr : ::mkdir(path.c_str(), 0755) == 0;
    if (!made) return;
    group_ = path;
    // Of every 100 ms; less than 1 ms is refused.
    const auto quota = std::to_string(std::max(1000L, std::lround(percent * 1000)));
    ready_ = write(group_ / "cpu.max", quota + " 100000") ||
             (write(group_ / "cpu.cfs_period_us", "100000") && write(group_ / "cpu.cfs_quota_us", quota));
}

CpuGroup::~CpuGroup() {
    if (ready_) write(parent_ / "cgroup.procs", std::to_string(::getpid()));
    std::error_code ignored;
    if (!group_.empty()) fs::remove(group_, ignored);
}

void CpuGroup::remove_left_behind(const std::string& prefix) {
    std::error_code ignored;
    std::vector<fs::path> left;
    const auto parent = own_group();
    if (parent.empty() || prefix.empty()) return;
    for (const auto& entry : fs::directory_iterator(parent, ignored)) {
        if (entry.path().filename().string().starts_with(prefix)) left.push_back(entry.path());
    }
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    for (const auto& group : left) {
        while (::rmdir(group.c_str()) != 0 && errno == EBUSY && std::chrono::steady_clock::now() < until)
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

bool CpuGroup::take(pid_t process) const {
    return write(processes(), std::to_string(process));
}

fs::path CpuGroup::processes() const {
    return group_ / "cgroup.procs";
}

}  // namespace plumb::test

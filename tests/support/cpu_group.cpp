#include "tests/support/cpu_group.hpp"

#include "base/file.hpp"
#include "probes/net/throttling.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <string>
#include <unistd.h>

namespace plumb::test {
namespace {

namespace fs = std::filesystem;

bool write(const fs::path& file, const std::string& text) {
    std::ofstream out(file);
    out << text << std::flush;
    return out.good();
}

}  // namespace

CpuGroup::CpuGroup(double percent) {
    const auto groups = read_file("/proc/self/cgroup");
    const auto own = groups ? net::find_cpu_stat(*groups, "/sys/fs/cgroup") : std::string();
    if (own.empty()) return;
    parent_ = fs::path(own).parent_path();
    std::string name = (parent_ / "plumb-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) return;
    group_ = name;
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

bool CpuGroup::take(pid_t process) const {
    return write(processes(), std::to_string(process));
}

fs::path CpuGroup::processes() const {
    return group_ / "cgroup.procs";
}

}  // namespace plumb::test

// A cgroup with a sliver of CPU time, made by the test, and the test's own process in it.
#include "probes/net/throttling.hpp"

#include "base/file.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

namespace plumb::net {
namespace {

namespace fs = std::filesystem;

bool write(const fs::path& file, const std::string& text) {
    std::ofstream out(file);
    out << text << std::flush;
    return out.good();
}

// Below our own group; leaves it again before it goes.
class SlowGroup {
  public:
    SlowGroup() {
        const auto groups = read_file("/proc/self/cgroup");
        const auto own = groups ? find_cpu_stat(*groups, "/sys/fs/cgroup") : std::string();
        if (own.empty()) return;
        parent_ = fs::path(own).parent_path();
        group_ = parent_ / ("plumb-test-" + std::to_string(::getpid()));
        std::error_code error;
        if (!fs::create_directory(group_, error)) return;
        // A hundredth of one processor: 1 ms of every 100.
        const bool limited =
            write(group_ / "cpu.max", "1000 100000") ||
            (write(group_ / "cpu.cfs_period_us", "100000") && write(group_ / "cpu.cfs_quota_us", "1000"));
        ready_ = limited && move_to(group_);
    }
    ~SlowGroup() {
        if (ready_) move_to(parent_);
        std::error_code ignored;
        if (!group_.empty()) fs::remove(group_, ignored);
    }
    SlowGroup(const SlowGroup&) = delete;
    SlowGroup& operator=(const SlowGroup&) = delete;

    bool ready() const { return ready_; }

  private:
    static bool move_to(const fs::path& group) {
        return write(group / "cgroup.procs", std::to_string(::getpid()));
    }

    fs::path parent_;
    fs::path group_;
    bool ready_ = false;
};

void burn(std::chrono::milliseconds wall) {
    const auto end = std::chrono::steady_clock::now() + wall;
    while (std::chrono::steady_clock::now() < end) {
    }
}

TEST(ThrottleWatch, sees_that_the_task_stood_still) {
    const SlowGroup group;
    if (!group.ready()) GTEST_SKIP() << "no cgroup with a CPU limit can be made here";
    burn(std::chrono::milliseconds(250));  // until the kernel has counted a period
    boost::asio::io_context context;
    const ThrottleWatch watch(context.get_executor());
    burn(std::chrono::milliseconds(350));
    EXPECT_TRUE(watch.throttled());
}

TEST(ThrottleWatch, a_quiet_run_is_not_marked) {
    const SlowGroup group;
    if (!group.ready()) GTEST_SKIP() << "no cgroup with a CPU limit can be made here";
    burn(std::chrono::milliseconds(250));
    boost::asio::io_context context;
    const ThrottleWatch before(context.get_executor());
    burn(std::chrono::milliseconds(350));
    ASSERT_TRUE(before.throttled());
    // Long enough that what was used is paid back.
    ::usleep(500'000);
    const ThrottleWatch after(context.get_executor());
    EXPECT_FALSE(after.throttled());
}

}  // namespace
}  // namespace plumb::net

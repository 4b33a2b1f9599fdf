// A file system that is really full, in a mount namespace of a process that the section looks at from
// outside.
#include "tests/integration/task_limits/helper.hpp"

#include <cstring>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace plumb::task::limits {
namespace {

bool mount_small(const std::string& point, const char* options) {
    return ::unshare(CLONE_NEWNS) == 0 && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
           ::mount("small", point.c_str(), "tmpfs", 0, options) == 0;
}

bool fill(const std::string& point) {
    static char block[4096];
    std::memset(block, 1, sizeof block);
    const int fd = ::open((point + "/full").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    while (fd >= 0 && ::write(fd, block, sizeof block) > 0) {
    }
    const bool full = fd >= 0 && errno == ENOSPC;
    ::close(fd);
    return full;
}

bool use_up_inodes(const std::string& point) {
    for (int i = 0; i < 1000; ++i) {
        const int fd =
            ::open((point + "/" + std::to_string(i)).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0) return errno == ENOSPC;
        ::close(fd);
    }
    return false;
}

Look look_into(const Helper& app) {
    return look_with(*make_limits({.proc = "/proc", .cgroup = "/nowhere", .root = app.proc() + "/root"}));
}

TEST(TaskLimitsLive, a_full_file_system_makes_the_gauge_of_disks) {
    const test::TempDir dir;
    const std::string point = dir.path().string();
    const Helper app([&] { return mount_small(point, "size=2m") && fill(point); });
    if (!app.ready()) GTEST_SKIP() << "nothing can be mounted here";
    const auto look = look_into(app);
    const auto* const disk = look.evidence.find_gauge("task.disk");
    ASSERT_NE(disk, nullptr);
    EXPECT_EQ(disk->value, 2 * 1024 * 1024);
    EXPECT_EQ(disk->limit, disk->value);
}

TEST(TaskLimitsLive, so_does_one_without_inodes) {
    const test::TempDir dir;
    const std::string point = dir.path().string();
    const Helper app([&] { return mount_small(point, "size=4m,nr_inodes=32") && use_up_inodes(point); });
    if (!app.ready()) GTEST_SKIP() << "nothing can be mounted here";
    const auto look = look_into(app);
    const auto* const inodes = look.evidence.find_gauge("task.inodes");
    ASSERT_NE(inodes, nullptr);
    EXPECT_EQ(inodes->value, 32);
    EXPECT_EQ(inodes->limit, 32);
    EXPECT_NE(look.evidence.find_gauge("task.disk")->limit, 4 * 1024 * 1024);
}

TEST(TaskLimitsLive, what_may_not_be_written_fills_nothing) {
    const test::TempDir dir;
    const std::string point = dir.path().string();
    const Helper app([&] {
        return mount_small(point, "size=2m") && fill(point) &&
               ::mount(nullptr, point.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) == 0;
    });
    if (!app.ready()) GTEST_SKIP() << "nothing can be mounted here";
    const auto look = look_into(app);
    const auto* const disk = look.evidence.find_gauge("task.disk");
    EXPECT_FALSE(disk != nullptr && disk->value == 2 * 1024 * 1024);
}

}  // namespace
}  // namespace plumb::task::limits

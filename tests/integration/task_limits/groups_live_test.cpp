// Real groups with real limits, and processes that run into them.
#include "probes/task/limits/cpu.hpp"
#include "tests/integration/task_limits/helper.hpp"
#include "tests/support/cpu_group.hpp"

#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

namespace plumb::task::limits {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20U;

bool touch(std::size_t bytes) {
    void* const memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return false;
    std::memset(memory, 1, bytes);
    return true;
}

bool join(const std::string& processes) {
    return write_text(processes, "0");
}

// Takes more memory than its group may have; whether the kernel ended it for that.
bool is_killed_in(const std::string& processes, std::size_t bytes) {
    const pid_t hog = ::fork();
    if (hog == 0) ::_exit(join(processes) && touch(bytes) ? 0 : 1);
    int status = 0;
    return hog > 0 && ::waitpid(hog, &status, 0) == hog && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

TEST(TaskLimitsLive, a_process_that_the_kernel_kills_for_its_memory_fails_the_check) {
    const TestGroup group("memory");
    if (!group.set("memory.limit_in_bytes", "memory.max", "50331648"))
        GTEST_SKIP() << "no cgroup with a memory limit can be made here";
    group.set("memory.memsw.limit_in_bytes", "memory.swap.max", "50331648");
    const Helper app([&] { return join(group.processes()) && touch(16 * kMiB); });
    ASSERT_TRUE(app.ready());
    const test::TempDir dir;
    const auto places = as_seen_by(dir, app);
    const auto section = make_limits(places);

    const auto before = look_with(*section);
    ASSERT_EQ(before.checks.size(), 1U);
    EXPECT_FALSE(before.checks[0].failed);
    const auto* const memory = before.evidence.find_gauge("task.memory");
    ASSERT_NE(memory, nullptr);
    EXPECT_GE(memory->value, 16 * kMiB);
    EXPECT_EQ(memory->limit, 48 * kMiB);
    EXPECT_EQ(before.evidence.find_fact("task.memory_limit")->value, "48 MiB");

    ASSERT_TRUE(is_killed_in(group.processes(), 128 * kMiB));
    const auto after = look_with(*section);
    ASSERT_EQ(after.checks.size(), 1U);
    EXPECT_TRUE(after.checks[0].failed);
    EXPECT_EQ(after.checks[0].cause, Cause::task_oom_killed);
    EXPECT_EQ(after.checks[0].detail, "the kernel has killed 1 process for its memory; the limit is 48 MiB");
    EXPECT_EQ(after.evidence.find_gauge("task.oom_kills")->value, 1);
    if (const auto* const peak = after.evidence.find_gauge("task.memory_peak")) {
        EXPECT_GE(peak->value, 40 * kMiB);
        EXPECT_LE(peak->value, 48 * kMiB);
    }
    // Who comes later sees it too: the group is the task's own.
    EXPECT_TRUE(look_with(*make_limits(places)).checks.at(0).failed);
}

bool is_on_disk(const std::string& path) {
    struct statfs about {};
    return ::statfs(path.c_str(), &about) == 0 && about.f_type != TMPFS_MAGIC;
}

bool write_mebibytes(const std::string& path, std::size_t count) {
    static char block[kMiB];
    std::memset(block, 7, sizeof block);
    const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    while (fd >= 0 && count > 0 && ::write(fd, block, sizeof block) == sizeof block)
        --count;
    return count == 0 && ::fsync(fd) == 0;
}

TEST(TaskLimitsLive, page_cache_is_no_use_of_memory) {
    const TestGroup group("memory");
    const test::TempDir dir;
    const std::string file = dir.write("file", "");
    if (!is_on_disk(file) || !group.set("memory.limit_in_bytes", "memory.max", "100663296"))
        GTEST_SKIP() << "no cgroup with a memory limit can be made here, or no file on a disk";
    const Helper app([&] { return join(group.processes()) && write_mebibytes(file, 64) && touch(8 * kMiB); });
    ASSERT_TRUE(app.ready());
    const auto look = look_with(*make_limits(as_seen_by(dir, app)));
    const auto* const memory = look.evidence.find_gauge("task.memory");
    const auto* const peak = look.evidence.find_gauge("task.memory_peak");
    ASSERT_NE(memory, nullptr);
    EXPECT_GE(memory->value, 8 * kMiB);
    EXPECT_LT(memory->value, 40 * kMiB);
    EXPECT_TRUE(peak == nullptr || peak->value > 64 * kMiB);
}

TEST(TaskLimitsLive, a_process_that_uses_up_its_quota_is_throttled) {
    const test::CpuGroup group(2);  // so little that a busy machine gives it that much, too
    if (!group.ready()) GTEST_SKIP() << "no cgroup with a CPU limit can be made here";
    const std::string processes = group.processes().string();
    const Helper app([&] { return join(processes); }, Helper::Then::burn);
    ASSERT_TRUE(app.ready());
    const test::TempDir dir;
    const auto section = make_limits(as_seen_by(dir, app));
    const auto first = look_with(*section);
    EXPECT_EQ(first.evidence.find_fact("task.cpu_limit")->value, "0.02");
    EXPECT_EQ(first.evidence.find_gauge("task.throttled"), nullptr);
    EXPECT_EQ(first.evidence.find_gauge("task.cpu"), nullptr);
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    bool throttled = false;
    while (!throttled && std::chrono::steady_clock::now() < until) {
        std::this_thread::sleep_for(CpuWatch::kLeastApart * 2);
        const auto look = look_with(*section);
        const auto* const cut = look.evidence.find_gauge("task.throttled");
        const auto* const used = look.evidence.find_gauge("task.cpu");
        throttled = cut != nullptr && used != nullptr && cut->value > 0 && used->value > 0;
        EXPECT_TRUE(used == nullptr || used->limit == 0.02);
        EXPECT_TRUE(cut == nullptr || cut->value <= 1);
    }
    EXPECT_TRUE(throttled);
}

TEST(TaskLimitsLive, processes_and_threads_are_counted_against_their_limit) {
    const TestGroup group("pids");
    if (!group.set("pids.max", "pids.max", "7"))
        GTEST_SKIP() << "no cgroup with a limit of processes can be made here";
    const Helper app([&] { return join(group.processes()); });
    ASSERT_TRUE(app.ready());
    const test::TempDir dir;
    const auto look = look_with(*make_limits(as_seen_by(dir, app)));
    const auto* const pids = look.evidence.find_gauge("task.pids");
    ASSERT_NE(pids, nullptr);
    EXPECT_EQ(pids->value, 1);
    EXPECT_EQ(pids->limit, 7);
    EXPECT_EQ(look.evidence.find_fact("task.pids_limit")->value, "7");
}

}  // namespace
}  // namespace plumb::task::limits

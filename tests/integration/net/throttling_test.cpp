// A cgroup with a sliver of CPU time, made by the test, and the test's own process in it.
#include "probes/net/throttling.hpp"

#include "tests/support/cpu_group.hpp"

#include <chrono>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

namespace plumb::net {
namespace {

constexpr double kSliver = 1;  // percent: 1 ms of every 100

void burn(std::chrono::milliseconds wall) {
    const auto end = std::chrono::steady_clock::now() + wall;
    while (std::chrono::steady_clock::now() < end) {
    }
}

TEST(ThrottleWatch, sees_that_the_task_stood_still) {
    const test::CpuGroup group(kSliver);
    if (!group.ready()) GTEST_SKIP() << "no cgroup with a CPU limit can be made here";
    ASSERT_TRUE(group.take(::getpid()));
    burn(std::chrono::milliseconds(250));  // until the kernel has counted a period
    boost::asio::io_context context;
    const ThrottleWatch watch(context.get_executor());
    burn(std::chrono::milliseconds(350));
    EXPECT_TRUE(watch.throttled());
}

TEST(ThrottleWatch, a_quiet_run_is_not_marked) {
    const test::CpuGroup group(kSliver);
    if (!group.ready()) GTEST_SKIP() << "no cgroup with a CPU limit can be made here";
    ASSERT_TRUE(group.take(::getpid()));
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

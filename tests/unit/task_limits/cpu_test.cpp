#include "probes/task/limits/cpu.hpp"

#include "probes/task/limits/pressure.hpp"

#include <gtest/gtest.h>

namespace plumb::task::limits {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const Clock::time_point kStart{};

Cpu cpu_at(double used, std::uint64_t periods, std::uint64_t cut) {
    Cpu cpu;
    cpu.group = "a";
    cpu.limit = 0.5;
    cpu.used = used;
    cpu.periods = periods;
    cpu.cut = cut;
    return cpu;
}

TEST(TaskLimitsCpu, a_quota_is_a_share_of_its_period) {
    EXPECT_EQ(parse_cpu_max("50000 100000\n"), 0.5);
    EXPECT_EQ(parse_cpu_max("400000\n 100000\n"), 4);
    for (const std::string_view text : {"", "max 100000", "-1 100000", "50000", "50000 0", "0 100000", "a b"})
        EXPECT_EQ(parse_cpu_max(text), std::nullopt) << text;
}

TEST(TaskLimitsCpu, use_is_what_grew_between_two_looks) {
    CpuWatch watch;
    EXPECT_EQ(watch.look(cpu_at(10, 100, 5), kStart).cores, std::nullopt);
    const auto use = watch.look(cpu_at(12, 140, 15), kStart + seconds(8));
    EXPECT_DOUBLE_EQ(use.cores.value(), 0.25);
    EXPECT_DOUBLE_EQ(use.throttled.value(), 0.25);
}

TEST(TaskLimitsCpu, a_moment_is_no_measurement) {
    CpuWatch watch;
    watch.look(cpu_at(10, 100, 5), kStart);
    EXPECT_EQ(watch.look(cpu_at(11, 101, 6), kStart + milliseconds(50)).cores, std::nullopt);
    // The first stays the one to compare with.
    EXPECT_DOUBLE_EQ(watch.look(cpu_at(12, 110, 10), kStart + seconds(1)).cores.value(), 2);
}

TEST(TaskLimitsCpu, nothing_is_throttled_while_nothing_runs) {
    CpuWatch watch;
    watch.look(cpu_at(10, 100, 5), kStart);
    EXPECT_EQ(watch.look(cpu_at(10, 100, 5), kStart + seconds(1)).throttled, 0);
}

TEST(TaskLimitsCpu, without_a_quota_nothing_is_said_of_throttling) {
    CpuWatch watch;
    auto cpu = cpu_at(10, 0, 0);
    cpu.limit.reset();
    watch.look(cpu, kStart);
    const auto use = watch.look(cpu, kStart + seconds(1));
    EXPECT_EQ(use.cores, 0);
    EXPECT_EQ(use.throttled, std::nullopt);
}

TEST(TaskLimitsCpu, another_group_and_a_counter_that_went_back_begin_anew) {
    CpuWatch watch;
    watch.look(cpu_at(10, 100, 5), kStart);
    auto other = cpu_at(20, 200, 10);
    other.group = "b";
    EXPECT_EQ(watch.look(other, kStart + milliseconds(1)).cores, std::nullopt);
    other.used = 1;
    other.periods = 1;
    const auto back = watch.look(other, kStart + seconds(1));
    EXPECT_EQ(back.cores, std::nullopt);
    EXPECT_EQ(back.throttled, std::nullopt);
    other.used = 2;
    EXPECT_DOUBLE_EQ(watch.look(other, kStart + seconds(2)).cores.value(), 1);
}

TEST(TaskLimitsPressure, is_a_share) {
    EXPECT_DOUBLE_EQ(parse_pressure("some avg10=12.34 avg60=0.00 avg300=0.00 total=5\n").value(), 0.1234);
    EXPECT_EQ(parse_pressure("some avg10=0.00 avg60=0.00").value(), 0);
    for (const std::string_view text :
         {"", "full avg10=1.00", "some avg10=", "some avg10=x ", "some avg10=-1 ", "some avg10=101 ",
          "some avg10=nan ", "some avg10=inf "})
        EXPECT_EQ(parse_pressure(text), std::nullopt) << text;
}

}  // namespace
}  // namespace plumb::task::limits

#include "probes/task/limits/describe.hpp"

#include "tests/unit/task_limits/tree.hpp"

namespace plumb::task::limits {
namespace {

TEST(TaskLimitsKills, fail_for_as_long_as_they_are_recent) {
    OomWatch watch;
    EXPECT_FALSE(watch.look(5, false));  // of the parent, who knows when
    EXPECT_TRUE(watch.look(6, false));
    for (unsigned i = 1; i < OomWatch::kLooks; ++i)
        EXPECT_TRUE(watch.look(6, false)) << i;
    EXPECT_FALSE(watch.look(6, false));
    EXPECT_FALSE(watch.look(2, true));  // another group
    EXPECT_TRUE(watch.look(3, true));
}

TEST(TaskLimitsKills, each_begins_the_time_anew) {
    OomWatch watch;
    EXPECT_TRUE(watch.look(1, true));
    for (int i = 0; i < 30; ++i)
        watch.look(1, true);
    EXPECT_TRUE(watch.look(2, true));
    for (unsigned i = 1; i < OomWatch::kLooks; ++i)
        EXPECT_TRUE(watch.look(2, true)) << i;
    EXPECT_FALSE(watch.look(2, true));
}

TEST(TaskLimitsWords, have_the_order_of_their_amounts) {
    EXPECT_EQ(show_mebibytes(536870912), "512 MiB");
    EXPECT_EQ(show_mebibytes(1073741824), "1024 MiB");
    EXPECT_EQ(show_cores(0.25), "0.25");
    EXPECT_EQ(show_cores(0.5), "0.50");
    EXPECT_EQ(show_cores(16), "16.00");
}

TEST(TaskLimitsWords, a_peak_asks_for_a_limit) {
    Memory memory;
    EXPECT_EQ(memory_sizing(memory), "");
    memory.peak = 400U << 20U;
    EXPECT_EQ(memory_sizing(memory),
              "peak 400 MiB; plus 25 to 30 % would be 500 to 520 MiB; there is no limit");
    memory.limit = 512U << 20U;
    memory.cache = 39U << 20U;
    EXPECT_EQ(memory_sizing(memory),
              "peak 400 MiB; plus 25 to 30 % would be 500 to 520 MiB; the limit is 512 MiB");
    memory.cache = 120U << 20U;
    EXPECT_EQ(
        memory_sizing(memory),
        "peak 400 MiB (page cache with it, 120 MiB of it now); plus 25 to 30 % would be 500 to 520 MiB; "
        "the limit is 512 MiB");
    memory.peak_seen = true;
    EXPECT_EQ(memory_sizing(memory),
              "highest seen 400 MiB; plus 25 to 30 % would be 500 to 520 MiB; the limit is 512 MiB");
}

TEST(TaskLimitsWords, the_worst_fits_a_fact) {
    Memory memory;
    memory.peak = ~std::uint64_t{0};
    memory.cache = memory.peak;
    memory.limit = memory.peak;
    EXPECT_LE(memory_sizing(memory).size(), kMaxFactValue);
}

}  // namespace
}  // namespace plumb::task::limits

#include "base/parallel.hpp"

#include <atomic>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

namespace plumb {
namespace {

TEST(Parallel, every_number_is_done_once_whatever_the_threads) {
    for (const std::size_t threads : {1U, 2U, 7U}) {
        std::vector<std::atomic<int>> done(500);
        std::vector<std::size_t> told;
        in_parallel(
            done.size(), threads, [&](std::size_t i) { ++done[i]; },
            [&](std::size_t number) { told.push_back(number); });
        for (const auto& each : done)
            EXPECT_EQ(each, 1);
        ASSERT_EQ(told.size(), done.size());
        EXPECT_EQ(told.front(), 1U);
        EXPECT_EQ(told.back(), done.size());
    }
}

TEST(Parallel, nothing_to_do_is_done) {
    in_parallel(0, 4, [](std::size_t) { FAIL(); });
}

TEST(Parallel, an_exception_stops_the_rest_and_is_thrown_again) {
    for (const std::size_t threads : {1U, 4U}) {
        std::atomic<int> done = 0;
        const auto work = [&](std::size_t i) {
            if (i == 3) throw std::runtime_error("the third");
            ++done;
        };
        EXPECT_THROW(in_parallel(100'000, threads, work), std::runtime_error);
        EXPECT_LT(done, 100'000 - 1);
    }
}

}  // namespace
}  // namespace plumb

#include "agent/log.hpp"

#include <gtest/gtest.h>

namespace plumb::agent {
namespace {

using namespace std::chrono_literals;

TEST(RateLimit, a_kind_is_written_once_in_its_period_with_the_number_left_out) {
    RateLimit limit(10s);
    const auto start = RateLimit::Clock::time_point{} + 1h;
    EXPECT_TRUE(limit.ask("lost", start).write);
    EXPECT_FALSE(limit.ask("lost", start + 1s).write);
    EXPECT_FALSE(limit.ask("lost", start + 9s).write);
    EXPECT_TRUE(limit.ask("other", start + 9s).write);
    const auto later = limit.ask("lost", start + 10s);
    EXPECT_TRUE(later.write);
    EXPECT_EQ(later.left_out, 2U);
    EXPECT_FALSE(limit.ask("lost", start + 11s).write);
}

}  // namespace
}  // namespace plumb::agent

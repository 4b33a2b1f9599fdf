#include "agent/run/inspections.hpp"

#include <gtest/gtest.h>

namespace plumb::agent {
namespace {

using namespace std::chrono_literals;

const auto kStart = Inspections::Clock::time_point{} + 1h;

TEST(Inspections, are_the_first_look_and_one_in_each_interval) {
    Inspections inspections(60s);
    EXPECT_EQ(inspections.next(kStart), Depth::inspect);
    inspections.ended(true);
    EXPECT_EQ(inspections.next(kStart + 5s), Depth::login);
    EXPECT_EQ(inspections.next(kStart + 59s), Depth::login);
    EXPECT_EQ(inspections.next(kStart + 61s), Depth::inspect);
    inspections.ended(true);
    EXPECT_EQ(inspections.next(kStart + 120s), Depth::login);
    EXPECT_EQ(inspections.next(kStart + 121s), Depth::inspect);
}

TEST(Inspections, one_that_was_not_over_in_time_comes_again_at_the_look_after_the_next) {
    Inspections inspections(300s);
    EXPECT_EQ(inspections.next(kStart), Depth::inspect);
    inspections.ended(false);
    EXPECT_EQ(inspections.next(kStart + 5s), Depth::login);
    EXPECT_EQ(inspections.next(kStart + 10s), Depth::inspect);
    inspections.ended(true);
    EXPECT_EQ(inspections.next(kStart + 15s), Depth::login);
    EXPECT_EQ(inspections.next(kStart + 309s), Depth::login);
    EXPECT_EQ(inspections.next(kStart + 310s), Depth::inspect);
}

TEST(Inspections, that_never_end_in_time_leave_every_other_look_to_the_rest) {
    Inspections inspections(300s);
    for (auto now = kStart; now < kStart + 1h; now += 10s) {
        EXPECT_EQ(inspections.next(now), Depth::inspect);
        inspections.ended(false);
        EXPECT_EQ(inspections.next(now + 5s), Depth::login);
    }
}

}  // namespace
}  // namespace plumb::agent

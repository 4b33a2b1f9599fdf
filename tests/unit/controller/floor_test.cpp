#include "controller/api/floor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::api {
namespace {

using testing::IsSupersetOf;
using testing::SizeIs;

TEST(Floor, holds_where_the_app_would_not) {
    judge::Policy app;
    app.hold_on = {false, false, false, false};
    app.critical = {"cache"};
    judge::Policy floor;
    floor.hold_on = {true, false, false, true};
    floor.critical = {"database"};
    const auto both = with_floor(app, floor);
    EXPECT_TRUE(both.hold_on.failures);
    EXPECT_FALSE(both.hold_on.facts);
    EXPECT_TRUE(both.hold_on.latency);
    EXPECT_THAT(both.critical, IsSupersetOf({"cache", "database"}));
}

TEST(Floor, an_app_cannot_ignore_what_the_floor_holds_on) {
    judge::Policy app;
    app.ignore = {
        {"database", "failures"}, {"*", "fact:*"}, {"cache", "failures"}, {"database", "latency:connect"}};
    judge::Policy floor;
    floor.critical = {"database"};
    const auto both = with_floor(app, floor);
    ASSERT_THAT(both.ignore, SizeIs(2));
    EXPECT_EQ(both.ignore[0].dependency, "cache");
    EXPECT_EQ(both.ignore[1].subject, "latency:connect");
}

TEST(Floor, the_stricter_threshold_counts) {
    judge::Policy app;
    app.thresholds.headroom_hold = 0.01;
    app.thresholds.failure_points = 0.001;
    judge::Policy floor;
    const auto both = with_floor(app, floor);
    EXPECT_DOUBLE_EQ(both.thresholds.headroom_hold, floor.thresholds.headroom_hold);
    EXPECT_DOUBLE_EQ(both.thresholds.failure_points, 0.001);
}

TEST(Floor, what_the_app_accepted_stays_accepted) {
    judge::Policy app;
    app.accept = {{"cache", "fact:redis.version", {}, "7.0", "6.2", "reason", "owner", {}}};
    EXPECT_THAT(with_floor(app, {}).accept, SizeIs(1));
}

}  // namespace
}  // namespace plumb::api

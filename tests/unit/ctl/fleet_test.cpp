#include "controller/ctl/fleet.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::ctl {
namespace {

using testing::HasSubstr;

FleetTask task(const std::string& environment, const std::string& name) {
    FleetTask result;
    result.agent = "agent-of-" + name;
    result.version = "0.1.0";
    result.labels = {{"environment", environment}, {"service", "checkout"}, {"task", name}};
    result.last_window_age = std::chrono::milliseconds(12400);
    result.windows = 7;
    return result;
}

TEST(Fleet, the_table_is_sorted_and_says_how_fresh_each_task_is) {
    auto stopped = task("staging", "t9");
    stopped.said_goodbye = true;
    auto fresh = task("production", "arn:aws:ecs:eu-central-1:123456789012:task/prod/0123456789abcdef");
    fresh.last_window_age = std::chrono::milliseconds(-1);
    const auto text = fleet_table({stopped, fresh}, Terminal(false, 80));
    EXPECT_LT(text.find("production"), text.find("staging"));
    EXPECT_THAT(text, HasSubstr("12 s ago, stopped"));
    EXPECT_THAT(text, HasSubstr("none yet"));
    EXPECT_THAT(text, HasSubstr("0123456789abcdef"));
}

TEST(Fleet, an_empty_fleet_is_said_in_words) {
    EXPECT_THAT(fleet_table({}, Terminal(false, 80)), HasSubstr("No agent"));
    EXPECT_TRUE(boost::json::parse(fleet_json({})).at("tasks").as_array().empty());
}

TEST(Fleet, json_carries_labels_and_age) {
    const auto value = boost::json::parse(fleet_json({task("staging", "t1")}));
    EXPECT_EQ(value.at("tasks").at(0).at("labels").at("environment").as_string(), "staging");
    EXPECT_DOUBLE_EQ(value.at("tasks").at(0).at("last_window_age_s").as_double(), 12.4);
}

}  // namespace
}  // namespace plumb::ctl

// What a scenario changes for a while, and what is left when it ends.
#include "tests/lab/net/changing_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::lab {
namespace {

using testing::Contains;
using testing::Not;

ChangingPlan a_plan() {
    return ChangingPlan(plain_plan("production", FleetSpec{}, {{"cache", target_of("cache")}}));
}

ChangingPlan::Change line(const std::string& text) {
    return [text](EnvironmentPlan& plan) { plan.redis.push_back(text); };
}

TEST(lab_changing_plan, an_end_takes_back_its_own_change_alone) {
    auto plan = a_plan();
    const auto plain = plan.now().redis;
    const int first = plan.add(line("maxclients 7"));
    const int second = plan.add(line("maxmemory 1mb"));
    plan.take_back(first);
    EXPECT_THAT(plan.now().redis, Not(Contains("maxclients 7")));
    EXPECT_THAT(plan.now().redis, Contains("maxmemory 1mb")) << "it came later and is still there";
    plan.take_back(second);
    EXPECT_EQ(plan.now().redis, plain);
}

TEST(lab_changing_plan, of_two_changes_of_one_thing_the_later_counts_again) {
    auto plan = a_plan();
    const auto status = [](const std::string& answer) {
        return [answer](EnvironmentPlan& changed) { changed.sites.at("search").answer = answer; };
    };
    plan.add(status("return 500;"));
    const int burst = plan.add(status("return 503;"));
    EXPECT_EQ(plan.now().sites.at("search").answer, "return 503;");
    plan.take_back(burst);
    EXPECT_EQ(plan.now().sites.at("search").answer, "return 500;");
}

TEST(lab_changing_plan, tasks_come_and_go_whatever_else_ends) {
    auto plan = a_plan();
    const int change = plan.add(line("maxclients 7"));
    auto task = plan.now().tasks.at(0);
    task.name = "production-a101";
    plan.add_task(task);
    plan.remove_task("production-b2");
    plan.take_back(change);
    std::vector<std::string> names;
    for (const auto& one : plan.now().tasks)
        names.push_back(one.name);
    EXPECT_THAT(names,
                testing::ElementsAre("production-a1", "production-a2", "production-b1", "production-a101"));
}

}  // namespace
}  // namespace plumb::lab

#include "controller/ingest/login_budget.hpp"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::ingest {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

TEST(LoginBudget, a_fleet_that_keeps_to_its_pace_logs_in_as_often_as_the_budget_says) {
    EXPECT_DOUBLE_EQ(login_seconds_apart(1, 10), 0.1);
    EXPECT_DOUBLE_EQ(login_seconds_apart(1000, 10), 100);
    EXPECT_DOUBLE_EQ(login_seconds_apart(3, 1.0 / 60), 180);
}

TEST(LoginBudget, counts_each_dependency_of_each_environment_for_itself) {
    LoginBudget budget(2.0);
    const auto one = budget.join("production", {"cache", "database"});
    const auto two = budget.join("production", {"database"});
    const auto other = budget.join("staging", {"database"});
    ASSERT_EQ(one.size(), 2U);
    EXPECT_EQ(one.dependency(0), "cache");
    EXPECT_DOUBLE_EQ(one.seconds_apart(0), 0.5);
    EXPECT_EQ(one.dependency(1), "database");
    EXPECT_DOUBLE_EQ(one.seconds_apart(1), 1);
    EXPECT_DOUBLE_EQ(other.seconds_apart(0), 0.5);
}

TEST(LoginBudget, who_leaves_counts_no_more_and_is_forgotten) {
    LoginBudget budget(1.0);
    const auto stays = budget.join("production", {"database"});
    {
        auto leaves = budget.join("production", {"cache", "database"});
        EXPECT_DOUBLE_EQ(stays.seconds_apart(0), 2);
        const LoginBudget::Share moved = std::move(leaves);
        leaves = {};
        EXPECT_DOUBLE_EQ(stays.seconds_apart(0), 2) << "moving is not leaving";
    }
    EXPECT_DOUBLE_EQ(stays.seconds_apart(0), 1);
    ASSERT_EQ(budget.largest(10).size(), 1U);
    EXPECT_EQ(budget.largest(10)[0].dependency, "database");
}

TEST(LoginBudget, lists_the_largest_first_and_no_more_than_asked_for) {
    LoginBudget budget(4.0);
    const auto one = budget.join("production", {"a", "b", "c"});
    const auto two = budget.join("production", {"b"});
    const auto rows = budget.largest(2);
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].environment, "production");
    EXPECT_EQ(rows[0].dependency, "b");
    EXPECT_EQ(rows[0].agents, 2U);
    EXPECT_DOUBLE_EQ(rows[0].seconds_apart, 0.5);
    EXPECT_EQ(rows[1].dependency, "a");
}

TEST(LoginBudget, is_bounded_whatever_agents_call_their_dependencies) {
    LoginBudget budget(1.0);
    std::vector<LoginBudget::Share> shares;
    for (std::size_t i = 0; i < LoginBudget::kMostCounted + 10; ++i)
        shares.push_back(budget.join("production", {"name " + std::to_string(i)}));
    EXPECT_EQ(budget.largest(1'000'000).size(), LoginBudget::kMostCounted);
    EXPECT_EQ(shares.back().size(), 0U);
    shares.clear();
    EXPECT_THAT(budget.largest(1'000'000), IsEmpty());
}

TEST(LoginBudget, that_is_none_asks_nothing) {
    LoginBudget budget(std::nullopt);
    EXPECT_EQ(budget.join("production", {"database"}).size(), 0U);
    EXPECT_THAT(budget.largest(10), IsEmpty());
}

TEST(LoginBudget, agents_come_and_go_on_many_threads) {
    LoginBudget budget(1.0);
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&budget] {
            for (int turn = 0; turn < 1000; ++turn) {
                const auto share = budget.join("production", {"a", "b"});
                EXPECT_GE(share.seconds_apart(0), 1);
                EXPECT_LE(share.seconds_apart(1), 4);
            }
        });
    }
    for (auto& thread : threads)
        thread.join();
    EXPECT_THAT(budget.largest(10), IsEmpty());
}

TEST(LoginBudget, is_a_number_a_second_minute_or_hour) {
    EXPECT_DOUBLE_EQ(**parse_login_budget("10/s"), 10);
    EXPECT_DOUBLE_EQ(**parse_login_budget("30/m"), 0.5);
    EXPECT_DOUBLE_EQ(**parse_login_budget("1/h"), 1.0 / 3600);
    EXPECT_DOUBLE_EQ(**parse_login_budget("0.5/s"), 0.5);
    EXPECT_EQ(*parse_login_budget("none"), std::nullopt);
    for (const char* text : {"", "10", "/s", "10/", "10/d", "10/s ", "ten/s", "inf/s", "nan/s", "10/s/s"}) {
        const auto parsed = parse_login_budget(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_THAT(parsed.error().message, HasSubstr("as in 10/s"));
    }
    for (const char* text : {"0/s", "-1/s", "0.5/h", "1e9/s"}) {
        const auto parsed = parse_login_budget(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_THAT(parsed.error().message, HasSubstr("should be 1/h to"));
    }
}

}  // namespace
}  // namespace plumb::ingest

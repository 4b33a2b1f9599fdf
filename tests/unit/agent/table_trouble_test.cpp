#include "agent/check/trouble.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::agent {
namespace {

Gauge gauge(std::string name, double value, std::optional<double> limit, bool refuses) {
    return {std::move(name), value, limit, refuses};
}

TEST(TaskTrouble, a_task_that_is_well_has_none) {
    task::Look look;
    look.checks.push_back({"memory", Cause::unknown, false, ""});
    look.evidence.gauge("task.memory", 100, 512, true);
    look.evidence.fact("env.DATABASE_URL", FactClass::required, "URL");
    const auto trouble = trouble_of(look);
    EXPECT_TRUE(trouble.none());
    EXPECT_FALSE(trouble.broken());
    EXPECT_FALSE(trouble.memory_tight);
}

TEST(TaskTrouble, a_failed_check_and_a_required_fact_that_is_missing_break_it) {
    task::Look look;
    look.checks.push_back({"memory", Cause::task_oom_killed, true, "2 kills"});
    look.checks.push_back({"sockets", Cause::unknown, false, ""});
    look.evidence.fact("env.DATABASE_URL", FactClass::required, kMissing);
    look.evidence.fact("env.OTHER", FactClass::must_match, kMissing);
    const auto trouble = trouble_of(look);
    ASSERT_EQ(trouble.failed.size(), 1U);
    EXPECT_EQ(trouble.failed[0]->name, "memory");
    ASSERT_EQ(trouble.missing.size(), 1U);
    EXPECT_EQ(missing_words(*trouble.missing[0]), "required variable DATABASE_URL is not set");
    EXPECT_TRUE(trouble.broken());
    EXPECT_EQ(missing_words({"app.file", FactClass::required, std::string(kMissing)}),
              "required, and not there: app.file");
}

TEST(TaskTrouble, only_what_refuses_at_its_limit_is_scarce_from_a_fifth_on) {
    EXPECT_FALSE(scarcity_of(gauge("a", 80, 100, true)));
    EXPECT_FALSE(scarcity_of(gauge("a", 99, 100, false)));
    EXPECT_FALSE(scarcity_of(gauge("a", 99, std::nullopt, true)));
    EXPECT_FALSE(scarcity_of(gauge("a", 1, 0, true)));
    const auto near = gauge("a", 81, 100, true);
    ASSERT_TRUE(scarcity_of(near));
    EXPECT_FALSE(scarcity_of(near)->critical);
    const auto critical = gauge("a", 91, 100, true);
    EXPECT_TRUE(scarcity_of(critical)->critical);
    const auto past = gauge("a", 130, 100, true);
    EXPECT_EQ(scarcity_of(past)->free, 0);
}

TEST(TaskTrouble, three_connections_that_the_app_has_not_closed_are_worth_a_note) {
    task::Look look;
    look.evidence.gauge("sockets.cache.close_wait", 2);
    look.evidence.gauge("sockets.inbound.close_wait", 50);
    look.evidence.gauge("sockets.db.syn_sent", 9);
    EXPECT_TRUE(trouble_of(look).none());
    look.evidence.gauge("sockets.db.close_wait", 10);
    look.evidence.gauge("sockets.other.close_wait", 3);
    const auto trouble = trouble_of(look);
    EXPECT_FALSE(trouble.none());
    EXPECT_FALSE(trouble.broken());
    EXPECT_THAT(trouble.notes,
                testing::ElementsAre("10 connections to db stand in CLOSE_WAIT: the peer has closed them and "
                                     "the app has not",
                                     "3 connections to no known dependency stand in CLOSE_WAIT: the peer has "
                                     "closed them and the app has not"));
}

TEST(TaskTrouble, a_leak_that_its_check_tells_needs_no_note) {
    task::Look look;
    look.evidence.gauge("sockets.db.close_wait", 10);
    look.checks.push_back({"sockets.db", Cause::task_connection_leak, true, "10 connections"});
    EXPECT_TRUE(trouble_of(look).notes.empty());
    look.checks.back().failed = false;
    EXPECT_EQ(trouble_of(look).notes.size(), 1U);
}

TEST(TaskTrouble, the_scarcest_comes_first_and_memory_is_told) {
    task::Look look;
    look.evidence.gauge("task.descriptors", 850, 1000, true);
    look.evidence.gauge("task.memory", 500, 512, true);
    look.evidence.gauge("task.memory_peak", 512, 512, false);
    const auto trouble = trouble_of(look);
    ASSERT_EQ(trouble.scarce.size(), 2U);
    EXPECT_EQ(trouble.scarce[0].gauge->name, "task.memory");
    EXPECT_TRUE(trouble.memory_tight);
    EXPECT_FALSE(trouble.none());
    EXPECT_FALSE(trouble.broken());
}

TEST(TaskTrouble, memory_of_the_apps_container_is_memory_too) {
    task::Look look;
    look.evidence.gauge("container.app.memory", 500, 512, true);
    EXPECT_TRUE(trouble_of(look).memory_tight);
}

}  // namespace
}  // namespace plumb::agent

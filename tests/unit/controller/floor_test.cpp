#include "controller/api/floor.hpp"

#include "controller/judge/policy/policy_thresholds.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::api {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::SizeIs;

judge::Acceptance acceptance(const std::string& dependency, const std::string& subject) {
    judge::Acceptance out;
    out.dependency = dependency;
    out.subject = subject;
    out.reason = "meant";
    return out;
}

std::vector<std::string> subjects(const std::vector<judge::Acceptance>& accepted) {
    std::vector<std::string> out;
    for (const auto& each : accepted)
        out.push_back(each.dependency + " " + each.subject);
    return out;
}

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
    EXPECT_THAT(both.overruled, ElementsAre(HasSubstr("failures")));
}

TEST(Floor, an_app_cannot_ignore_what_the_floor_holds_on) {
    judge::Policy app;
    app.ignore = {{"database", "failures"}, {"*", "fact:*"},         {"*", "*"},
                  {"cache", "failures"},    {"database", "latency"}, {"database", "fact"}};
    judge::Policy floor;
    floor.critical = {"database"};
    const auto both = with_floor(app, floor);
    ASSERT_THAT(both.ignore, SizeIs(2));
    EXPECT_EQ(both.ignore[0].dependency, "cache");
    EXPECT_EQ(both.ignore[1].subject, "latency");
    EXPECT_THAT(both.overruled, ElementsAre("ignore: database failures", "ignore: * fact:*", "ignore: * *",
                                            "ignore: database fact"));
}

TEST(Floor, an_app_cannot_accept_what_the_floor_holds_on_unless_the_floor_lets_it) {
    judge::Policy app;
    for (const char* subject :
         {"failures", "fact:redis.version", "gauge:redis.clients", "latency:connect", "*"})
        app.accept.push_back(acceptance("cache", subject));
    judge::Policy floor;
    EXPECT_THAT(subjects(with_floor(app, floor).accept), ElementsAre("cache latency:connect"));
    EXPECT_THAT(with_floor(app, floor).overruled, SizeIs(4));
    floor.may_accept.facts = true;
    floor.may_accept.failures = true;
    EXPECT_THAT(subjects(with_floor(app, floor).accept),
                ElementsAre("cache failures", "cache fact:redis.version", "cache latency:connect"));
    floor.hold_on.latency = true;
    EXPECT_THAT(subjects(with_floor(app, floor).accept),
                ElementsAre("cache failures", "cache fact:redis.version"));
    floor.critical = {"database"};
    EXPECT_THAT(with_floor(app, floor).accept, SizeIs(5)) << "of what is not critical to the floor";
    floor.critical = {"cache"};
    app.accept = {acceptance("*", "gauge")};
    EXPECT_THAT(with_floor(app, floor).accept, IsEmpty()) << "a pattern reaches what is critical, too";
}

TEST(Floor, what_an_app_may_let_others_accept_opens_nothing) {
    judge::Policy app;
    app.may_accept = {true, true, true, true};
    app.accept = {acceptance("cache", "failures")};
    EXPECT_THAT(with_floor(app, {}).accept, IsEmpty());
}

TEST(Floor, the_tasks_starvation_is_no_way_around_what_it_holds_on) {
    judge::Policy app;
    app.ignore = {{"task", "latency:all"}};
    judge::Policy floor;
    floor.critical = {"database"};
    EXPECT_THAT(with_floor(app, floor).ignore, SizeIs(1)) << "it leaves latency to the apps";
    floor.hold_on.latency = true;
    EXPECT_THAT(with_floor(app, floor).ignore, IsEmpty());
}

TEST(Floor, its_own_acceptances_count) {
    judge::Policy floor;
    floor.accept = {acceptance("cache", "failures")};
    floor.ignore = {{"cache", "gauge"}};
    EXPECT_THAT(with_floor({}, floor).accept, SizeIs(1));
    EXPECT_THAT(with_floor({}, floor).ignore, SizeIs(1));
    EXPECT_THAT(with_floor({}, floor).overruled, IsEmpty());
}

TEST(Floor, only_the_floor_gives_facts_a_class_where_it_holds_on_facts) {
    judge::Policy app;
    app.fact_classes["tls.version"] = FactClass::informational;
    judge::Policy floor;
    EXPECT_THAT(with_floor(app, floor).fact_classes, IsEmpty());
    EXPECT_THAT(with_floor(app, floor).overruled, ElementsAre("facts: tls.version is not informational"));
    floor.hold_on.facts = false;
    EXPECT_THAT(with_floor(app, floor).fact_classes, SizeIs(1));
}

TEST(Floor, a_service_cannot_be_told_smaller_than_the_floor_says) {
    judge::Policy app;
    app.services["checkout"] = {1, 100};
    judge::Policy floor;
    floor.services["checkout"] = {12, 200};
    const auto size = with_floor(app, floor).services.at("checkout");
    EXPECT_EQ(size.desired, 12);
    EXPECT_EQ(size.maximum_percent, 200);
}

TEST(Floor, a_service_told_larger_takes_no_larger_part_of_its_siblings) {
    judge::Policy app;
    app.services = {{"reports", {12, 150}}};
    judge::Policy floor;
    floor.services = {{"checkout", {6, 200}}, {"reports", {6, 100}}};
    const auto merged = with_floor(app, floor);
    EXPECT_EQ(merged.services.at("reports").desired, 6);
    EXPECT_EQ(merged.services.at("reports").maximum_percent, 150) << "its own update may add more";
    EXPECT_THAT(merged.overruled, ElementsAre("services: reports desires 6"));
}

TEST(Floor, a_service_that_the_floor_does_not_name_takes_no_part_of_its_projection) {
    judge::Policy app;
    app.services = {{"checkout", {12, 200}}, {"reports", {1000, 100}}};
    judge::Policy floor;
    EXPECT_THAT(with_floor(app, floor).services, SizeIs(2)) << "the floor projects nothing";
    floor.services["checkout"] = {12, 200};
    EXPECT_THAT(with_floor(app, floor).services, SizeIs(1));
    EXPECT_THAT(with_floor(app, floor).overruled, ElementsAre("services: reports"));
    floor.hold_on.gauges = false;
    EXPECT_THAT(with_floor(app, floor).services, SizeIs(2));
}

TEST(Floor, kinds_that_the_floor_cannot_name_stay_shut) {
    judge::Policy app;
    app.accept = {acceptance("cache", "warmup")};
    app.ignore = {{"cache", "warmup"}};
    judge::Policy floor;
    floor.may_accept = {true, true, true, true};
    EXPECT_THAT(with_floor(app, floor).accept, IsEmpty());
    EXPECT_THAT(with_floor(app, floor).ignore, IsEmpty());
}

// Every threshold, so that one that is added is tried, too.
TEST(Floor, no_threshold_can_be_loosened_and_each_can_be_tightened) {
    for (const judge::ThresholdInfo& each : judge::threshold_table()) {
        std::visit(
            [&](auto field) {
                using Value = std::decay_t<decltype(judge::Thresholds{}.*field)>;
                const Value low = static_cast<Value>((judge::Thresholds{}.*field) / 2);
                const Value high = static_cast<Value>((judge::Thresholds{}.*field) * 2);
                const auto together = [&](Value mine, Value floors) {
                    judge::Policy app;
                    judge::Policy floor;
                    floor.hold_on.*each.kind = true;
                    app.thresholds.*field = mine;
                    floor.thresholds.*field = floors;
                    return with_floor(app, floor).thresholds.*field;
                };
                const bool lower = each.stricter == judge::Stricter::lower;
                const bool pinned = each.stricter == judge::Stricter::neither;
                const Value strict = lower ? low : high;
                const Value loose = lower ? high : low;
                EXPECT_EQ(together(loose, strict), strict) << each.name;
                EXPECT_EQ(together(strict, loose), pinned ? loose : strict) << each.name;
            },
            each.field);
    }
}

TEST(Floor, a_threshold_that_only_the_floor_chose_is_the_floors_looser_ones_too) {
    judge::Policy floor;
    floor.thresholds.environment_spread = 1.1;
    EXPECT_EQ(with_floor({}, floor).thresholds.environment_spread, 1.1);
    judge::Policy app;
    app.chosen = {"environment_spread"};  // and writes the usual one
    EXPECT_EQ(with_floor(app, floor).thresholds.environment_spread, 1.03);
}

TEST(Floor, of_a_kind_that_it_does_not_hold_on_only_what_it_chose_binds) {
    judge::Policy app;
    app.thresholds.latency_ratio = 1.5;
    judge::Policy floor;
    EXPECT_EQ(with_floor(app, floor).thresholds.latency_ratio, 1.5) << "it leaves latency to the apps";
    floor.chosen = {"latency_ratio"};
    EXPECT_EQ(with_floor(app, floor).thresholds.latency_ratio, 1.1);
    floor.chosen.clear();
    floor.hold_on.latency = true;
    EXPECT_EQ(with_floor(app, floor).thresholds.latency_ratio, 1.1);
}

TEST(Floor, a_threshold_that_was_chosen_and_tightened_is_told) {
    judge::Policy app;
    app.thresholds.failure_points = 0.2;
    judge::Policy floor;
    floor.thresholds.headroom_warn = 0.5;  // the app chose none
    EXPECT_THAT(with_floor(app, floor).overruled, ElementsAre("thresholds: failure_points"));
}

}  // namespace
}  // namespace plumb::api

#include "probes/task/warmup/course.hpp"

#include "tests/unit/task_warmup/hand_clock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::task {
namespace {

using namespace std::chrono_literals;
using test::at;
using test::check_of;
using test::fact_in;
using test::kTaskStart;
using test::no_answer_at;
using test::status_at;
using test::usual_settings;
using testing::HasSubstr;
using testing::IsEmpty;

Look look_at(WarmupCourse& course) {
    Look look;
    course.describe(look);
    EXPECT_THAT(undeclared(warmup_catalog(), look.evidence), IsEmpty());
    return look;
}

WarmupSettings settings_with_ready() {
    auto settings = usual_settings();
    settings.ready = parse_url("http://127.0.0.1:8080/ready").value();
    return settings;
}

TEST(WarmupCourse, eighty_percent_of_the_kill_line_is_exactly_that) {
    WarmupCourse course(usual_settings(), kTaskStart, true);
    course.answered(Asked::health, no_answer_at(Cause::tcp_refused, 1));
    course.answered(Asked::health, status_at(200, 96));
    const auto look = look_at(course);
    const Gauge* gauge = look.evidence.find_gauge("task.warmup");
    ASSERT_NE(gauge, nullptr);
    EXPECT_EQ(gauge->limit, 120.0);
    EXPECT_EQ(gauge->value / *gauge->limit, 0.8);
    EXPECT_TRUE(gauge->refuses_at_limit);
    EXPECT_EQ(check_of(look, "warmup"), "passes");
    EXPECT_EQ(fact_in(look, "task.warmup_settings"), "kill line 120 s: grace 60 s + 2 × 30 s");
    EXPECT_EQ(fact_in(look, "task.readiness"), "ready after 96.0 s");
}

TEST(WarmupCourse, forty_percent_is_told_in_the_same_way) {
    WarmupCourse course(usual_settings(), kTaskStart, true);
    course.answered(Asked::health, no_answer_at(Cause::tcp_refused, 1));
    course.answered(Asked::health, status_at(204, 48));
    const auto look = look_at(course);
    ASSERT_NE(look.evidence.find_gauge("task.warmup"), nullptr);
    EXPECT_EQ(look.evidence.find_gauge("task.warmup")->value, 48.0);
    EXPECT_EQ(check_of(look, "warmup"), "passes");
}

TEST(WarmupCourse, before_the_first_answer_only_the_settings_are_told) {
    WarmupCourse course(usual_settings(), kTaskStart, true);
    const auto look = look_at(course);
    EXPECT_EQ(look.evidence.facts.size(), 1U);
    EXPECT_THAT(look.evidence.gauges, IsEmpty());
    EXPECT_THAT(look.checks, IsEmpty());
}

TEST(WarmupCourse, the_time_so_far_is_told_from_half_of_the_kill_line_on) {
    WarmupCourse course(usual_settings(), kTaskStart, true);
    course.answered(Asked::health, status_at(503, 59.9));
    EXPECT_EQ(look_at(course).evidence.find_gauge("task.warmup"), nullptr);
    course.answered(Asked::health, status_at(503, 60));
    const auto look = look_at(course);
    ASSERT_NE(look.evidence.find_gauge("task.warmup"), nullptr);
    EXPECT_EQ(look.evidence.find_gauge("task.warmup")->value, 60.0);
    EXPECT_EQ(look.evidence.find_gauge("task.warmup_healthy"), nullptr);
    EXPECT_EQ(check_of(look, "warmup"), "passes");
}

TEST(WarmupCourse, an_app_that_never_is_ready_fails_once_the_kill_line_has_passed) {
    WarmupCourse course(usual_settings(), kTaskStart, true);
    for (double time = 0; time < 120; time += 0.5)
        course.answered(Asked::health, status_at(503, time));
    EXPECT_EQ(check_of(look_at(course), "warmup"), "passes");
    course.answered(Asked::health, status_at(503, 121));
    const auto look = look_at(course);
    EXPECT_THAT(check_of(look, "warmup"),
                HasSubstr("121.0 s after the start, past the kill line of 120.0 s"));
    EXPECT_EQ(look.checks.front().cause, Cause::task_not_ready);
    EXPECT_EQ(look.evidence.find_gauge("task.warmup")->value, 121.0);
}

TEST(WarmupCourse, readiness_is_the_warm_up_where_a_url_tells_it) {
    WarmupCourse course(settings_with_ready(), kTaskStart, true);
    course.answered(Asked::health, no_answer_at(Cause::tcp_refused, 1));
    course.answered(Asked::health, status_at(200, 5));
    course.answered(Asked::ready, status_at(503, 5));
    auto look = look_at(course);
    EXPECT_EQ(look.evidence.find_gauge("task.warmup"), nullptr);
    EXPECT_EQ(look.evidence.find_gauge("task.warmup_healthy")->value, 5.0);
    EXPECT_EQ(look.evidence.find_gauge("task.warmup_healthy")->limit, std::nullopt);
    EXPECT_EQ(fact_in(look, "task.readiness"), "not ready yet: status 503");
    course.answered(Asked::ready, status_at(200, 40));
    look = look_at(course);
    EXPECT_EQ(look.evidence.find_gauge("task.warmup")->value, 40.0);
    EXPECT_EQ(fact_in(look, "task.readiness"), "ready after 40.0 s");
}

TEST(WarmupCourse, each_url_has_its_own_pace) {
    WarmupCourse course(settings_with_ready(), kTaskStart, true);
    course.answered(Asked::health, status_at(200, 5));
    course.answered(Asked::ready, status_at(503, 5));
    EXPECT_EQ(course.pause(Asked::health), 30s);
    EXPECT_EQ(course.pause(Asked::ready), 500ms);
}

TEST(WarmupCourse, an_app_that_is_ready_but_not_healthy_is_killed_all_the_same) {
    WarmupCourse course(settings_with_ready(), kTaskStart, true);
    course.answered(Asked::health, status_at(404, 5));
    course.answered(Asked::ready, status_at(200, 5));
    course.answered(Asked::health, status_at(404, 130));
    EXPECT_THAT(check_of(look_at(course), "warmup"), HasSubstr("/health is not healthy 130.0 s"));
}

TEST(WarmupCourse, an_app_that_restarts_fails_and_passes_again) {
    WarmupCourse course(usual_settings(), kTaskStart, true);
    course.answered(Asked::health, no_answer_at(Cause::tcp_refused, 1));
    course.answered(Asked::health, status_at(200, 40));
    course.answered(Asked::health, no_answer_at(Cause::tcp_refused, 500));
    EXPECT_EQ(check_of(look_at(course), "warmup"), "passes");
    course.answered(Asked::health, no_answer_at(Cause::tcp_refused, 530));
    EXPECT_THAT(check_of(look_at(course), "warmup"), HasSubstr("failed 2 times in a row"));
    EXPECT_EQ(check_of(look_at(course), "port"), "passes");
    course.answered(Asked::health, status_at(200, 560));
    course.answered(Asked::health, status_at(200, 590));
    const auto look = look_at(course);
    EXPECT_EQ(check_of(look, "warmup"), "passes");
    EXPECT_EQ(look.evidence.find_gauge("task.warmup")->value, 40.0);
}

TEST(WarmupCourse, a_late_agent_tells_no_warm_up_and_no_early_readiness) {
    WarmupCourse course(usual_settings(), kTaskStart, false);
    course.answered(Asked::health, status_at(200, 7000));
    course.dependency_seen("database", false, at(7001));
    const auto look = look_at(course);
    EXPECT_THAT(look.evidence.gauges, IsEmpty());
    EXPECT_EQ(fact_in(look, "task.readiness"), "was ready before the agent looked");
    EXPECT_EQ(check_of(look, "warmup"), "passes");
    EXPECT_EQ(check_of(look, "readiness"), "absent");
}

TEST(WarmupCourse, an_app_that_is_healthy_before_its_database_is_early) {
    WarmupCourse course(usual_settings(), kTaskStart, true);
    course.dependency_seen("database", false, at(1));
    course.answered(Asked::health, status_at(200, 2));
    EXPECT_EQ(check_of(look_at(course), "readiness"), "passes");
    EXPECT_EQ(fact_in(look_at(course), "task.ready_early"), "absent");
    course.dependency_seen("database", false, at(3));
    const std::string words = "/health was healthy within 2.0 s, before database could be reached";
    EXPECT_EQ(check_of(look_at(course), "readiness"), words);
    EXPECT_EQ(fact_in(look_at(course), "task.ready_early"), words);
}

// Seconds of the app's life; the agent came 8.6 s later and took its own start for the app's.
TEST(WarmupCourse, a_sidecar_that_started_late_learns_when_the_app_started) {
    WarmupCourse course(settings_with_ready(), at(8.6), true);
    course.answered(Asked::health, no_answer_at(Cause::tcp_refused, 8.7));
    course.answered(Asked::ready, no_answer_at(Cause::tcp_refused, 8.7));
    course.answered(Asked::health, status_at(200, 9));
    course.answered(Asked::ready, status_at(200, 9));
    course.set_start(kTaskStart, true);
    const auto look = look_at(course);
    EXPECT_EQ(fact_in(look, "task.readiness"), "ready after 9.0 s");
    EXPECT_EQ(look.evidence.find_gauge("task.warmup")->value, 9.0);
    EXPECT_EQ(look.evidence.find_gauge("task.warmup_healthy")->value, 9.0);
}

TEST(WarmupCourse, an_app_that_was_ready_when_its_late_sidecar_came_tells_no_warm_up) {
    WarmupCourse course(usual_settings(), at(8.6), true);
    course.dependency_seen("database", false, at(9));
    course.answered(Asked::health, status_at(200, 9));
    course.set_start(kTaskStart, true);
    course.dependency_seen("database", false, at(10));
    const auto look = look_at(course);
    EXPECT_THAT(look.evidence.gauges, IsEmpty());
    EXPECT_EQ(fact_in(look, "task.readiness"), "was ready before the agent looked");
    EXPECT_EQ(check_of(look, "readiness"), "absent");
}

TEST(WarmupCourse, a_start_that_is_known_later_moves_the_suspicion_of_the_port_too) {
    WarmupCourse course(usual_settings(), at(50), true);
    for (int i = 0; i < 5; ++i)
        course.answered(Asked::health, no_answer_at(Cause::tcp_refused, 56 + i));
    EXPECT_FALSE(course.port().suspicious());
    course.port().tried(OtherPort{9090, 200});
    EXPECT_EQ(fact_in(look_at(course), "task.health_port"), "absent");
    course.set_start(kTaskStart, true);
    EXPECT_TRUE(course.port().suspicious());
    EXPECT_EQ(fact_in(look_at(course), "task.health_port"), "8080 refuses, 9090 answers 200");
    course.answered(Asked::health, status_at(200, 62));
    EXPECT_EQ(fact_in(look_at(course), "task.health_port"), "absent");
}

TEST(WarmupCourse, a_failure_of_our_own_says_nothing_of_the_app) {
    WarmupCourse course(usual_settings(), kTaskStart, true);
    course.answered(Asked::health, no_answer_at(Cause::local_descriptors, 500));
    EXPECT_THAT(look_at(course).checks, IsEmpty());
    course.answered(Asked::health, status_at(200, 501));
    course.answered(Asked::health, no_answer_at(Cause::local_error, 531));
    course.answered(Asked::health, no_answer_at(Cause::local_memory, 561));
    EXPECT_EQ(check_of(look_at(course), "warmup"), "passes");
}

TEST(WarmupCourse, every_check_stands_in_the_catalog) {
    WarmupCourse course(usual_settings(), kTaskStart, true);
    course.dependency_seen("database", true, at(1));
    course.answered(Asked::health, status_at(200, 2));
    const auto look = look_at(course);
    ASSERT_EQ(look.checks.size(), 3U);
    const auto catalog = warmup_catalog();
    for (const auto& check : look.checks) {
        EXPECT_THAT(catalog.causes, testing::Contains(check.cause));
        EXPECT_THAT(catalog.phases, testing::Contains(testing::Field(&PhaseInfo::name, check.name)));
    }
}

}  // namespace
}  // namespace plumb::task

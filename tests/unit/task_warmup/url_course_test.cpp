#include "probes/task/warmup/url_course.hpp"

#include "tests/unit/task_warmup/hand_clock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::task {
namespace {

using namespace std::chrono_literals;
using test::at;
using test::kTaskStart;
using test::no_answer_at;
using test::status_at;
using test::usual_settings;
using testing::HasSubstr;

class UrlCourseTest : public testing::Test {
  protected:
    UrlCourse course(bool from_start = true) const {
        return {settings, settings.health, kTaskStart, from_start};
    }

    // Not ready at 1 s, ready at `seconds`.
    UrlCourse ready_at(double seconds) const {
        auto url = course();
        url.answered(no_answer_at(Cause::tcp_refused, 1));
        url.answered(status_at(200, seconds));
        return url;
    }

    WarmupSettings settings = usual_settings();
};

TEST_F(UrlCourseTest, the_first_healthy_answer_is_the_warm_up_and_later_ones_change_nothing) {
    auto url = course();
    url.answered(no_answer_at(Cause::tcp_refused, 0.5));
    url.answered(status_at(503, 20));
    EXPECT_EQ(url.in_words(), "not ready yet: status 503");
    url.answered(status_at(200, 41.2));
    url.answered(status_at(200, 71.2));
    EXPECT_EQ(url.warmup(), 41200ms);
    EXPECT_EQ(url.in_words(), "ready after 41.2 s");
    EXPECT_EQ(url.complaint(), "");
}

TEST_F(UrlCourseTest, who_waits_is_known_to_have_waited_until_the_last_failure) {
    auto url = course();
    EXPECT_EQ(url.waiting(), std::nullopt);
    url.answered(no_answer_at(Cause::tcp_refused, 30));
    EXPECT_EQ(url.waiting(), 30s);
    EXPECT_EQ(url.warmup(), std::nullopt);
    url.answered(status_at(200, 31));
    EXPECT_EQ(url.waiting(), std::nullopt);
}

TEST_F(UrlCourseTest, the_kill_line_passes_at_its_instant_and_not_before) {
    auto url = course();
    url.answered(status_at(503, 119.9));
    EXPECT_EQ(url.complaint(), "");
    url.answered(status_at(503, 120));
    EXPECT_EQ(url.complaint(),
              "/health is not healthy 120.0 s after the start, past the kill line of 120.0 s; the "
              "last answer: status 503");
    url.answered(status_at(200, 130));
    EXPECT_EQ(url.complaint(), "");
    EXPECT_EQ(url.warmup(), 130s);
}

TEST_F(UrlCourseTest, one_failure_loses_nothing_and_so_many_in_a_row_do) {
    auto url = ready_at(70);
    for (const double time : {100.0, 160.0, 220.0}) {
        url.answered(no_answer_at(Cause::peer_timeout, time));
        EXPECT_EQ(url.complaint(), "") << time;
        url.answered(status_at(200, time + 30));
    }
    url.answered(no_answer_at(Cause::peer_timeout, 280));
    url.answered(no_answer_at(Cause::tcp_refused, 310));
    EXPECT_EQ(url.complaint(), "/health has failed 2 times in a row; the last answer: tcp.refused");
    EXPECT_EQ(url.in_words(), "ready after 70.0 s; not any more: tcp.refused");
}

TEST_F(UrlCourseTest, an_app_that_comes_back_is_healthy_after_its_good_answers_in_a_row) {
    settings.healthy = 3;
    auto url = ready_at(70);
    url.answered(status_at(500, 100));
    url.answered(status_at(500, 130));
    url.answered(status_at(200, 160));
    url.answered(status_at(200, 190));
    EXPECT_THAT(url.complaint(), HasSubstr("before 3 good answers in a row"));
    EXPECT_EQ(url.in_words(), "ready after 70.0 s; failed later, and is healthy again");
    url.answered(status_at(200, 220));
    EXPECT_EQ(url.complaint(), "");
    EXPECT_EQ(url.in_words(), "ready after 70.0 s");
    EXPECT_EQ(url.warmup(), 70s);
}

TEST_F(UrlCourseTest, failures_within_the_grace_period_do_not_count) {
    auto url = course();
    url.answered(status_at(200, 5));
    url.answered(status_at(500, 35));
    url.answered(status_at(500, 59));
    url.answered(status_at(500, 65));
    EXPECT_EQ(url.complaint(), "");
    url.answered(status_at(500, 95));
    EXPECT_THAT(url.complaint(), HasSubstr("failed 2 times in a row"));
}

TEST_F(UrlCourseTest, a_container_that_was_healthy_in_its_start_period_is_out_of_it) {
    settings.grace = 0s;
    settings.start_period = 300s;
    auto url = course();
    url.answered(status_at(500, 1));
    url.answered(status_at(500, 2));
    EXPECT_EQ(url.complaint(), "");
    url.answered(status_at(200, 10));
    url.answered(status_at(500, 40));
    url.answered(status_at(500, 70));
    EXPECT_THAT(url.complaint(), HasSubstr("failed 2 times in a row"));
}

TEST_F(UrlCourseTest, an_app_that_was_ready_before_a_late_agent_looked_tells_no_warm_up) {
    auto url = course(false);
    url.answered(status_at(200, 10));
    EXPECT_EQ(url.warmup(), std::nullopt);
    EXPECT_EQ(url.in_words(), "was ready before the agent looked");
    url.answered(status_at(500, 100));
    url.answered(status_at(500, 130));
    EXPECT_EQ(url.in_words(), "was ready before the agent looked; not any more: status 500");
    EXPECT_THAT(url.complaint(), HasSubstr("failed 2 times in a row"));
}

TEST_F(UrlCourseTest, a_late_agent_measures_an_app_that_still_warms_up) {
    auto url = course(false);
    url.answered(status_at(503, 10));
    url.answered(status_at(200, 50));
    EXPECT_EQ(url.warmup(), 50s);
    EXPECT_EQ(url.in_words(), "ready after 50.0 s");
}

TEST_F(UrlCourseTest, past_the_kill_line_a_late_agent_takes_the_app_for_one_that_was_ready) {
    auto url = course(false);
    url.answered(status_at(503, 86400));
    EXPECT_EQ(url.waiting(), std::nullopt);
    EXPECT_EQ(url.complaint(), "");
    url.answered(status_at(503, 86400.5));
    EXPECT_THAT(url.complaint(), HasSubstr("failed 2 times in a row; the last answer: status 503"));
    EXPECT_EQ(url.in_words(), "was not ready when the agent came, and is not: status 503");
    url.answered(status_at(200, 86401));
    url.answered(status_at(200, 86431));
    EXPECT_EQ(url.complaint(), "");
    EXPECT_EQ(url.warmup(), std::nullopt);
    EXPECT_EQ(url.in_words(), "was not ready when the agent came, and later was");
}

TEST_F(UrlCourseTest, questions_are_frequent_until_the_first_healthy_answer) {
    auto url = course();
    EXPECT_EQ(url.pause(), 500ms);
    url.answered(status_at(503, 10));
    EXPECT_EQ(url.pause(), 500ms);
    url.answered(status_at(200, 11));
    EXPECT_EQ(url.pause(), 30s);
    url.answered(status_at(503, 41));
    EXPECT_EQ(url.pause(), 30s);
}

TEST_F(UrlCourseTest, the_short_interval_is_a_tenth_of_the_balancers_within_bounds) {
    settings.interval = 2s;
    EXPECT_EQ(course().pause(), 200ms);
    settings.interval = 100ms;
    EXPECT_EQ(course().pause(), 50ms);
}

TEST_F(UrlCourseTest, an_app_that_never_is_ready_is_not_asked_often_for_ever) {
    auto url = course();
    url.answered(status_at(503, 1));
    url.answered(status_at(503, 240));
    EXPECT_EQ(url.pause(), 500ms);
    url.answered(status_at(503, 241));
    EXPECT_EQ(url.pause(), 30s);
}

TEST_F(UrlCourseTest, an_answer_before_the_start_takes_no_negative_time) {
    auto url = course();
    url.answered(status_at(200, -3));
    EXPECT_EQ(url.warmup(), 0s);
}

TEST_F(UrlCourseTest, who_is_ready_at_the_first_answer_was_so_at_an_unknown_time_before) {
    auto late = course();
    late.answered(status_at(200, 0.6));
    EXPECT_EQ(late.warmup(), std::nullopt);
    EXPECT_EQ(late.in_words(), "was ready before the agent looked");
    auto at_once = course();  // within the half second between two questions
    at_once.answered(status_at(200, 0.5));
    EXPECT_EQ(at_once.warmup(), 500ms);
    auto of_unknown_start = course(false);
    of_unknown_start.answered(status_at(200, 0.1));
    EXPECT_EQ(of_unknown_start.warmup(), std::nullopt);
}

TEST_F(UrlCourseTest, it_was_healthy_by_its_first_answer_where_the_agent_began_with_it) {
    const auto healthy_by = [this](double asked, bool from_start) {
        auto url = course(from_start);
        url.answered(status_at(200, asked));
        return url.healthy_by();
    };
    EXPECT_EQ(healthy_by(5, true), at(5));
    EXPECT_EQ(healthy_by(5.1, true), std::nullopt);
    EXPECT_EQ(healthy_by(5, false), std::nullopt);
    EXPECT_EQ(ready_at(50).healthy_by(), at(50));
}

TEST_F(UrlCourseTest, an_earlier_start_makes_the_warm_up_longer) {
    UrlCourse url(settings, settings.health, at(8.6), true);
    url.answered(no_answer_at(Cause::tcp_refused, 8.7));
    EXPECT_EQ(url.waiting(), 100ms);
    url.set_start(kTaskStart, true);
    EXPECT_EQ(url.waiting(), 8700ms);
    url.answered(status_at(200, 9));
    EXPECT_EQ(url.warmup(), 9s);
    url.set_start(kTaskStart, true);
    EXPECT_EQ(url.warmup(), 9s);
}

TEST_F(UrlCourseTest, a_start_that_is_known_takes_back_a_time_that_was_guessed) {
    UrlCourse url(settings, settings.health, at(8.6), true);
    url.answered(status_at(200, 9));
    EXPECT_EQ(url.warmup(), 400ms);
    url.set_start(kTaskStart, true);
    EXPECT_EQ(url.warmup(), std::nullopt);
    url.set_start(at(8.6), false);
    EXPECT_EQ(url.warmup(), std::nullopt);
}

TEST_F(UrlCourseTest, failures_are_counted_anew_from_the_start_that_is_known) {
    const auto heard = [this](double start) {
        UrlCourse url(settings, settings.health, at(start), true);
        for (const double time : {60.0, 61.0})
            url.answered(status_at(200, time));
        for (const double time : {91.0, 121.0})
            url.answered(status_at(500, time));
        return url;
    };
    auto counted = heard(0);
    EXPECT_THAT(counted.complaint(), HasSubstr("failed 2 times in a row"));
    counted.set_start(at(62), true);  // all of it within 60 s of grace
    EXPECT_EQ(counted.complaint(), "");
    auto excused = heard(62);
    EXPECT_EQ(excused.complaint(), "");
    excused.set_start(kTaskStart, true);
    EXPECT_THAT(excused.complaint(), HasSubstr("failed 2 times in a row"));
}

TEST_F(UrlCourseTest, a_start_long_after_the_app_was_healthy_is_that_of_another_life) {
    auto url = ready_at(41);
    url.set_start(at(7000), true);
    EXPECT_EQ(url.in_words(), "ready after 41.0 s");
    auto quick = ready_at(2);
    quick.set_start(at(3), true);  // two clocks, and a second between them
    EXPECT_EQ(quick.warmup(), 0s);
}

TEST_F(UrlCourseTest, a_start_that_is_known_after_hours_moves_the_times_alone) {
    UrlCourse url(settings, settings.health, at(-100), true);
    for (std::size_t i = 0; i <= UrlCourse::kMaxHeard; ++i)
        url.answered(status_at(503, 1 + 0.01 * static_cast<double>(i)));
    url.answered(status_at(200, 12));
    url.set_start(kTaskStart, true);
    EXPECT_EQ(url.warmup(), 12s);
    EXPECT_EQ(url.complaint(), "");
}

TEST_F(UrlCourseTest, an_agent_that_comes_after_hours_does_not_call_the_app_a_late_one) {
    UrlCourse url(settings, settings.health, at(7000), true);
    url.answered(status_at(503, 7000.1));
    url.set_start(kTaskStart, true);
    EXPECT_EQ(url.complaint(), "");
    EXPECT_EQ(url.waiting(), std::nullopt);
    url.answered(status_at(200, 7001));
    EXPECT_EQ(url.warmup(), std::nullopt);
}

}  // namespace
}  // namespace plumb::task

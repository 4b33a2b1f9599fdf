#include "controller/ctl/wait.hpp"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::ctl {
namespace {

using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

Answer<judge::Report> answered(judge::Verdict verdict, double window_s = 0) {
    Answer<judge::Report> answer;
    answer.ok = true;
    answer.value.verdict = verdict;
    answer.value.coverage["not_judged"] = {
        {{"dependency", "database"}, {"subject", "*"}, {"reason", "too few runs"}, {"blocks", true}}};
    if (window_s > 0) answer.value.coverage["candidate"] = {{"window_s", window_s}};
    return answer;
}

Answer<judge::Report> failed(bool transient) {
    Answer<judge::Report> answer;
    answer.trouble = {kUnreachable, "is unreachable", transient};
    return answer;
}

// Answers in order, the last one again and again, on a clock that only pauses move.
class WaitTest : public testing::Test {
  protected:
    Answer<judge::Report> wait(nanoseconds limit, std::vector<Answer<judge::Report>> answers) {
        const WaitClock clock{[this] { return now; },
                              [this](nanoseconds pause) {
                                  pauses.push_back(pause);
                                  now += pause;
                              }};
        const auto ask = [&](unsigned look) {
            looks.push_back(look);
            return answers.at(std::min(looks.size(), answers.size()) - 1);
        };
        return wait_for_verdict(limit, ask, clock, [this](const WaitProgress& progress) {
            said.push_back(progress_words(progress));
        });
    }
    std::chrono::steady_clock::time_point now{};
    std::vector<nanoseconds> pauses;
    std::vector<unsigned> looks;
    std::vector<std::string> said;
};

TEST_F(WaitTest, an_answer_that_decides_ends_it_at_once) {
    for (const auto verdict : {judge::Verdict::promote, judge::Verdict::hold}) {
        looks.clear();
        EXPECT_EQ(wait(minutes(10), {answered(verdict)}).value.verdict, verdict);
        EXPECT_THAT(looks, ElementsAre(1));
    }
    EXPECT_THAT(pauses, ElementsAre());
}

TEST_F(WaitTest, looks_again_once_a_window_until_it_is_known) {
    const auto too_little = answered(judge::Verdict::insufficient, 30);
    const auto answer = wait(minutes(10), {too_little, too_little, answered(judge::Verdict::hold)});
    EXPECT_EQ(answer.value.verdict, judge::Verdict::hold);
    EXPECT_THAT(pauses, ElementsAre(seconds(30), seconds(30)));
    EXPECT_THAT(looks, ElementsAre(1, 2, 3));
    EXPECT_THAT(said, Each(HasSubstr("database: too few runs")));
}

TEST_F(WaitTest, the_last_look_is_at_the_end_of_the_time_and_its_answer_stands) {
    const auto answer = wait(seconds(70), {answered(judge::Verdict::insufficient, 30)});
    EXPECT_EQ(answer.value.verdict, judge::Verdict::insufficient);
    EXPECT_THAT(pauses, ElementsAre(seconds(30), seconds(30), seconds(10)));
    EXPECT_EQ(looks.size(), 4u);
}

TEST_F(WaitTest, a_controller_that_is_away_is_asked_again_and_no_look_is_spent) {
    const auto answer = wait(minutes(10), {failed(true), failed(true), answered(judge::Verdict::promote)});
    EXPECT_TRUE(answer.ok);
    EXPECT_THAT(looks, ElementsAre(1, 1, 1));
    EXPECT_THAT(pauses, ElementsAre(seconds(10), seconds(10)));
    EXPECT_FALSE(wait(seconds(5), {failed(true)}).ok) << "away until the end";
}

TEST_F(WaitTest, a_controller_that_goes_away_at_the_end_does_not_take_the_last_report_with_it) {
    const auto answer = wait(seconds(40), {answered(judge::Verdict::insufficient, 30), failed(true)});
    ASSERT_TRUE(answer.ok) << answer.trouble.message;
    EXPECT_EQ(answer.value.verdict, judge::Verdict::insufficient);
    EXPECT_FALSE(wait(seconds(40), {answered(judge::Verdict::insufficient, 30), failed(false)}).ok)
        << "a refusal is told";
}

TEST_F(WaitTest, a_refusal_that_waiting_does_not_mend_ends_it_at_once) {
    EXPECT_FALSE(wait(minutes(10), {failed(false)}).ok);
    EXPECT_THAT(looks, ElementsAre(1));
}

TEST_F(WaitTest, there_are_never_more_looks_than_a_controller_takes) {
    wait(std::chrono::hours(24), {answered(judge::Verdict::insufficient, 0.1)});
    EXPECT_LE(looks.size(), 1000u);
    looks.clear();
    pauses.clear();
    wait(minutes(5), {answered(judge::Verdict::insufficient, 1)});
    EXPECT_THAT(pauses, Each(seconds(1))) << "windows of a laboratory";
}

TEST(ProgressPace, one_line_a_minute_unless_it_is_a_terminal) {
    const std::chrono::steady_clock::time_point start{};
    ProgressPace log(false);
    EXPECT_TRUE(log.due(start));
    EXPECT_FALSE(log.due(start + seconds(59)));
    EXPECT_TRUE(log.due(start + seconds(60)));
    ProgressPace terminal(true);
    EXPECT_TRUE(terminal.due(start));
    EXPECT_TRUE(terminal.due(start + seconds(1)));
}

}  // namespace
}  // namespace plumb::ctl

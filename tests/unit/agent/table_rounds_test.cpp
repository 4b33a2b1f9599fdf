#include "agent/check/progress.hpp"
#include "agent/check/rounds.hpp"
#include "base/text.hpp"
#include "tests/unit/agent/outcomes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::agent {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

const std::chrono::system_clock::time_point kStart{1'795'428'000s};  // 2026-11-23T10:00:00Z

TEST(Rounds, what_fails_and_what_comes_back_is_told_with_its_time) {
    Rounds rounds;
    const Terminal plain(false, 80);
    rounds.add({test::good(), test::good("database")}, "", kStart);
    EXPECT_EQ(rounds.head(2s, kStart, plain), "round 1 · every 2.00 s · since 0 s\n\n");
    rounds.add({test::good(), test::bad()}, "", kStart + 2s);
    EXPECT_EQ(rounds.head(2s, kStart + 3s, plain),
              "round 2 · every 2.00 s · since 3 s\n10:00:02  ✗ database  connect: tcp.timeout\n\n");
    rounds.add({test::good(), test::bad()}, "", kStart + 4s);
    rounds.add({test::good(), test::good("database")}, "", kStart + 90s);
    EXPECT_EQ(rounds.head(2s, kStart + 90s, plain),
              "round 4 · every 2.00 s · since 1 min 30 s\n10:00:02  ✗ database  connect: tcp.timeout\n"
              "10:01:30  ✓ database  is back after 1 min 28 s\n\n");
    EXPECT_EQ(rounds.count(), 4U);
}

TEST(Rounds, what_failed_from_the_start_is_no_change_and_another_cause_is) {
    Rounds rounds;
    rounds.add({test::bad()}, "", kStart);
    rounds.add({test::bad()}, "", kStart + 2s);
    EXPECT_THAT(rounds.head(2s, kStart + 2s, Terminal(false, 80)), Not(HasSubstr("database")));
    auto other = test::bad();
    other.failure->cause = Cause::tcp_refused;
    rounds.add({other}, "", kStart + 4s);
    EXPECT_THAT(rounds.head(2s, kStart + 4s, Terminal(false, 80)),
                HasSubstr("✗ database  connect: tcp.refused"));
}

TEST(Rounds, only_the_latest_changes_are_kept) {
    Rounds rounds;
    for (int round = 0; round < 50; ++round)
        rounds.add({round % 2 == 0 ? test::good("database") : test::bad()}, "", kStart + round * 2s);
    const auto head = rounds.head(2s, kStart + 100s, Terminal(false, 80));
    EXPECT_EQ(split(head, '\n').size(), 7U) << head;  // the counter, four changes, a blank, the end
    EXPECT_THAT(head, HasSubstr("10:01:38  ✗ database"));
}

TEST(Rounds, the_tasks_own_trouble_comes_and_goes_among_the_changes) {
    Rounds rounds;
    rounds.add({test::good()}, "", kStart);
    rounds.add({test::good()}, "1 thing is wrong (memory)", kStart + 2s);
    EXPECT_THAT(rounds.head(2s, kStart + 2s, Terminal(false, 80)),
                HasSubstr("10:00:02  ✗ task  1 thing is wrong (memory)\n"));
    rounds.add({test::good()}, "", kStart + 4s);
    EXPECT_THAT(rounds.head(2s, kStart + 4s, Terminal(false, 80)),
                HasSubstr("10:00:04  ✓ task  is back after 2 s\n"));
}

TEST(Screen, the_next_page_takes_the_place_of_the_last) {
    Screen screen;
    EXPECT_EQ(screen.redraw("a\nb\n", {24, 80}), "\r\x1b[Ja\nb\n");
    EXPECT_EQ(screen.redraw("c\n", {24, 80}), "\x1b[2A\r\x1b[Jc\n");
    EXPECT_EQ(screen.redraw("d\n", {24, 80}), "\x1b[1A\r\x1b[Jd\n");
}

TEST(Screen, a_line_wider_than_the_window_takes_the_rows_that_it_is_wrapped_to) {
    Screen screen;
    screen.redraw(std::string(20, 'x') + "\n\x1b[31m" + std::string(10, 'y') + "\x1b[0m\n", {24, 10});
    EXPECT_EQ(screen.redraw("c\n", {24, 10}), "\x1b[3A\r\x1b[Jc\n");
    screen.redraw(std::string(11, 'x') + "\n", {24, 10});
    EXPECT_EQ(screen.redraw("c\n", {24, 10}), "\x1b[2A\r\x1b[Jc\n");
}

TEST(Screen, another_width_clears_the_window) {
    Screen screen;
    EXPECT_EQ(screen.redraw("a\n", {24, 80}), "\r\x1b[Ja\n");
    EXPECT_EQ(screen.redraw("b\n", {24, 40}), "\x1b[H\x1b[2Jb\n");
    EXPECT_EQ(screen.redraw("c\n", {24, 40}), "\x1b[1A\r\x1b[Jc\n");
}

TEST(Screen, a_page_taller_than_the_window_keeps_its_beginning_and_its_result) {
    Screen screen;
    const std::string page = "1\n2\n3\n4\n5\n6\n7\n8\nResult\n";
    EXPECT_EQ(screen.redraw(page, {6, 80}),
              "\r\x1b[J1\n2\n3\n… 5 more lines: they need a taller window\nResult\n");
    EXPECT_EQ(screen.redraw(page, {0, 80}), "\x1b[5A\r\x1b[J" + page);
    const std::string wrapped = "1\n2\n3\n4\n5\n6\n7\n8\n\nResult: a\n        b\n";
    EXPECT_EQ(Screen().redraw(wrapped, {8, 80}),
              "\r\x1b[J1\n2\n3\n4\n… 5 more lines: they need a taller window\nResult: a\n        b\n");
    EXPECT_EQ(Screen().redraw("12345678901\n2\n3\n4\n5\nResult\n", {6, 10}),
              "\r\x1b[J12345678901\n2\n… 3 more…\nResult\n");
}

TEST(ProgressWords, the_longest_wait_comes_first_and_the_line_is_cut_to_the_window) {
    Progress progress{2, 5, {{"cache", "connect", 10ms}, {"database", "authenticate", 1234ms}}};
    EXPECT_EQ(progress_words(progress, 80), "2 of 5 · database: authenticate 1.2 s · cache: connect");
    EXPECT_EQ(progress_words(progress, 40), "2 of 5 · database: authenticate 1.2 s ·…");
    EXPECT_EQ(progress_words({0, 3, {}}, 80), "0 of 3");
    EXPECT_EQ(progress_words({0, 1, {{"silent", "first_byte", 410ms, 7, 20}}}, 80),
              "0 of 1 · silent: run 7 of 20, first_byte 0.4 s");
}

}  // namespace
}  // namespace plumb::agent

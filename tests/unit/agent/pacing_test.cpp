#include "agent/run/pacing.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace plumb::agent {
namespace {

using namespace std::chrono_literals;

Outcome good() {
    return {};
}

Outcome bad(std::string_view phase, Cause cause) {
    Outcome outcome;
    outcome.failure = Failure{std::string(phase), cause, ""};
    return outcome;
}

// The next `points` points, a letter each: c, l and i for the depths, - for a point left out; each run's
// outcome is what `outcome` gives for its depth. Upper case where something was held back.
template <class OutcomeOf>
std::string walk(Pacing& pacing, int points, OutcomeOf outcome) {
    std::string seen;
    for (int i = 0; i < points; ++i) {
        const auto next = pacing.next();
        if (!next.depth) {
            seen += '-';
            continue;
        }
        const char letter = "cli"[static_cast<int>(*next.depth)];
        seen += next.held_back ? static_cast<char>(letter - 'a' + 'A') : letter;
        pacing.seen(*next.depth, outcome(*next.depth));
    }
    return seen;
}

const auto kGood = [](Depth) { return good(); };
const auto kNoWay = [](Depth) { return bad("connect", Cause::tcp_timeout); };
const auto kNoSlots = [](Depth depth) {
    return depth == Depth::connect ? good() : bad("authenticate", Cause::postgres_too_many_connections);
};
const auto kNoPassword = [](Depth depth) {
    return depth == Depth::connect ? good() : bad("authenticate", Cause::postgres_auth_failed);
};

Cadence usual(bool logs_in) {
    return cadence_of(logs_in, 30s, 5s, std::nullopt, std::nullopt);
}

TEST(Cadence, defaults_to_two_log_ins_and_one_inspection_a_window) {
    Pacing pacing(usual(true));
    EXPECT_EQ(walk(pacing, 13, kGood), "icclccicclcci");
}

TEST(Cadence, where_nothing_logs_in_every_run_asks_and_one_a_window_inspects) {
    Pacing pacing(usual(false));
    EXPECT_EQ(walk(pacing, 13, kGood), "illlllillllli");
}

TEST(Cadence, counts_in_windows_whatever_their_length) {
    Pacing pacing(cadence_of(true, 1s, 100ms, std::nullopt, std::nullopt));
    EXPECT_EQ(walk(pacing, 11, kGood), "icccclcccci");
}

TEST(Cadence, an_interval_longer_than_its_share_of_a_window_does_everything_each_time) {
    Pacing pacing(cadence_of(true, 30s, 30s, std::nullopt, std::nullopt));
    EXPECT_EQ(walk(pacing, 3, kGood), "iii");
}

TEST(Cadence, follows_what_the_target_says) {
    Pacing pacing(cadence_of(true, 30s, 1s, 2s, 6s));
    EXPECT_EQ(walk(pacing, 7, kGood), "iclclci");
}

TEST(Pacing, a_fault_shows_often_enough_for_the_judge_before_it_is_asked_less) {
    Pacing pacing(usual(false));
    EXPECT_EQ(walk(pacing, 5, kNoWay), "illll");
    EXPECT_EQ(pacing.state(), "runs held back");
    EXPECT_EQ(walk(pacing, 18, kNoWay), "-l---i-----l-----l");
}

TEST(Pacing, even_a_dead_target_is_tried_once_a_window) {
    Pacing pacing(usual(true));
    walk(pacing, 100, kNoWay);
    const auto seen = walk(pacing, 24, kNoWay);
    EXPECT_EQ(std::count(seen.begin(), seen.end(), '-'), 20);
}

TEST(Pacing, a_server_without_slots_is_asked_less_at_once_and_its_way_still_tried) {
    Pacing pacing(usual(true));
    EXPECT_EQ(walk(pacing, 13, kNoSlots), "iccCcclccCccC");
    EXPECT_EQ(pacing.state(), "log-ins held back");
}

TEST(Pacing, a_refused_password_is_asked_less_after_five_times) {
    Pacing pacing(usual(true));
    EXPECT_EQ(walk(pacing, 15, kNoPassword), "icclccicclccicc");
    EXPECT_EQ(walk(pacing, 6, kNoPassword), "Ccclcc");
}

TEST(Pacing, one_success_closes_the_breaker) {
    Pacing pacing(usual(true));
    walk(pacing, 60, kNoSlots);
    ASSERT_NE(pacing.state(), "");
    auto seen = walk(pacing, 12, kGood);  // at the latest, the next trial
    EXPECT_EQ(pacing.state(), "");
    seen = walk(pacing, 12, kGood);
    EXPECT_EQ(std::count(seen.begin(), seen.end(), 'c'), 8) << seen;
}

TEST(Pacing, a_run_that_only_connects_does_not_close_what_a_log_in_opened) {
    Pacing pacing(usual(true));
    walk(pacing, 1, kNoSlots);
    walk(pacing, 2, kGood);
    EXPECT_EQ(pacing.state(), "log-ins held back");
}

TEST(Pacing, a_run_that_was_cancelled_says_nothing) {
    Pacing pacing(usual(false));
    for (int i = 0; i < 20; ++i)
        pacing.seen(Depth::login, bad("connect", Cause::local_cancelled));
    EXPECT_EQ(pacing.state(), "");
}

}  // namespace
}  // namespace plumb::agent

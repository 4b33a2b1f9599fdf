#include "agent/run/pacing.hpp"

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
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
    EXPECT_EQ(walk(pacing, 18, kNoWay), "-i---l-----i-----i");
}

TEST(Pacing, even_a_dead_target_is_tried_once_a_window) {
    Pacing pacing(usual(true));
    walk(pacing, 100, kNoWay);
    const auto seen = walk(pacing, 24, kNoWay);
    EXPECT_EQ(std::count(seen.begin(), seen.end(), '-'), 20);
}

TEST(Pacing, a_server_without_slots_is_asked_less_at_once_and_its_way_still_tried) {
    Pacing pacing(usual(true));
    EXPECT_EQ(walk(pacing, 13, kNoSlots), "iccCcciccCccC");
    EXPECT_EQ(pacing.state(), "log-ins held back");
}

TEST(Pacing, a_refused_password_is_asked_less_after_five_times) {
    Pacing pacing(usual(true));
    EXPECT_EQ(walk(pacing, 15, kNoPassword), "icclccicclccicc");
    EXPECT_EQ(walk(pacing, 6, kNoPassword), "Cccicc");
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

// Points between two log-ins, seen over many.
std::vector<int> distances(Pacing& pacing, int points, const Outcome& outcome = good()) {
    std::vector<int> out;
    int last = -1;
    for (int i = 0; i < points; ++i) {
        const auto next = pacing.next();
        if (!next.depth) continue;
        pacing.seen(*next.depth, *next.depth == Depth::connect ? good() : outcome);
        if (*next.depth == Depth::connect) continue;
        if (last >= 0) out.push_back(i - last);
        last = i;
    }
    return out;
}

TEST(Pace, keeps_log_ins_apart_and_leaves_the_other_runs_alone) {
    Pacing pacing(usual(true));
    pacing.keep_apart(40s, 0);
    const auto seen = walk(pacing, 24, kGood);
    EXPECT_EQ(seen,
              "icccccccicccccccicccccc"
              "c")
        << "each log-in inspects: it is rare enough";
    EXPECT_EQ(pacing.pace(), "log-ins 40.0 s apart");
    EXPECT_EQ(pacing.state(), "") << "nothing fails";
}

TEST(Pace, can_only_slow_down) {
    for (const auto apart : {-5s, 0s, 1s, 15s}) {
        Pacing pacing(usual(true));
        pacing.keep_apart(apart, 0.99);
        EXPECT_EQ(walk(pacing, 13, kGood), "icclccicclcci") << apart.count();
        EXPECT_EQ(pacing.pace(), "");
    }
}

TEST(Pace, is_rounded_up_to_points_so_that_the_budget_is_kept) {
    Pacing pacing(usual(true));
    pacing.keep_apart(20s + 1ns, 0);
    EXPECT_THAT(distances(pacing, 40), testing::Each(5));
}

TEST(Pace, has_a_bound_so_that_evidence_does_not_die_out) {
    Pacing pacing(usual(true));
    pacing.keep_apart(std::chrono::hours(24 * 365), 0);
    EXPECT_THAT(distances(pacing, 3000), testing::ElementsAre(720, 720, 720, 720));
}

TEST(Pace, that_is_longer_counts_at_once_and_one_that_is_shorter_from_the_next_log_in) {
    Pacing pacing(usual(true));
    EXPECT_EQ(walk(pacing, 2, kGood), "ic");
    pacing.keep_apart(50s, 0.5);  // half of the seven points more
    EXPECT_EQ(walk(pacing, 5, kGood), "cccci");
    EXPECT_EQ(walk(pacing, 2, kGood), "cc");
    pacing.keep_apart(0s, 0.5);
    EXPECT_EQ(pacing.pace(), "");
    EXPECT_EQ(walk(pacing, 11, kGood), "ccccccciccl");
}

TEST(Pace, spreads_agents_that_are_asked_together) {
    std::set<int> first;
    for (int agent = 0; agent < 100; ++agent) {
        Pacing pacing(usual(true));
        pacing.keep_apart(500s, agent / 100.0);
        const auto seen = walk(pacing, 101, kGood);
        first.insert(static_cast<int>(seen.find('i')));
    }
    EXPECT_GT(first.size(), 90U);
    EXPECT_GE(*first.rbegin(), 90);
}

TEST(Pace, keeps_a_fleet_within_its_budget_from_the_moment_it_is_asked) {
    constexpr int kAgents = 1000;
    constexpr int kApart = 20;  // points: the budget is 50 log-ins a point
    std::mt19937_64 random(1);
    std::vector<int> log_ins(400, 0);
    for (int agent = 0; agent < kAgents; ++agent) {
        Pacing pacing(usual(true));
        walk(pacing, static_cast<int>(random() % 3), kGood);  // where it is in its own cadence
        pacing.keep_apart(kApart * 5s, std::uniform_real_distribution<double>(0, 1)(random));
        for (int& here : log_ins) {
            const auto next = pacing.next();
            here += next.depth != Depth::connect ? 1 : 0;
            pacing.seen(*next.depth, good());
        }
    }
    int newest = 0;
    for (std::size_t i = 0; i < log_ins.size(); ++i) {
        EXPECT_LT(log_ins[i], 2 * kAgents / kApart) << "no crowd at point " << i;
        newest += log_ins[i] - (i >= kApart ? log_ins[i - kApart] : 0);
        EXPECT_LE(newest, kAgents) << i;
    }
    EXPECT_EQ(newest, kAgents) << "nobody is silenced";
}

TEST(Pace, and_a_breaker_multiply) {
    Pacing pacing(usual(true));
    pacing.keep_apart(50s, 0);
    EXPECT_THAT(distances(pacing, 400, bad("authenticate", Cause::postgres_too_many_connections)),
                testing::ElementsAre(20, 40, 40, 40, 40, 40, 40, 40, 40, 40));
    EXPECT_EQ(pacing.state(), "log-ins held back");
}

TEST(Pace, a_breaker_that_closes_keeps_to_it) {
    Pacing pacing(usual(true));
    walk(pacing, 7, kNoSlots);
    pacing.keep_apart(40s, 0.3);
    for (const int apart : distances(pacing, 200))
        EXPECT_GE(apart, 8);
}

TEST(Pace, means_nothing_where_nothing_logs_in) {
    Pacing pacing(usual(false));
    pacing.keep_apart(500s, 0.5);
    EXPECT_EQ(walk(pacing, 7, kGood), "illllli");
    EXPECT_EQ(pacing.pace(), "");
}

TEST(Pacing, a_run_that_was_cancelled_says_nothing) {
    Pacing pacing(usual(false));
    for (int i = 0; i < 20; ++i)
        pacing.seen(Depth::login, bad("connect", Cause::local_cancelled));
    EXPECT_EQ(pacing.state(), "");
}

}  // namespace
}  // namespace plumb::agent

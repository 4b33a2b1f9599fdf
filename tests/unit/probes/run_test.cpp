#include "probes/run.hpp"

#include <numeric>
#include <thread>

#include <gtest/gtest.h>

namespace plumb {
namespace {

std::chrono::nanoseconds sum(const Outcome& outcome) {
    return std::accumulate(outcome.phases.begin(), outcome.phases.end(), std::chrono::nanoseconds::zero(),
                           [](auto so_far, const PhaseTiming& phase) { return so_far + phase.duration; });
}

TEST(ProbeRun, phases_add_up_to_the_total_exactly) {
    plumb::Run run(Clock::now() + std::chrono::seconds(1), 0);
    run.begin(phase::resolve);
    run.begin(phase::connect);
    run.begin(phase::query);
    run.begin(phase::connect);
    run.finish();
    ASSERT_EQ(run.outcome.phases.size(), 3U);
    EXPECT_EQ(run.outcome.phases[1].name, phase::connect);
    EXPECT_EQ(sum(run.outcome), run.outcome.total);
    EXPECT_GT(run.outcome.total.count(), 0);
}

std::chrono::nanoseconds spent_in(const Outcome& outcome, std::string_view phase) {
    for (const auto& each : outcome.phases) {
        if (each.name == phase) return each.duration;
    }
    return std::chrono::nanoseconds(-1);
}

// The clock is not injected: each case only says what must hold however long a step takes.
TEST(ProbeRun, what_is_said_is_kept_only_where_somebody_listens) {
    plumb::Run deaf(Clock::now() + std::chrono::seconds(1));
    deaf.begin(phase::ping);
    deaf.we_said("PING");
    EXPECT_FALSE(deaf.listens());
    EXPECT_TRUE(deaf.outcome.said.empty());
    plumb::Run run(Clock::now() + std::chrono::seconds(1));
    run.listen({});
    run.begin(phase::ping);
    run.we_said("PING");
    run.peer_said("+PONG\r");
    ASSERT_EQ(run.outcome.said.size(), 2U);
    EXPECT_TRUE(run.outcome.said[0].sent);
    EXPECT_FALSE(run.outcome.said[1].sent);
    EXPECT_EQ(run.outcome.said[1].words, "+PONG\\x0D");
    EXPECT_GE(run.outcome.said[1].at, run.outcome.said[0].at);
}

TEST(ProbeRun, what_is_said_is_bounded_and_holds_none_of_the_secrets_it_is_told) {
    const std::vector<Secret> secrets{Secret("hunter2-and-more"), Secret("hunter2")};
    plumb::Run run(Clock::now() + std::chrono::seconds(1));
    run.listen(secrets);
    run.begin(phase::ping);
    // The secret lies across the place where the words are cut.
    run.peer_said(std::string(kMaxSaidWords - 4, 'x') + "hunter2-and-more");
    for (std::size_t i = 0; i < 2 * kMaxSaid; ++i)
        run.we_said("hunter2 " + std::string(10'000, 'y'));
    ASSERT_EQ(run.outcome.said.size(), kMaxSaid);
    for (const auto& step : run.outcome.said) {
        EXPECT_LE(step.words.size(), kMaxSaidWords);
        EXPECT_EQ(step.words.find("hunt"), std::string::npos) << step.words;
    }
    EXPECT_EQ(run.outcome.said.back().words, "… and more");
}

TEST(ProbeRun, the_time_spent_in_the_phase_in_progress_can_be_asked) {
    plumb::Run run(Clock::now() + std::chrono::seconds(1));
    EXPECT_EQ(run.spent(Clock::now()).count(), 0);
    run.begin(phase::connect);
    const auto now = Clock::now();
    EXPECT_GE(run.spent(now + std::chrono::seconds(1)), std::chrono::seconds(1));
    run.begin(phase::ping);
    EXPECT_LT(run.spent(Clock::now()), run.spent(Clock::now() + std::chrono::seconds(1)));
}

TEST(ProbeRun, our_own_time_before_the_first_word_and_after_the_arrival_is_in_no_phase) {
    plumb::Run run(Clock::now() + std::chrono::seconds(1));
    run.begin(phase::resolve);
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
    const auto sent = Clock::now();
    run.sent(sent);
    const auto arrived = sent + std::chrono::milliseconds(2);
    std::this_thread::sleep_until(arrived + std::chrono::milliseconds(3));
    run.arrived(arrived);
    const auto looked = Clock::now();
    run.begin(phase::connect);
    const auto after = Clock::now();
    run.finish();
    EXPECT_GE(spent_in(run.outcome, phase::resolve), std::chrono::milliseconds(2));
    EXPECT_LE(spent_in(run.outcome, phase::resolve), std::chrono::milliseconds(2) + (after - looked));
    EXPECT_EQ(sum(run.outcome), run.outcome.total);
}

TEST(ProbeRun, a_step_that_was_said_and_the_phase_that_it_ends_agree) {
    plumb::Run run(Clock::now() + std::chrono::seconds(1));
    run.listen({});
    run.begin(phase::connect);
    run.we_said("SYN");
    const auto answered = Clock::now();
    std::this_thread::sleep_for(std::chrono::milliseconds(3));  // waking up late
    run.peer_said("SYN-ACK");
    run.arrived(answered);
    run.begin(phase::query);
    const auto connected = spent_in(run.outcome, phase::connect);
    run.we_said("PING");
    run.finish();
    const auto& said = run.outcome.said;
    ASSERT_EQ(said.size(), 3U);
    EXPECT_LT(said[1].at, std::chrono::milliseconds(3));
    EXPECT_LE(said[0].at, said[1].at);
    EXPECT_LE(said[1].at, connected);
    EXPECT_GE(said[2].at, connected);
    EXPECT_LE(said[2].at, run.outcome.total);
}

TEST(ProbeRun, an_arrival_told_twice_is_set_aside_once) {
    plumb::Run run(Clock::now() + std::chrono::seconds(1));
    run.begin(phase::query);
    const auto begun = Clock::now();
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    const auto arrived = Clock::now();
    run.arrived(arrived);
    run.arrived(arrived);
    run.arrived(begun - std::chrono::hours(1));
    run.finish();
    EXPECT_GE(spent_in(run.outcome, phase::query), arrived - begun);
}

TEST(ProbeRun, closing_after_the_last_arrival_is_in_no_phase) {
    plumb::Run run(Clock::now() + std::chrono::seconds(1));
    const auto before = Clock::now();
    run.begin(phase::connect);
    run.arrived(Clock::now());
    const auto after = Clock::now();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    run.finish();
    EXPECT_LE(run.outcome.total, after - before);
}

TEST(ProbeRun, waiting_on_after_an_arrival_counts) {
    plumb::Run run(Clock::now() + std::chrono::seconds(1));
    run.begin(phase::query);
    run.arrived(Clock::now());
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    run.begin(phase::transfer);
    EXPECT_GE(spent_in(run.outcome, phase::query), std::chrono::milliseconds(5));
}

TEST(ProbeRun, a_phase_that_fails_counts_everything) {
    plumb::Run run(Clock::now() + std::chrono::seconds(1));
    const auto before = Clock::now();
    run.begin(phase::handshake);
    const auto begun = Clock::now();
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
    run.sent(Clock::now());
    run.arrived(begun);
    run.fail(Cause::tls_timeout, "stalled");
    run.arrived(begun);
    const auto ended = Clock::now();
    run.finish();
    EXPECT_GE(run.outcome.total, ended - begun);
    EXPECT_LE(run.outcome.total, Clock::now() - before);
}

TEST(ProbeRun, what_lies_in_the_future_is_no_arrival) {
    plumb::Run run(Clock::now() + std::chrono::seconds(1));
    run.begin(phase::query);
    run.sent(Clock::now() + std::chrono::hours(1));
    run.arrived(Clock::now() + std::chrono::hours(1));
    run.finish();
    EXPECT_GE(run.outcome.total, std::chrono::nanoseconds::zero());
    EXPECT_LT(run.outcome.total, std::chrono::minutes(10));
}

TEST(ProbeRun, finishing_twice_adds_nothing) {
    plumb::Run run(Clock::now(), 0);
    run.begin(phase::resolve);
    run.finish();
    const auto total = run.outcome.total;
    run.finish();
    EXPECT_EQ(run.outcome.total, total);
}

TEST(ProbeRun, the_first_failure_stays_and_names_the_phase_in_progress) {
    plumb::Run run(Clock::now(), 0);
    run.begin(phase::connect);
    run.fail(Cause::tcp_refused, "first\x1b[31m");
    run.begin(phase::query);
    run.fail(Cause::peer_timeout, "second");
    ASSERT_TRUE(run.failed());
    EXPECT_EQ(run.outcome.failure->phase, phase::connect);
    EXPECT_EQ(run.outcome.failure->cause, Cause::tcp_refused);
    EXPECT_EQ(run.outcome.failure->detail.find('\x1b'), std::string::npos);
}

TEST(ProbeRun, a_passed_deadline_is_named_by_its_phase) {
    EXPECT_EQ(timeout_cause(phase::resolve), Cause::dns_timeout);
    EXPECT_EQ(timeout_cause(phase::connect), Cause::tcp_timeout);
    EXPECT_EQ(timeout_cause(phase::handshake), Cause::tls_timeout);
    EXPECT_EQ(timeout_cause(phase::authenticate), Cause::peer_timeout);
    EXPECT_EQ(timeout_cause(phase::first_byte), Cause::peer_timeout);
}

}  // namespace
}  // namespace plumb

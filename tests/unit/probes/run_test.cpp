#include "probes/run.hpp"

#include <numeric>

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

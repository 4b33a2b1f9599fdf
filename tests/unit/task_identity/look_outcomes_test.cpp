#include "probes/task/look_outcomes.hpp"

#include "model/accumulator.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace plumb::task {
namespace {

using ::testing::SizeIs;

Look look_of(std::vector<Check> checks) {
    Look look;
    look.evidence.fact("task.kernel", FactClass::ordered, "6.1");
    look.evidence.gauge("task.memory", 1, 2, true);
    look.checks = std::move(checks);
    return look;
}

TEST(LookOutcomes, each_check_is_a_run_of_a_phase_of_its_name) {
    LookOutcomes outcomes;
    const auto out = outcomes.of(look_of({{"memory", Cause::task_oom_killed, true, "2 kills"},
                                          {"sockets.database", Cause::task_connection_leak, false, ""}}));
    ASSERT_THAT(out, SizeIs(3));
    EXPECT_EQ(out[0].dependency, "task");
    EXPECT_EQ(out[0].kind, "task");
    EXPECT_NE(out[0].find_fact("task.kernel"), nullptr);
    EXPECT_TRUE(out[0].ok());
    EXPECT_EQ(out[1].failure->phase, "memory");
    EXPECT_EQ(out[1].failure->cause, Cause::task_oom_killed);
    EXPECT_TRUE(out[2].ok());
    EXPECT_EQ(out[2].phases.front().name, "sockets.database");
}

TEST(LookOutcomes, a_window_counts_checks_and_no_latency_of_theirs) {
    LookOutcomes outcomes;
    WindowAccumulator windows;
    for (int i = 0; i < 6; ++i) {
        for (const auto& each : outcomes.of(look_of({{"memory", Cause::task_oom_killed, i % 2 == 0, ""}})))
            windows.add(each);
    }
    const auto window = windows.take();
    ASSERT_THAT(window, SizeIs(1));
    ASSERT_THAT(window[0].phases, SizeIs(1));
    EXPECT_EQ(window[0].phases[0].layer, Layer::task);
    EXPECT_EQ(window[0].phases[0].reached, 6U);
    EXPECT_EQ(window[0].phases[0].clean.count(), 0U);
    ASSERT_THAT(window[0].failures, SizeIs(1));
    EXPECT_EQ(window[0].failures[0].count, 3U);
}

TEST(LookOutcomes, of_many_dependencies_the_first_by_name_are_told_and_the_failed_of_the_rest) {
    LookOutcomes outcomes;
    std::vector<Check> checks;
    for (int i = 0; i < 60; ++i)
        checks.push_back({fmt::format("sockets.d{:02}", i), Cause::task_connection_leak, i >= 58, ""});
    const auto out = outcomes.of(look_of(checks));
    EXPECT_THAT(out, SizeIs(1 + LookOutcomes::kMostSingle + 2));
    EXPECT_EQ(out.back().failure->phase, "sockets.others");
}

}  // namespace
}  // namespace plumb::task

// Whoever asks less of a dependency finds less.
#include "tests/unit/judge/fleet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::judge::test {
namespace {

using ::testing::HasSubstr;

TEST(Depth, whoever_asks_less_finds_less) {
    Fleet after = production();
    after.change([](Window& window, int, int) {
        std::erase_if(dependency(window, "database").phases,
                      [](const WindowPhase& phase) { return phase.name == "query"; });
    });
    const Report report = compare(staging(), after);
    EXPECT_EQ(report.verdict, Verdict::insufficient);
    EXPECT_THAT(gaps(report, true), HasSubstr("3 of 3 tasks of the candidate never came to phase query"));
    // An older agent may not know the phase.
    after.change([](Window& window, int, int) { window.labels["agent_version"] = "0.0.9"; });
    EXPECT_EQ(compare(staging(), after).verdict, Verdict::promote);
}

TEST(Depth, of_some_tasks_is_told_and_blocks_nothing) {
    const auto shallow = [](int tasks) {
        Fleet after = production().tasks(6).windows(14);
        after.change([=](Window& window, int task, int) {
            if (task >= tasks) return;
            std::erase_if(dependency(window, "database").phases,
                          [](const WindowPhase& phase) { return phase.name == "query"; });
        });
        return compare(staging().tasks(6).windows(14), after);
    };
    EXPECT_EQ(shallow(5).verdict, Verdict::promote) << "log-ins of a large fleet are rare";
    EXPECT_THAT(gaps(shallow(5)), HasSubstr("5 of 6 tasks of the candidate never came to phase query"));
    EXPECT_EQ(gaps(shallow(1)), "") << "one odd task";
    EXPECT_EQ(shallow(6).verdict, Verdict::insufficient);
}

TEST(Depth, how_a_dependency_is_reached_is_told_by_facts) {
    Fleet after = production();
    after.change([](Window& window, int, int) {
        std::erase_if(dependency(window, "database").phases,
                      [](const WindowPhase& phase) { return phase.name == "resolve"; });
    });
    EXPECT_EQ(compare(staging(), after).verdict, Verdict::promote) << "by its address";
}

TEST(Depth, runs_that_never_started_are_told) {
    Fleet after = production();
    after.change([](Window& window, int, int) { dependency(window, "database").skipped = 300; });
    const Report report = compare(staging(), after);
    EXPECT_EQ(report.verdict, Verdict::promote);
    EXPECT_THAT(gaps(report), HasSubstr("were due and did not start"));
    // An agent backs off from what fails.
    after.change([](Window& window, int, int) { fail_all(window, "database", "connect", "tcp.timeout"); });
    EXPECT_EQ(gaps(compare(staging(), after)).find("did not start"), std::string::npos);
}

}  // namespace
}  // namespace plumb::judge::test

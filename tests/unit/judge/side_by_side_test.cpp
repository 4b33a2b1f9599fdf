#include "controller/judge/finding/finding_json.hpp"
#include "tests/unit/judge/fleet.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace plumb::judge::test {
namespace {

constexpr int kDependencies = 120;

std::string name_of(int number) {
    return fmt::format("dependency-{:03}", number);
}

// Every seventh dependency of production fails.
Fleet fleet(const std::string& environment, double connect_ms) {
    Fleet made(environment);
    made.tasks(40).windows(3);
    for (int i = 0; i < kDependencies; ++i) {
        Spec spec;
        spec.name = name_of(i);
        spec.runs = 10;
        spec.phases = {{"connect", connect_ms}, {"query", 5.0}};
        made.with(spec);
    }
    return made.change([environment](Window& window, int, int) {
        if (environment != "production") return;
        for (int i = 0; i < kDependencies; i += 7)
            fail_all(window, name_of(i), "query", "postgres.auth_failed");
    });
}

// Large enough for several threads, and each dependency has something to tell.
TEST(SideBySide, a_large_comparison_says_the_same_each_time) {
    const Cohort before = fleet("staging", 2).cohort();
    const Cohort after = fleet("production", 4).cohort();
    const Report first = judge(before, after, {}, Look(noon()));
    EXPECT_EQ(first.verdict, Verdict::hold);
    const std::string all = to_json(first);
    for (int i = 0; i < kDependencies; i += 7)
        EXPECT_NE(all.find(name_of(i)), std::string::npos) << i;
    for (int again = 0; again < 3; ++again)
        EXPECT_EQ(to_json(judge(before, after, {}, Look(noon()))), all);
}

}  // namespace
}  // namespace plumb::judge::test

#include "probes/task/warmup/early_watch.hpp"

#include "tests/unit/task_warmup/hand_clock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::task {
namespace {

using namespace std::chrono_literals;
using test::at;
using testing::HasSubstr;
using testing::Not;

class EarlyWatchTest : public testing::Test {
  protected:
    std::string told() {
        const auto check = watch.check("/health", 3200ms);
        if (!check) return "absent";
        return check->failed ? check->detail : "passes";
    }

    EarlyWatch watch;
};

TEST_F(EarlyWatchTest, healthy_before_a_dependency_that_then_fails_is_early) {
    watch.first_healthy(at(3.2));
    watch.dependency_seen("database", false, at(5));
    const auto check = watch.check("/health", 3200ms);
    ASSERT_TRUE(check);
    EXPECT_EQ(check->name, "readiness");
    EXPECT_EQ(check->cause, Cause::task_ready_early);
    EXPECT_TRUE(check->failed);
    EXPECT_EQ(check->detail, "/health was healthy within 3.2 s, before database could be reached");
}

TEST_F(EarlyWatchTest, there_is_no_check_without_a_healthy_answer_or_a_dependency) {
    EXPECT_EQ(told(), "absent");
    watch.dependency_seen("database", false, at(1));
    EXPECT_EQ(told(), "absent");
    EarlyWatch lonely;
    lonely.first_healthy(at(3));
    EXPECT_FALSE(lonely.check("/health", 3s));
}

TEST_F(EarlyWatchTest, a_dependency_that_was_only_not_probed_yet_is_no_evidence) {
    watch.first_healthy(at(3));
    watch.dependency_seen("database", true, at(4));
    watch.dependency_seen("database", false, at(5));
    EXPECT_EQ(told(), "passes");
}

TEST_F(EarlyWatchTest, a_failure_before_the_healthy_answer_is_no_evidence) {
    watch.dependency_seen("database", false, at(2));
    watch.first_healthy(at(3));
    watch.dependency_seen("database", true, at(4));
    EXPECT_EQ(told(), "passes");
}

TEST_F(EarlyWatchTest, a_dependency_that_was_reached_before_and_fails_later_is_none) {
    watch.dependency_seen("database", true, at(2));
    watch.first_healthy(at(3));
    watch.dependency_seen("database", false, at(4));
    EXPECT_EQ(told(), "passes");
}

TEST_F(EarlyWatchTest, the_answer_may_be_known_later_than_the_runs) {
    watch.dependency_seen("cache", true, at(2.9));
    watch.dependency_seen("database", false, at(3));
    watch.dependency_seen("database", true, at(9));
    watch.first_healthy(at(3));
    EXPECT_EQ(told(), "/health was healthy within 3.2 s, before database could be reached");
}

TEST_F(EarlyWatchTest, what_happened_once_is_told_sixty_times) {
    watch.first_healthy(at(3));
    watch.dependency_seen("database", false, at(5));
    watch.dependency_seen("database", true, at(6));
    for (unsigned i = 0; i < EarlyWatch::kTold; ++i)
        ASSERT_THAT(told(), HasSubstr("database")) << i;
    EXPECT_EQ(told(), "passes");
    watch.dependency_seen("cache", false, at(7));
    EXPECT_EQ(told(), "passes");
}

TEST_F(EarlyWatchTest, of_many_dependencies_three_are_named_and_their_number_is_bounded) {
    watch.first_healthy(at(3));
    for (std::size_t i = 0; i < 2 * EarlyWatch::kMaxDependencies; ++i)
        watch.dependency_seen("d" + std::to_string(1000 + i), false, at(5));
    EXPECT_THAT(told(), HasSubstr("before d1000, d1001, d1002 and 253 more could be reached"));
}

TEST_F(EarlyWatchTest, a_name_is_escaped) {
    watch.first_healthy(at(3));
    watch.dependency_seen("data\nbase", false, at(5));
    EXPECT_THAT(told(), Not(HasSubstr("\n")));
}

}  // namespace
}  // namespace plumb::task

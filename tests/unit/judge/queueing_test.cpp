// Saturation told from a slower path.
#include "controller/judge/gauges/queueing.hpp"

#include "tests/unit/judge/fleet.hpp"

#include <cmath>
#include <functional>

#include <gtest/gtest.h>

namespace plumb::judge::test {
namespace {

struct Load {  // of one window
    double used = 0;
    double query_ms = 0;
    double rtt_ms = 0.5;
};

using Loads = std::function<Load(int task, int number)>;

Sketch all(double ms, std::uint64_t runs = 30) {
    Sketch sketch;
    sketch.add(std::chrono::nanoseconds(std::llround(ms * 1e6)), runs);
    return sketch;
}

Cohort loaded(const Loads& loads, int tasks = 3, int windows = 16, std::uint64_t runs = 30) {
    Fleet fleet = production().tasks(tasks).windows(windows);
    fleet.change([=](Window& window, int task, int number) {
        const Load load = loads(task, number);
        WindowDependency& of = dependency(window, "database");
        of.gauges = {gauge("postgres.connections", load.used, 100)};
        of.rtt = all(load.rtt_ms, runs);
        for (WindowPhase& phase : of.phases) {
            if (phase.name == "query") phase.clean = all(load.query_ms, runs);
        }
    });
    return fleet.cohort();
}

std::optional<Queueing> seen(const Cohort& cohort) {
    std::vector<Member> members;
    for (const TaskEvidence& task : cohort.tasks)
        members.push_back({&task, &task.dependencies.at("database"), {}});
    return queueing(members, "query");
}

// Use swings; a queue's waiting grows steeply with it.
double swing(int number) {
    return 40 + 10 * (number % 5);
}

Load queue(int, int number) {
    return {swing(number), 1 + 200 / (100 - swing(number)), 0.5};
}

TEST(Queueing, a_server_that_slows_with_its_use_is_seen) {
    const auto found = seen(loaded(queue));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->gauge, "postgres.connections");
    EXPECT_EQ(found->tasks, 3U);
    EXPECT_EQ(found->windows, 16U);
    EXPECT_GT(found->agreement, 0.5);
    EXPECT_GT(found->busy_ns, 1.25 * found->calm_ns);
}

TEST(Queueing, a_slower_path_is_none) {
    EXPECT_FALSE(seen(loaded([](int, int number) {
        const double rtt = 1 + 200 / (100 - swing(number));
        return Load{swing(number), rtt + 3 + swing(number) / 20, rtt};
    }))) << "the server's share grows a little, the path's much more";
}

TEST(Queueing, a_server_that_is_slow_whatever_its_use_is_none) {
    EXPECT_FALSE(seen(loaded([](int, int number) { return Load{swing(number), 50.0 + number % 3, 0.5}; })));
    EXPECT_FALSE(seen(loaded([](int, int number) {
        return Load{50, 5.0 + number, 0.5};
    }))) << "use stands still";
    EXPECT_FALSE(seen(loaded([](int, int number) {
        return Load{swing(number), 8 - swing(number) / 20, 0.5};
    }))) << "faster with use";
}

TEST(Queueing, half_of_the_tasks_must_show_it) {
    const auto some = [](int count) {
        return [count](int task, int number) {
            return task < count ? queue(task, number) : Load{50, 5, 0.5};
        };
    };
    EXPECT_TRUE(seen(loaded(some(2), 4)));
    EXPECT_FALSE(seen(loaded(some(1), 4)));
}

TEST(Queueing, too_little_evidence_is_none) {
    EXPECT_FALSE(seen(loaded(queue, 3, 7)));
    EXPECT_FALSE(seen(loaded(queue, 3, 16, 4)));
    EXPECT_TRUE(seen(loaded(queue, 3, 8, 5)));
    EXPECT_FALSE(queueing({}, "query"));
}

TEST(Queueing, only_the_newest_windows_are_kept) {
    const Cohort cohort = loaded(queue, 1, 100);
    const DependencyEvidence& database = cohort.tasks[0].dependencies.at("database");
    EXPECT_EQ(database.recent_rtt.size(), kRecentWindows);
    EXPECT_EQ(database.recent_rtt.back().end, noon());
}

}  // namespace
}  // namespace plumb::judge::test

// Which labels explain the affected tasks: alone, in pairs, in mixtures, and when they hardly do.
#include "controller/judge/scope/scope.hpp"

#include "tests/unit/judge/fleet.hpp"

#include <cmath>
#include <deque>
#include <random>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::judge::test {
namespace {

TaskEvidence task(const std::string& name, const Labels& labels) {
    TaskEvidence out;
    out.agent = name;
    out.labels = labels;
    return out;
}

TEST(Scope, labels_that_cut_the_tasks_alike_are_named_as_such) {
    const auto one = task("1", {{"zone", "a"}, {"revision", "8"}});
    const auto two = task("2", {{"zone", "a"}, {"revision", "8"}});
    const auto other = task("3", {{"zone", "b"}, {"revision", "7"}});
    const Scope scope = explain({&one, &two}, {&other});
    EXPECT_EQ(scope.labels, (Labels{{"zone", "a"}}));
    EXPECT_EQ(scope.aliases, (std::vector<std::string>{"revision=8"}));
}

TEST(Scope, several_values_of_one_label_are_joined) {
    const auto one = task("1", {{"subnet", "s1"}});
    const auto two = task("2", {{"subnet", "s2"}});
    const auto other = task("3", {{"subnet", "s3"}});
    EXPECT_EQ(explain({&one, &two}, {&other}).labels, (Labels{{"subnet", "s1,s2"}}));
}

TEST(Scope, without_a_label_that_explains_them_the_tasks_are_named) {
    const auto one = task("1", {{"zone", "a"}});
    const auto other = task("3", {{"zone", "a"}});
    const Scope scope = explain({&one}, {&other});
    EXPECT_EQ(scope.labels, (Labels{{"task", "1"}}));
    EXPECT_FALSE(scope.by_place);
}

TEST(Scope, all_tasks_are_the_whole_environment) {
    const auto one = task("1", {{"zone", "a"}});
    EXPECT_TRUE(explain({&one}, {}).labels.empty());
}

TEST(Scope, most_tasks_that_no_place_explains_are_the_whole_environment) {
    std::deque<TaskEvidence> tasks;
    for (int i = 0; i < 6; ++i)
        tasks.push_back(task(std::to_string(i), {{"zone", "a"}}));
    EXPECT_TRUE(explain({&tasks[0], &tasks[1], &tasks[2], &tasks[3], &tasks[4]}, {&tasks[5]}).labels.empty());
}

// A fleet of 24 tasks: three zones of two subnets, a rollout of revision 8 under way in every zone, two tasks
// a host.
std::deque<TaskEvidence> fleet_in_rollout() {
    std::deque<TaskEvidence> tasks;
    for (int i = 0; i < 24; ++i) {
        const int zone = i % 3;
        const int revision = i / 3 % 4 == 0 ? 8 : 7;
        tasks.push_back(task(fmt::format("t{:02}", i), {{"zone", fmt::format("az{}", zone)},
                                                        {"subnet", fmt::format("s{}", zone * 2 + i / 3 % 2)},
                                                        {"revision", std::to_string(revision)},
                                                        {"image", fmt::format("sha256:{}", revision)},
                                                        {"host", fmt::format("h{}", zone * 4 + i / 6)}}));
    }
    return tasks;
}

template <class Share>
std::vector<TaskReading> shares(const std::deque<TaskEvidence>& tasks, const Share& share) {
    std::vector<TaskReading> readings;
    for (const TaskEvidence& each : tasks)
        readings.push_back({&each, 100, 100 * share(each.labels)});
    return readings;
}

TEST(Scope, a_mixture_of_failing_and_working_runs_in_one_zone_is_that_zone) {
    const auto tasks = fleet_in_rollout();
    const Scope scope =
        explain_shares(shares(tasks, [](const Labels& at) { return at.at("zone") == "az1" ? 0.4 : 0.01; }));
    EXPECT_EQ(scope.labels, (Labels{{"zone", "az1"}}));
    EXPECT_TRUE(scope.by_place);
    EXPECT_TRUE(scope.alternatives.empty());
}

TEST(Scope, a_fault_of_the_new_revision_in_one_zone_is_a_pair) {
    const auto tasks = fleet_in_rollout();
    const Scope scope = explain_shares(shares(tasks, [](const Labels& at) {
        return at.at("zone") == "az1" && at.at("revision") == "8" ? 0.5 : 0.0;
    }));
    EXPECT_EQ(scope.labels, (Labels{{"zone", "az1"}, {"revision", "8"}}));
}

TEST(Scope, two_revisions_are_two_cohorts_and_the_image_is_an_alias) {
    const auto tasks = fleet_in_rollout();
    const Scope scope =
        explain_shares(shares(tasks, [](const Labels& at) { return at.at("revision") == "8" ? 0.3 : 0.0; }));
    EXPECT_EQ(scope.labels, (Labels{{"revision", "8"}}));
    EXPECT_EQ(scope.aliases, (std::vector<std::string>{"image=sha256:8"}));
}

TEST(Scope, the_same_everywhere_is_the_whole_environment) {
    const auto tasks = fleet_in_rollout();
    EXPECT_TRUE(explain_shares(shares(tasks, [](const Labels&) { return 0.3; })).labels.empty());
}

TEST(Scope, what_the_evidence_can_hardly_tell_apart_is_told_as_alternatives) {
    // Zone az1 fails, but for one task; so does the revision that most of its tasks run.
    std::deque<TaskEvidence> tasks;
    for (int i = 0; i < 6; ++i)
        tasks.push_back(task(std::to_string(i),
                             {{"zone", i < 3 ? "a" : "b"}, {"revision", i < 2 || i == 3 ? "8" : "7"}}));
    const Scope scope = explain_shares({{&tasks[0], 5, 5},
                                        {&tasks[1], 5, 5},
                                        {&tasks[2], 5, 2},
                                        {&tasks[3], 5, 2},
                                        {&tasks[4], 5, 0},
                                        {&tasks[5], 5, 0}});
    EXPECT_EQ(scope.labels, (Labels{{"zone", "a"}}));
    EXPECT_THAT(scope.alternatives, testing::Contains(Labels{{"revision", "8"}}));
    Finding finding;
    tell_scope(scope, finding);
    EXPECT_GE(finding.evidence.at("scope_alternatives").as_array().size(), 1U);
}

TEST(Scope, levels_that_rose_in_one_place_are_that_place) {
    const auto tasks = fleet_in_rollout();
    std::mt19937_64 random(3);
    std::normal_distribution<double> spread(0, 0.08);
    std::vector<TaskReading> readings;
    for (const TaskEvidence& each : tasks)
        readings.push_back(
            {&each, 1, spread(random) + (each.labels.at("subnet") == "s3" ? std::log(1.6) : 0)});
    EXPECT_EQ(explain_values(readings).labels, (Labels{{"subnet", "s3"}}));
    for (TaskReading& each : readings)
        each.k = spread(random) + std::log(1.6);
    EXPECT_TRUE(explain_values(readings).labels.empty()) << "all rose";
}

TEST(Scope, a_task_without_the_label_lies_in_every_scope_of_it) {
    const auto one = task("1", {{"zone", "a"}});
    EXPECT_TRUE(lies_in(one, Labels{{"zone", "a,b"}, {"revision", "8"}}));
    EXPECT_FALSE(lies_in(one, Labels{{"zone", "b"}}));
}

// What happened where, drawn by seed.
struct Drawn {
    std::deque<TaskEvidence> tasks;
    Labels truth;
    std::vector<TaskReading> readings;
};

Drawn draw(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    const auto pick = [&](int low, int high) {
        return std::uniform_int_distribution<int>(low, high)(random);
    };
    const auto uniform = [&](double low, double high) {
        return std::uniform_real_distribution<double>(low, high)(random);
    };
    Drawn drawn;
    const int count = pick(12, 72);
    for (int i = 0; i < count; ++i) {
        const int zone = pick(0, 2);
        const int subnet = zone * 2 + pick(0, 1);
        const int revision = pick(0, 9) < 4 ? 8 : 7;
        drawn.tasks.push_back(
            task(fmt::format("t{:02}", i), {{"zone", fmt::format("az{}", zone)},
                                            {"subnet", fmt::format("s{}", subnet)},
                                            {"revision", std::to_string(revision)},
                                            {"image", fmt::format("sha256:{}", revision)},
                                            {"host", fmt::format("h{}", subnet * 3 + pick(0, 2))}}));
    }
    // The labels of some task, so that there is one; every fourth fault is everywhere, every fourth of a
    // pair.
    const Labels& at = drawn.tasks[static_cast<std::size_t>(pick(0, count - 1))].labels;
    static const std::vector<std::string> kSingle{"zone", "subnet", "revision", "host"};
    if (seed % 4 == 1) {
        const std::string label = seed % 8 == 1 ? "zone" : "subnet";
        drawn.truth = {{label, at.at(label)}, {"revision", at.at("revision")}};
    } else if (seed % 4 != 0) {
        const std::string& label = kSingle[static_cast<std::size_t>(pick(0, 3))];
        drawn.truth = {{label, at.at(label)}};
    }
    const double failing = uniform(0.1, 1.0);
    const double background = uniform(0, 0.01);
    const auto runs = static_cast<std::uint64_t>(pick(60, 360));
    for (const TaskEvidence& each : drawn.tasks) {
        const double share = std::min(1.0, (lies_in(each, drawn.truth) ? failing : background) *
                                               std::exp(std::normal_distribution<double>(0, 0.2)(random)));
        drawn.readings.push_back(
            {&each, static_cast<double>(runs),
             static_cast<double>(std::binomial_distribution<std::uint64_t>(runs, share)(random))});
    }
    return drawn;
}

std::set<const TaskEvidence*> members(const Drawn& drawn, const Labels& scope) {
    std::set<const TaskEvidence*> inside;
    for (const TaskEvidence& each : drawn.tasks) {
        if (lies_in(each, scope)) inside.insert(&each);
    }
    return inside;
}

TEST(Scope, ninety_five_of_a_hundred_faults_are_placed_exactly) {
    constexpr int kFleets = 400;
    int exact = 0;
    int among = 0;
    int sure = 0;
    int surely_wrong = 0;
    for (std::uint64_t seed = 1; seed <= kFleets; ++seed) {
        const Drawn drawn = draw(seed);
        const Scope scope = explain_shares(drawn.readings);
        const auto truth = members(drawn, drawn.truth);
        const bool right = members(drawn, scope.labels) == truth;
        const bool listed = std::any_of(scope.alternatives.begin(), scope.alternatives.end(),
                                        [&](const Labels& each) { return members(drawn, each) == truth; });
        exact += right ? 1 : 0;
        among += right || listed ? 1 : 0;
        sure += scope.alternatives.empty() ? 1 : 0;
        surely_wrong += scope.alternatives.empty() && !right ? 1 : 0;
    }
    std::printf(
        "of %d faults %d are placed exactly, %d with their alternatives; %d are told as certain, %d of them "
        "wrongly\n",
        kFleets, exact, among, sure, surely_wrong);
    EXPECT_GE(exact, kFleets * 95 / 100);
    EXPECT_LE(surely_wrong, kFleets / 50);
}

TEST(Scope, many_tasks_are_all_in_it_and_told_as_a_few) {
    std::deque<TaskEvidence> tasks;
    std::vector<const TaskEvidence*> odd;
    std::vector<const TaskEvidence*> others;
    for (int i = 0; i < 20; ++i) {
        tasks.push_back(task(fmt::format("t{:02}", i), {}));
        (i % 3 == 0 ? odd : others).push_back(&tasks.back());
    }
    const Scope scope = explain(odd, others);
    for (const TaskEvidence* each : odd)
        EXPECT_TRUE(lies_in(*each, scope)) << each->agent;
    for (const TaskEvidence* each : others)
        EXPECT_FALSE(lies_in(*each, scope)) << each->agent;
    EXPECT_EQ(shortened(scope.labels), (Labels{{"task", "t00,t03,t06,t09 and 3 more"}}));
}

TEST(Scope, a_name_is_listed_whole_and_not_by_a_part) {
    EXPECT_TRUE(lists("t1,t11,t2", "t1"));
    EXPECT_TRUE(lists("t11,t1", "t1"));
    EXPECT_TRUE(lists("t11,t2", "t2"));
    EXPECT_FALSE(lists("t11,t12", "t1"));
    EXPECT_FALSE(lists("at1,t1b", "t1"));
    EXPECT_FALSE(lists("", "t1"));
}

}  // namespace
}  // namespace plumb::judge::test

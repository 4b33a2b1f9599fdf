// Windows become evidence: order and repetition do not matter, and nothing grows without bound.
#include "controller/judge/evidence/cohort.hpp"

#include "controller/judge/finding/finding_json.hpp"
#include "tests/unit/judge/fleet.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::judge::test {
namespace {

using ::testing::ElementsAre;

constexpr std::chrono::seconds kLength{30};

Window plain(const std::string& agent, std::uint64_t sequence) {
    Window window;
    window.agent = agent;
    window.sequence = sequence;
    window.length = kLength;
    WindowDependency database;
    database.dependency = "database";
    database.runs = 10;
    database.succeeded = 10;
    window.dependencies.push_back(database);
    return window;
}

Fleet eventful() {
    Fleet fleet = production().windows(6);
    fleet.change([](Window& window, int task, int number) {
        if (number % 2 == 0) fail(window, "database", "connect", "tcp.timeout", 3);
        set_fact(window, "database", "postgres.timezone", number > task ? "UTC" : "CET");
        dependency(window, "database").gauges = {gauge("postgres.connections", 10 + number, 100)};
    });
    return fleet;
}

std::string report_of(const std::vector<std::pair<Window, Time>>& windows) {
    CohortBuilder builder("production");
    for (const auto& [window, end] : windows)
        builder.add(window, end);
    return to_json(judge(staging().cohort(), std::move(builder).build(), {}, noon()));
}

TEST(CohortBuilder, gives_the_same_report_for_any_order_and_repetition) {
    auto windows = eventful().make();
    const std::string expected = report_of(windows);
    std::mt19937_64 random(7);
    for (int round = 0; round < 20; ++round) {
        std::shuffle(windows.begin(), windows.end(), random);
        auto more = windows;
        more.insert(more.end(), windows.begin(), windows.begin() + round % 10);
        ASSERT_EQ(report_of(more), expected);
    }
}

TEST(CohortBuilder, drops_a_window_that_came_before) {
    CohortBuilder builder("x");
    for (const std::uint64_t sequence : {3U, 1U, 2U, 3U, 1U, 5U, 5U, 4U, 2U}) {
        builder.add(plain("a", sequence), noon() + kLength * static_cast<long>(sequence));
    }
    const Cohort cohort = std::move(builder).build();
    ASSERT_EQ(cohort.tasks.size(), 1U);
    EXPECT_EQ(cohort.tasks[0].windows, 5U);
    EXPECT_EQ(cohort.tasks[0].dependencies.at("database").runs, 50U);
    EXPECT_EQ(cohort.tasks[0].first_window, noon() + kLength);
    EXPECT_EQ(cohort.tasks[0].last_window, noon() + 5 * kLength);
}

TEST(CohortBuilder, evidence_without_end_is_an_error_and_not_memory) {
    CohortBuilder builder("x", 20'000);
    std::size_t held = 0;
    for (std::uint64_t sequence = 1; sequence <= 100; ++sequence) {
        Window window = plain("a" + std::to_string(sequence), 1);
        window.dependencies[0].facts = {{"f", FactClass::must_match, std::string(256, 'x'), 10}};
        builder.add(window, noon());
    }
    const Cohort cohort = std::move(builder).build();
    for (const TaskEvidence& task : cohort.tasks) {
        for (const auto& [name, evidence] : task.dependencies)
            held += footprint(evidence);
    }
    EXPECT_GT(cohort.tasks.size(), 2U);
    EXPECT_LT(held, 25'000U);
    ASSERT_EQ(cohort.errors.size(), 1U);
    EXPECT_THAT(cohort.errors[0], testing::HasSubstr("select fewer tasks"));
}

TEST(CohortBuilder, an_agent_that_started_again_in_its_task_is_no_second_task) {
    CohortBuilder builder("x");
    for (const char* agent : {"first", "second"}) {
        Window window = plain(agent, 1);
        window.labels = {{"environment", "production"}, {"task", "t1"}};
        builder.add(window, noon() + kLength * (agent[0] == 's' ? 1 : 0));
    }
    Window other = plain("third", 1);
    other.labels = {{"environment", "production"}, {"task", "t2"}};
    builder.add(other, noon());
    const Cohort cohort = std::move(builder).build();
    ASSERT_EQ(cohort.tasks.size(), 2U);
    EXPECT_EQ(cohort.tasks[0].windows, 2U);
    EXPECT_EQ(cohort.tasks[0].agent, "second");
}

TEST(CohortBuilder, the_newest_window_says_labels_and_latest_facts) {
    CohortBuilder builder("x");
    Window early = plain("a", 1);
    early.labels = {{"revision", "1"}};
    early.dependencies[0].facts = {{"f", FactClass::must_match, "old", 10}};
    Window late = plain("a", 2);
    late.labels = {{"revision", "2"}};
    late.draining = true;
    late.dependencies[0].facts = {{"f", FactClass::must_match, "new", 10}};
    builder.add(late, noon() + kLength);
    builder.add(early, noon());
    const Cohort cohort = std::move(builder).build();
    EXPECT_EQ(cohort.tasks[0].labels.at("revision"), "2");
    EXPECT_TRUE(cohort.tasks[0].draining);
    const auto& fact = cohort.tasks[0].dependencies.at("database").facts.at(0);
    EXPECT_EQ(fact.latest(), "new");
    EXPECT_EQ(fact.values.size(), 2U);
}

TEST(CohortBuilder, phases_stand_in_the_order_of_a_run) {
    CohortBuilder builder("x");
    Window window = plain("a", 1);
    for (const char* name :
         {"transfer", "connect", "query", "first_byte", "authenticate", "resolve", "handshake"}) {
        WindowPhase phase;
        phase.name = name;
        phase.layer = layer_of_phase(name);
        phase.reached = 10;
        window.dependencies[0].phases.push_back(phase);
    }
    builder.add(window, noon());
    const Cohort cohort = std::move(builder).build();
    std::vector<std::string> names;
    for (const auto& phase : cohort.tasks[0].dependencies.at("database").phases)
        names.push_back(phase.name);
    EXPECT_THAT(names, ElementsAre("resolve", "connect", "handshake", "authenticate", "query", "first_byte",
                                   "transfer"));
}

TEST(CohortBuilder, a_goodbye_belongs_to_the_latest_instance) {
    CohortBuilder builder("x");
    builder.goodbye("a");
    builder.add(plain("a", 1), noon());
    builder.add(plain("b", 1), noon());
    const Cohort cohort = std::move(builder).build();
    EXPECT_TRUE(cohort.tasks[0].said_goodbye);
    EXPECT_FALSE(cohort.tasks[1].said_goodbye);
}

TEST(CohortBuilder, keeps_only_the_newest_points_of_a_long_range) {
    CohortBuilder builder("x");
    for (std::uint64_t sequence = 1; sequence <= 1000; ++sequence) {
        Window window = plain("a", sequence);
        auto& database = window.dependencies[0];
        database.succeeded = 9;
        database.failures = {{"connect", "tcp.timeout", 1}};
        database.gauges = {gauge("g", static_cast<double>(sequence), 2000)};
        database.facts = {{"f", FactClass::must_match, std::to_string(sequence), 1}};
        builder.add(window, noon() + kLength * static_cast<long>(sequence));
    }
    const Cohort cohort = std::move(builder).build();
    const auto& database = cohort.tasks[0].dependencies.at("database");
    EXPECT_EQ(database.phases.at(0).recent.size(), kRecentWindows);
    EXPECT_EQ(database.phases.at(0).failed, 1000U);
    EXPECT_EQ(database.gauges.at(0).points.size(), kGaugePoints);
    EXPECT_EQ(database.gauges.at(0).points.back().max, 1000);
    EXPECT_EQ(database.facts.at(0).values.size(), kFactValues);
    EXPECT_EQ(database.facts.at(0).latest(), "1000");
}

TEST(CohortBuilder, more_tasks_than_it_takes_are_an_error_not_a_silence) {
    CohortBuilder builder("x");
    Window window;
    window.sequence = 1;
    for (std::size_t i = 0; i < kCohortTasks + 10; ++i) {
        window.agent = std::to_string(i);
        builder.add(window, noon());
    }
    const Cohort cohort = std::move(builder).build();
    EXPECT_EQ(cohort.tasks.size(), kCohortTasks);
    EXPECT_EQ(cohort.errors.size(), 1U);
}

TEST(CohortBuilder, what_finds_no_room_in_a_task_is_an_error_not_a_silence) {
    using Add = std::function<void(WindowDependency&, const std::string&)>;
    const auto errors_of = [](const Add& add, std::uint64_t names) {
        CohortBuilder builder("x");
        for (std::uint64_t sequence = 1; sequence <= names; ++sequence) {
            Window window = plain("a", sequence);
            add(window.dependencies[0], "n" + std::to_string(sequence));
            builder.add(window, noon());
        }
        return std::move(builder).build().errors;
    };
    const auto phase = [](WindowDependency& to, const std::string& name) {
        to.phases.emplace_back().name = name;
    };
    const auto fact = [](WindowDependency& to, const std::string& name) {
        to.facts = {{name, FactClass::must_match, "x", 1}};
    };
    const auto amount = [](WindowDependency& to, const std::string& name) {
        to.gauges = {gauge(name, 1, 2)};
    };
    const auto own = [](WindowDependency& to, const std::string& name) { to.dependency = name; };
    EXPECT_THAT(errors_of(own, kTaskDependencies), testing::IsEmpty());
    EXPECT_THAT(errors_of(own, kTaskDependencies + 2),
                ElementsAre(testing::HasSubstr("more dependencies of one task")));
    for (const Add& each : std::vector<Add>{phase, fact, amount}) {
        EXPECT_THAT(errors_of(each, 10), testing::IsEmpty());
        EXPECT_THAT(errors_of(each, 2000), ElementsAre(testing::HasSubstr("more phases, facts or gauges")));
    }
}

// Everything in which two windows of one time, or of several agents, may contradict each other.
Fleet quarrelsome() {
    Fleet fleet = production().windows(12);
    fleet.change([](Window& window, int task, int number) {
        set_fact(window, "database", "restless", std::to_string((number * 5) % 11));
        window.dependencies[0].facts.back().cls =
            number % 2 == 0 ? FactClass::must_match : FactClass::informational;
        fail(window, "database", "query", "cause." + std::to_string(number * 7 + task), 1);
        for (WindowPhase& phase : window.dependencies[0].phases) {
            if (phase.name == "query" && number % 3 == 0) phase.layer = Layer::server;
        }
    });
    return fleet;
}

TEST(CohortBuilder, what_windows_contradict_each_other_in_does_not_depend_on_their_order) {
    auto windows = quarrelsome().make();
    for (auto& [window, end] : windows)
        window.labels["task"] = "one";  // all agents report for one task, at the same times
    const std::string expected = report_of(windows);
    std::mt19937_64 random(11);
    for (int round = 0; round < 20; ++round) {
        std::shuffle(windows.begin(), windows.end(), random);
        ASSERT_EQ(report_of(windows), expected);
    }
}

TEST(CohortBuilder, more_causes_than_are_kept_are_counted_alike_in_any_order) {
    const auto causes_of = [](const std::vector<int>& order) {
        CohortBuilder builder("x");
        for (const int number : order) {
            Window window = plain("a", static_cast<std::uint64_t>(number) + 1);
            window.dependencies[0].phases.push_back({"query", Layer::request, 10, {}});
            fail(window, "database", "query", "cause." + std::to_string(number), 1);
            builder.add(window, noon() + kLength * number);
        }
        return std::move(builder).build().tasks[0].dependencies.at("database").phases[0].causes;
    };
    std::vector<int> order(100);
    std::iota(order.begin(), order.end(), 0);
    const auto expected = causes_of(order);
    EXPECT_EQ(expected.size(), 64U);
    EXPECT_EQ(expected.at("unknown"), 37U);
    std::mt19937_64 random(5);
    for (int round = 0; round < 10; ++round) {
        std::shuffle(order.begin(), order.end(), random);
        EXPECT_EQ(causes_of(order), expected);
    }
}

TEST(CohortBuilder, a_number_that_begins_again_is_an_error_and_a_window_sent_twice_is_not) {
    const auto errors = [](std::chrono::seconds later) {
        CohortBuilder builder("x");
        Window window = plain("a", 1);
        window.start = noon();
        builder.add(window, noon());
        window.start += later;
        builder.add(window, noon() + std::chrono::minutes(5));
        return std::move(builder).build().errors;
    };
    EXPECT_THAT(errors(std::chrono::seconds(0)), testing::IsEmpty());
    EXPECT_THAT(errors(std::chrono::seconds(300)), ElementsAre(testing::HasSubstr("have the same number")));
}

TEST(CohortBuilder, a_task_is_as_fast_as_its_last_window) {
    CohortBuilder builder("x");
    Window window = plain("a", 1);
    window.length = std::chrono::minutes(5);
    builder.add(window, noon() - std::chrono::minutes(20));
    builder.add(plain("a", 2), noon() - std::chrono::minutes(15));
    EXPECT_EQ(std::move(builder).build().tasks[0].window_length, kLength);
}

}  // namespace
}  // namespace plumb::judge::test

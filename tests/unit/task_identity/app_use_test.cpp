#include "probes/task/app_use.hpp"

#include <gmock/gmock.h>

namespace plumb::task {
namespace {

using namespace std::chrono_literals;

constexpr double kMiB = 1024.0 * 1024.0;

// A task of 1 GiB with two containers: the agent's own, and the app.
Identity sidecar() {
    EcsTask task;
    task.memory_mib = 1024;
    task.vcpus = 0.5;
    EcsContainer own;
    own.id = "own";
    own.name = "plumb";
    EcsContainer app;
    app.id = "app";
    app.name = "Checkout";
    app.memory_mib = 512;
    EcsContainer proxy;
    proxy.id = "proxy";
    proxy.name = "Proxy";
    task.containers = {own, app, proxy};
    Identity identity;
    identity.ecs = task;
    identity.container = OwnContainer::of_the_agent;
    identity.app = "Checkout";
    identity.app_id = "app";
    return identity;
}

Look own_look() {
    Look look;
    look.evidence.gauge("task.memory", 8 * kMiB, 32 * kMiB, true);
    look.evidence.gauge("task.page_cache", 3 * kMiB);
    look.evidence.gauge("task.local_ports", 3, 28232, true);
    look.evidence.fact("task.memory_limit", FactClass::ordered, "32 MiB");
    look.checks = {{"memory", Cause::task_oom_killed, true, "1"},
                   {"listeners", Cause::task_backlog_full, false, ""}};
    return look;
}

EcsUse use(double mib) {
    EcsUse made;
    made.memory = mib * kMiB;
    made.page_cache = 70 * kMiB;
    made.memory_peak = (mib + 50) * kMiB;
    made.cpu_seconds = 10;
    made.periods = 100;
    made.throttled = 10;
    return made;
}

TEST(AppUse, a_sidecar_tells_of_the_app_in_the_place_of_itself) {
    AppUse app;
    auto look = own_look();
    app.tell(sidecar(), {{"app", use(400)}, {"proxy", use(20)}, {"unknown", use(7)}}, false,
             Clock::time_point(1s), look);
    const auto* memory = look.evidence.find_gauge("task.memory");
    ASSERT_NE(memory, nullptr);
    EXPECT_EQ(memory->value, 400 * kMiB);
    EXPECT_EQ(memory->limit, 512 * kMiB);  // the lowest: its own
    EXPECT_TRUE(memory->refuses_at_limit);
    EXPECT_EQ(look.evidence.find_gauge("task.page_cache")->value, 70 * kMiB);
    EXPECT_EQ(look.evidence.find_fact("task.memory_limit")->value, "512 MiB");
    EXPECT_THAT(look.evidence.find_fact("task.memory_sizing")->value, ::testing::HasSubstr("450"));
    const auto* proxy = look.evidence.find_gauge("container.proxy.memory");
    ASSERT_NE(proxy, nullptr);
    EXPECT_EQ(proxy->limit, 1024 * kMiB);  // none of its own: the task's
    // What the tasks' network shares stays; what was killed in the agent's container is not the app's.
    EXPECT_NE(look.evidence.find_gauge("task.local_ports"), nullptr);
    ASSERT_THAT(look.checks, ::testing::SizeIs(1));
    EXPECT_EQ(look.checks[0].name, "listeners");
}

TEST(AppUse, cpu_comes_with_the_second_look_and_not_over_a_restart) {
    AppUse app;
    const auto identity = sidecar();
    auto look = own_look();
    app.tell(identity, {{"app", use(400)}}, false, Clock::time_point(10s), look);
    EXPECT_EQ(look.evidence.find_gauge("task.cpu"), nullptr);
    auto later = use(410);
    later.cpu_seconds = 11;
    later.periods = 120;
    later.throttled = 15;
    look = own_look();
    app.tell(identity, {{"app", later}}, false, Clock::time_point(14s), look);
    EXPECT_DOUBLE_EQ(look.evidence.find_gauge("task.cpu")->value, 0.25);
    EXPECT_EQ(look.evidence.find_gauge("task.cpu")->limit, 0.5);
    EXPECT_DOUBLE_EQ(look.evidence.find_gauge("task.throttled")->value, 0.25);
    look = own_look();
    app.tell(identity, {{"app", use(100)}}, false, Clock::time_point(18s), look);
    EXPECT_EQ(look.evidence.find_gauge("task.cpu"), nullptr);
}

// ECS asks Docker once a second, whenever it is asked itself.
TEST(AppUse, cpu_is_told_by_the_clock_of_ecs) {
    AppUse app;
    const auto at = [&app](std::chrono::milliseconds read, double cpu_seconds, Clock::time_point now) {
        auto made = use(400);
        made.read = std::chrono::system_clock::time_point(read);
        made.cpu_seconds = cpu_seconds;
        auto look = own_look();
        app.tell(sidecar(), {{"app", made}}, false, now, look);
        const auto* cpu = look.evidence.find_gauge("task.cpu");
        return cpu == nullptr ? -1 : cpu->value;
    };
    const Clock::time_point start{10s};
    EXPECT_EQ(at(1000ms, 10, start), -1);
    EXPECT_EQ(at(1000ms, 10, start + 30ms), -1) << "the same answer";
    EXPECT_DOUBLE_EQ(at(2000ms, 10.25, start + 60ms), 0.25);
    EXPECT_EQ(at(2100ms, 10.30, start + 9s), -1) << "too near to tell";
    EXPECT_DOUBLE_EQ(at(4000ms, 10.75, start + 9s), 0.25);
}

TEST(AppUse, what_was_killed_names_the_limit_that_there_is) {
    AppUse app;
    auto identity = sidecar();
    identity.container = OwnContainer::of_the_app;
    Look look;
    look.evidence.gauge("task.memory", 300 * kMiB, std::nullopt, true);
    look.checks = {{"memory", Cause::task_oom_killed, true,
                    "the kernel has killed 1 process for its memory; there is no limit"}};
    app.tell(identity, {}, false, Clock::time_point(1s), look);
    ASSERT_THAT(look.checks, ::testing::SizeIs(1));
    EXPECT_EQ(look.checks[0].detail, "the kernel has killed 1 process for its memory; the limit is 512 MiB");
}

TEST(AppUse, without_statistics_nothing_of_the_agents_stands_for_the_app) {
    AppUse app;
    auto look = own_look();
    app.tell(sidecar(), {}, false, Clock::time_point(1s), look);
    EXPECT_EQ(look.evidence.find_gauge("task.memory"), nullptr);
    EXPECT_EQ(look.evidence.find_gauge("task.page_cache"), nullptr);
    EXPECT_EQ(look.evidence.find_fact("task.memory_limit"), nullptr);
}

TEST(AppUse, as_long_as_nobody_says_whose_container_it_is_nothing_of_it_stands_for_the_app) {
    AppUse app;
    Identity identity;
    identity.complete = false;
    identity.container = OwnContainer::unknown;
    auto look = own_look();
    app.tell(identity, {}, false, Clock::time_point(1s), look);
    EXPECT_EQ(look.evidence.find_gauge("task.memory"), nullptr);
    EXPECT_EQ(look.evidence.find_fact("task.memory_limit"), nullptr);
    EXPECT_NE(look.evidence.find_gauge("task.local_ports"), nullptr);
}

TEST(AppUse, descriptors_stay_where_they_are_those_of_other_containers) {
    for (const bool others : {false, true}) {
        AppUse app;
        auto look = own_look();
        look.evidence.gauge("task.descriptors", 200, 1024, true);
        look.evidence.fact("task.descriptor_limit", FactClass::ordered, "1024");
        app.tell(sidecar(), {{"app", use(400)}}, others, Clock::time_point(1s), look);
        EXPECT_EQ(look.evidence.find_gauge("task.descriptors") != nullptr, others);
        EXPECT_EQ(look.evidence.find_fact("task.descriptor_limit") != nullptr, others);
    }
}

TEST(AppUse, where_nobody_keeps_the_peak_it_is_the_most_that_looks_saw) {
    AppUse app;
    const auto peak_of = [&app](double mib) {
        auto now = use(mib);
        now.memory_peak.reset();
        auto look = own_look();
        app.tell(sidecar(), {{"app", now}}, false, Clock::time_point(1s), look);
        EXPECT_THAT(look.evidence.find_fact("task.memory_sizing")->value,
                    ::testing::StartsWith("highest seen"));
        return look.evidence.find_gauge("task.memory_peak")->value;
    };
    EXPECT_EQ(peak_of(300), 300 * kMiB);
    EXPECT_EQ(peak_of(400), 400 * kMiB);
    EXPECT_EQ(peak_of(200), 400 * kMiB);
}

// The container sees no limit of its own: the task's lies in a cgroup outside of it.
TEST(AppUse, in_the_apps_own_container_the_definition_may_set_a_lower_limit) {
    AppUse app;
    auto identity = sidecar();
    identity.container = OwnContainer::of_the_app;
    Look look;
    look.evidence.gauge("task.memory", 300 * kMiB, std::nullopt, true);
    look.evidence.gauge("task.memory_peak", 400 * kMiB);
    look.evidence.gauge("task.cpu", 0.2);
    look.evidence.fact("task.memory_limit", FactClass::ordered, "none");
    look.evidence.fact("task.memory_sizing", FactClass::informational,
                       "peak 400 MiB; plus 25 to 30 % would be 500 to 520 MiB; there is no limit");
    look.evidence.fact("task.cpu_limit", FactClass::ordered, "none");
    app.tell(identity, {{"app", use(400)}}, false, Clock::time_point(1s), look);
    EXPECT_EQ(look.evidence.find_gauge("task.memory")->value, 300 * kMiB);
    EXPECT_EQ(look.evidence.find_gauge("task.memory")->limit, 512 * kMiB);
    EXPECT_EQ(look.evidence.find_gauge("task.memory_peak")->limit, 512 * kMiB);
    EXPECT_EQ(look.evidence.find_gauge("task.cpu")->limit, 0.5);
    EXPECT_EQ(look.evidence.find_fact("task.memory_limit")->value, "512 MiB");
    EXPECT_EQ(look.evidence.find_fact("task.cpu_limit")->value, "0.50");
    EXPECT_EQ(look.evidence.find_fact("task.memory_sizing")->value,
              "peak 400 MiB; plus 25 to 30 % would be 500 to 520 MiB; the limit is 512 MiB");
}

TEST(AppUse, a_lower_limit_of_the_cgroup_stays) {
    AppUse app;
    auto identity = sidecar();
    identity.container = OwnContainer::of_the_app;
    auto look = own_look();
    app.tell(identity, {{"app", use(400)}}, false, Clock::time_point(1s), look);
    EXPECT_EQ(look.evidence.find_gauge("task.memory")->value, 8 * kMiB);
    EXPECT_EQ(look.evidence.find_gauge("task.memory")->limit, 32 * kMiB);
    EXPECT_EQ(look.evidence.find_fact("task.memory_limit")->value, "32 MiB");
}

}  // namespace
}  // namespace plumb::task

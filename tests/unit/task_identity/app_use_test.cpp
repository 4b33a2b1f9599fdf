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
    identity.sidecar = true;
    identity.app = "Checkout";
    identity.app_id = "app";
    return identity;
}

Look own_look() {
    Look look;
    look.evidence.gauge("task.memory", 8 * kMiB, 32 * kMiB, true);
    look.evidence.gauge("task.local_ports", 3, 28232, true);
    look.evidence.fact("task.memory_limit", FactClass::ordered, "32 MiB");
    look.checks = {{"memory", Cause::task_oom_killed, true, "1"},
                   {"listeners", Cause::task_backlog_full, false, ""}};
    return look;
}

EcsUse use(double mib) {
    EcsUse made;
    made.memory = mib * kMiB;
    made.memory_peak = (mib + 50) * kMiB;
    made.cpu_seconds = 10;
    made.periods = 100;
    made.throttled = 10;
    return made;
}

TEST(AppUse, a_sidecar_tells_of_the_app_in_the_place_of_itself) {
    AppUse app;
    auto look = own_look();
    app.tell(sidecar(), {{"app", use(400)}, {"proxy", use(20)}, {"unknown", use(7)}}, Clock::time_point(1s),
             look);
    const auto* memory = look.evidence.find_gauge("task.memory");
    ASSERT_NE(memory, nullptr);
    EXPECT_EQ(memory->value, 400 * kMiB);
    EXPECT_EQ(memory->limit, 512 * kMiB);  // the lowest: its own
    EXPECT_TRUE(memory->refuses_at_limit);
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
    app.tell(identity, {{"app", use(400)}}, Clock::time_point(10s), look);
    EXPECT_EQ(look.evidence.find_gauge("task.cpu"), nullptr);
    auto later = use(410);
    later.cpu_seconds = 11;
    later.periods = 120;
    later.throttled = 15;
    look = own_look();
    app.tell(identity, {{"app", later}}, Clock::time_point(14s), look);
    EXPECT_DOUBLE_EQ(look.evidence.find_gauge("task.cpu")->value, 0.25);
    EXPECT_EQ(look.evidence.find_gauge("task.cpu")->limit, 0.5);
    EXPECT_DOUBLE_EQ(look.evidence.find_gauge("task.throttled")->value, 0.25);
    look = own_look();
    app.tell(identity, {{"app", use(100)}}, Clock::time_point(18s), look);
    EXPECT_EQ(look.evidence.find_gauge("task.cpu"), nullptr);
}

TEST(AppUse, without_statistics_nothing_of_the_agents_stands_for_the_app) {
    AppUse app;
    auto look = own_look();
    app.tell(sidecar(), {}, Clock::time_point(1s), look);
    EXPECT_EQ(look.evidence.find_gauge("task.memory"), nullptr);
    EXPECT_EQ(look.evidence.find_fact("task.memory_limit"), nullptr);
}

TEST(AppUse, in_the_apps_own_container_nothing_changes) {
    AppUse app;
    auto identity = sidecar();
    identity.sidecar = false;
    auto look = own_look();
    app.tell(identity, {{"app", use(400)}}, Clock::time_point(1s), look);
    EXPECT_EQ(look.evidence.find_gauge("task.memory")->value, 8 * kMiB);
}

}  // namespace
}  // namespace plumb::task

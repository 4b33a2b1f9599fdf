// The whole probe of the task.
#include "probes/task/task_probe.hpp"

#include "tests/integration/task_identity/platform.hpp"

#include <gmock/gmock.h>

namespace plumb {
const Kind& task_kind();  // as probes/registry.cpp declares it
}

namespace plumb::task {
namespace {

using namespace std::chrono_literals;
using test::ecs;
using test::Endpoint;
using test::replaced;
using test::World;

// On this machine: a look is whole, declared, and says the same a second time.
TEST(TaskProbe, a_look_is_whole_declared_and_repeatable) {
    World world;
    TaskSettings settings;
    settings.variable = world.variable();
    settings.own_variables = [] {
        return std::vector<Variable>{{"DATABASE_URL", Secret("postgres://app:pl4nted@db/x")}};
    };
    settings.variables.required = {"DATABASE_URL", "STRIPE_KEY"};
    settings.variables.key = Secret("0123456789abcdef0123456789abcdef");
    TaskProbe probe(world.services, std::move(settings));
    auto steps = [&]() -> boost::asio::awaitable<std::pair<Look, Look>> {
        co_await probe.learn(1s);
        auto first = co_await probe.look(Depth::inspect, Clock::now() + 15s);
        auto second = co_await probe.look(Depth::inspect, Clock::now() + 15s);
        co_return std::pair(std::move(first), std::move(second));
    };
    const auto [first, second] = plumb::test::run_coroutine_test(world.io, steps());
    EXPECT_TRUE(first.whole && second.whole);
    EXPECT_THAT(undeclared(plumb::task_kind().catalog, first.evidence), ::testing::IsEmpty());
    EXPECT_EQ(first.evidence.find_fact("env.STRIPE_KEY")->value, kMissing);
    EXPECT_EQ(first.evidence.find_fact("env.DATABASE_URL")->value, "postgres URL");
    EXPECT_NE(first.evidence.find_fact("image.os"), nullptr);
    EXPECT_NE(first.evidence.find_fact("kernel.somaxconn"), nullptr);
    for (const auto& fact : first.evidence.facts) {
        EXPECT_EQ(fact.value.find("pl4nted"), std::string::npos) << fact.name;
        if (fact.cls == FactClass::informational) continue;
        const auto* again = second.evidence.find_fact(fact.name);
        ASSERT_NE(again, nullptr) << fact.name;
        EXPECT_EQ(again->value, fact.value) << fact.name;
    }
}

// One whole look of a sidecar of `app`, whose task has these documents.
Look look_beside(const std::string& app, std::map<std::string, std::string> answers) {
    const Endpoint endpoint(std::move(answers));
    World world;
    world.variables["ECS_CONTAINER_METADATA_URI_V4"] = endpoint.url() + "/v4/abc";
    TaskSettings settings;
    settings.variable = world.variable();
    settings.own_variables = [] { return std::vector<Variable>{{"OWN", Secret("1")}}; };
    settings.app = app;
    TaskProbe probe(world.services, std::move(settings));
    auto steps = [&]() -> boost::asio::awaitable<Look> {
        co_await probe.learn(2s);
        co_return co_await probe.look(Depth::inspect, Clock::now() + 15s);
    };
    auto look = plumb::test::run_coroutine_test(world.io, steps());
    EXPECT_THAT(undeclared(plumb::task_kind().catalog, look.evidence), ::testing::IsEmpty());
    return look;
}

// What is told is declared, of the app or of the task, and nothing is of the agent's container.
TEST(TaskProbe, a_sidecar_of_fargate_tells_of_the_app_and_the_task) {
    const auto look = look_beside("fargate-app", ecs("fargate"));
    EXPECT_EQ(look.evidence.find_gauge("task.storage")->limit, 20496.0 * 1024 * 1024);
    EXPECT_EQ(look.evidence.find_fact("task.memory_limit")->value, "512 MiB");
    EXPECT_EQ(look.evidence.find_fact("env.OWN"), nullptr);
    EXPECT_EQ(look.evidence.find_fact("image.os"), nullptr);
    EXPECT_THAT(look.evidence.find_fact("task.variables_from")->value, ::testing::StartsWith("none: "));
}

// There Docker keeps the limit and the peak; a task need not have limits of its own.
TEST(TaskProbe, a_sidecar_on_ec2_tells_of_the_app_by_its_statistics) {
    auto answers = ecs("ec2");
    auto& own = answers.at("GET /v4/abc");
    own = replaced(own, R"("Name": "curl")", R"("Name": "plumb")");
    const auto look = look_beside("curl", std::move(answers));
    const auto* memory = look.evidence.find_gauge("task.memory");
    ASSERT_NE(memory, nullptr);
    EXPECT_EQ(memory->value, 1806336);
    EXPECT_EQ(memory->limit, 128.0 * 1024 * 1024);
    ASSERT_NE(look.evidence.find_gauge("task.memory_peak"), nullptr);
    EXPECT_EQ(look.evidence.find_gauge("task.memory_peak")->value, 6299648);
    ASSERT_NE(look.evidence.find_gauge("task.pids"), nullptr);
    EXPECT_EQ(look.evidence.find_gauge("task.pids")->value, 1);
    EXPECT_EQ(look.evidence.find_fact("task.memory_limit")->value, "128 MiB");
    EXPECT_EQ(look.evidence.find_fact("task.cpu_limit"), nullptr);
    EXPECT_EQ(look.evidence.find_gauge("task.storage"), nullptr);
}

}  // namespace
}  // namespace plumb::task

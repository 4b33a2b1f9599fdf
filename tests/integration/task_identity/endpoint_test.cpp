// Identity against an endpoint that serves the documents of AWS's documentation over a real socket.
#include "probes/net/resolver.hpp"
#include "probes/task/identity/identity.hpp"
#include "probes/task/task_probe.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/servers.hpp"
#include "tests/support/temp_dir.hpp"

#include <atomic>
#include <cstdlib>
#include <map>

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>

namespace plumb {
const Kind& task_kind();  // as probes/registry.cpp declares it
}

namespace plumb::task {
namespace {

using namespace std::chrono_literals;
using plumb::test::Connection;
using plumb::test::ScriptedServer;

std::string recorded(const std::string& name) {
    const char* source = std::getenv("PLUMB_SOURCE_DIR");
    return plumb::test::read_whole(std::string(source != nullptr ? source : ".") + "/tests/data/ecs/" + name);
}

// Answers GETs by path, and closes.
class Endpoint {
  public:
    explicit Endpoint(std::map<std::string, std::string> answers)
        : answers_(std::move(answers)), server_([this](Connection& peer) { serve(peer); }) {}

    std::string url() const { return fmt::format("http://127.0.0.1:{}", server_.port()); }
    std::atomic<bool> silent{false};

  private:
    void serve(Connection& peer) {
        const auto request = peer.read_until("\r\n\r\n");
        if (silent) {
            peer.read_until("never");
            return;
        }
        const auto from = request.find(' ') + 1;
        const auto path = request.substr(0, from) + request.substr(from, request.find(' ', from) - from);
        const auto found = answers_.find(path);
        if (found == answers_.end()) {
            peer.write("HTTP/1.1 404 Not Found\r\n\r\nnope");
            return;
        }
        peer.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + found->second);
    }

    std::map<std::string, std::string> answers_;
    ScriptedServer server_;
};

struct World {
    boost::asio::io_context io{1};
    std::unique_ptr<net::Resolver> resolver = *net::Resolver::make(io.get_executor(), {"127.0.0.1:53"});
    Services services{io.get_executor(), *resolver};
    std::map<std::string, std::string, std::less<>> variables;

    ReadVariable variable() {
        return [this](std::string_view name) -> std::optional<std::string> {
            const auto found = variables.find(name);
            return found == variables.end() ? std::nullopt : std::optional(found->second);
        };
    }
    Identity identify(std::chrono::nanoseconds limit = 5s) {
        auto ask = [&]() -> boost::asio::awaitable<Identity> {
            WhoAsks who;
            auto read = variable();
            co_return co_await task::identify(services, std::move(read), std::move(who), limit);
        };
        return plumb::test::run_coroutine_test(io, ask());
    }
};

std::string fact(const Identity& identity, std::string_view name) {
    for (const auto& each : identity.facts) {
        if (each.name == name) return each.value;
    }
    return "none";
}

std::map<std::string, std::string> ecs(const std::string& kind) {
    return {{"GET /v4/abc", recorded(kind + "_container.json")},
            {"GET /v4/abc/task", recorded(kind + "_task.json")},
            {"GET /v4/abc/task/stats", recorded(kind + "_stats.json")}};
}

TEST(MetadataEndpoint, a_task_of_fargate_is_known_by_its_documents) {
    const Endpoint endpoint(ecs("fargate"));
    World world;
    world.variables["ECS_CONTAINER_METADATA_URI_V4"] = endpoint.url() + "/v4/abc";
    const auto identity = world.identify();
    EXPECT_TRUE(identity.complete);
    EXPECT_EQ(fact(identity, "task.platform"), "ECS");
    EXPECT_EQ(fact(identity, "ecs.launch_type"), "FARGATE");
    EXPECT_EQ(fact(identity, "ecs.zone"), "us-east-1d");
    EXPECT_EQ(fact(identity, "ecs.clock"), "SYNCHRONIZED");
    EXPECT_EQ(fact(identity, "ecs.containers"), "curl-image, fargate-app");
    EXPECT_EQ(identity.place, (AwsPlace{"123456789012", "us-east-1"}));
    EXPECT_EQ(identity.labels.at("task"), "bfa2636268144d039771334145e490c5");
}

// As endpoints behind a proxy answer: the connection stays open.
TEST(MetadataEndpoint, an_answer_is_over_when_it_says_so) {
    for (const bool chunked : {false, true}) {
        const ScriptedServer server([chunked](Connection& peer) {
            const auto request = peer.read_until("\r\n\r\n");
            const bool of_task = request.find("/task") != std::string::npos;
            const auto body = recorded(of_task ? "fargate_task.json" : "fargate_container.json");
            if (chunked) {
                peer.write(fmt::format("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{}\r\n",
                                       body.size() / 2, body.substr(0, body.size() / 2)));
                const auto rest = body.substr(body.size() / 2);
                peer.write(fmt::format("{:x}\r\n{}\r\n0\r\n\r\n", rest.size(), rest));
            } else {
                peer.write(fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", body.size(), body));
            }
            peer.hang();
        });
        World world;
        world.variables["ECS_CONTAINER_METADATA_URI_V4"] = fmt::format("http://127.0.0.1:{}", server.port());
        const auto identity = world.identify();
        EXPECT_TRUE(identity.complete);
        EXPECT_EQ(fact(identity, "ecs.family"), "sample-fargate") << chunked;
    }
}

// The agent's own document is missing: who the task is, is known all the same.
TEST(MetadataEndpoint, the_task_is_known_without_the_container) {
    auto answers = ecs("fargate");
    answers.erase("GET /v4/abc");
    const Endpoint endpoint(std::move(answers));
    World world;
    world.variables["ECS_CONTAINER_METADATA_URI_V4"] = endpoint.url() + "/v4/abc";
    const auto identity = world.identify();
    EXPECT_FALSE(identity.complete);
    EXPECT_EQ(identity.labels.at("revision"), "5");
    EXPECT_EQ(fact(identity, "task.metadata"), "no answer about the agent's own container");
}

TEST(MetadataEndpoint, a_task_on_ec2_is_known_by_its_documents) {
    const Endpoint endpoint(ecs("ec2"));
    World world;
    world.variables["ECS_CONTAINER_METADATA_URI_V4"] = endpoint.url() + "/v4/abc";
    const auto identity = world.identify();
    EXPECT_EQ(fact(identity, "ecs.launch_type"), "EC2");
    EXPECT_EQ(fact(identity, "ecs.service"), "MyService");
    EXPECT_EQ(fact(identity, "ecs.vpc"), "vpc-1234567890abcdef0");
    EXPECT_EQ(fact(identity, "ecs.image"), "111122223333.dkr.ecr.us-west-2.amazonaws.com/curltest:latest");
}

TEST(MetadataEndpoint, one_that_does_not_answer_is_a_fact_and_may_be_asked_again) {
    Endpoint endpoint(ecs("fargate"));
    endpoint.silent = true;
    World world;
    world.variables["ECS_CONTAINER_METADATA_URI_V4"] = endpoint.url() + "/v4/abc";
    const auto identity = world.identify(100ms);
    EXPECT_FALSE(identity.complete);
    EXPECT_EQ(fact(identity, "task.metadata"), "no answer");
    EXPECT_EQ(fact(identity, "task.platform"), "ECS");
    EXPECT_FALSE(identity.labels.at("task").empty());  // the host name
    endpoint.silent = false;
    EXPECT_TRUE(world.identify().complete);
}

TEST(MetadataEndpoint, one_that_answers_garbage_is_a_fact) {
    std::map<std::string, std::string> answers{{"GET /v4/abc/task", "<html>"}};
    const Endpoint endpoint(std::move(answers));
    World world;
    world.variables["ECS_CONTAINER_METADATA_URI_V4"] = endpoint.url() + "/v4/abc";
    EXPECT_EQ(fact(world.identify(), "task.metadata"), "the answer is not what ECS documents");
    world.variables["ECS_CONTAINER_METADATA_URI_V4"] = "http://127.0.0.1:1/v4/abc";
    EXPECT_EQ(fact(world.identify(), "task.metadata"), "no answer");
}

TEST(MetadataEndpoint, an_instance_is_asked_with_a_token) {
    const Endpoint endpoint({{"PUT /latest/api/token", "t0ken"},
                             {"GET /latest/meta-data/instance-id", "i-0123456789abcdef0"},
                             {"GET /latest/meta-data/instance-type", "m6i.large"},
                             {"GET /latest/meta-data/placement/availability-zone", "eu-west-1b"}});
    World world;
    world.variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = endpoint.url();
    const auto identity = world.identify();
    EXPECT_EQ(fact(identity, "task.platform"), "EC2");
    EXPECT_EQ(fact(identity, "ec2.instance"), "i-0123456789abcdef0");
    EXPECT_EQ(fact(identity, "ec2.instance_type"), "m6i.large");
    EXPECT_EQ(fact(identity, "ec2.image"), "none");  // not answered, and left out
    EXPECT_EQ(identity.labels.at("zone"), "eu-west-1b");
    for (const auto& each : identity.facts)
        EXPECT_NE(each.value, "t0ken");
}

TEST(MetadataEndpoint, a_plain_host_is_asked_nothing) {
    World world;
    const auto identity = world.identify();
    EXPECT_TRUE(identity.complete);
    EXPECT_NE(fact(identity, "hostname"), "none");
    EXPECT_EQ(fact(identity, "task.metadata"), "none");
}

// The whole probe, on this machine: a look is whole, declared, and says the same a second time.
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

// A sidecar of Fargate: what is told is declared, of the app or of the task, and nothing is of the agent's
// container.
TEST(TaskProbe, a_sidecar_of_fargate_tells_of_the_app_and_the_task) {
    const Endpoint endpoint(ecs("fargate"));
    World world;
    world.variables["ECS_CONTAINER_METADATA_URI_V4"] = endpoint.url() + "/v4/abc";
    TaskSettings settings;
    settings.variable = world.variable();
    settings.own_variables = [] { return std::vector<Variable>{{"OWN", Secret("1")}}; };
    settings.app = "fargate-app";
    TaskProbe probe(world.services, std::move(settings));
    auto steps = [&]() -> boost::asio::awaitable<Look> {
        co_await probe.learn(2s);
        co_return co_await probe.look(Depth::inspect, Clock::now() + 15s);
    };
    const auto look = plumb::test::run_coroutine_test(world.io, steps());
    EXPECT_THAT(undeclared(plumb::task_kind().catalog, look.evidence), ::testing::IsEmpty());
    EXPECT_EQ(look.evidence.find_gauge("task.storage")->limit, 20496.0 * 1024 * 1024);
    EXPECT_EQ(look.evidence.find_fact("task.memory_limit")->value, "512 MiB");
    EXPECT_EQ(look.evidence.find_fact("env.OWN"), nullptr);
    EXPECT_EQ(look.evidence.find_fact("image.os"), nullptr);
    EXPECT_THAT(look.evidence.find_fact("task.variables_from")->value, ::testing::StartsWith("none: "));
}

}  // namespace
}  // namespace plumb::task

// Identity against an endpoint that serves the documents of AWS's documentation over a real socket, and by
// what a machine says of itself.
#include "tests/integration/task_identity/platform.hpp"

#include <filesystem>

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace plumb::task {
namespace {

using namespace std::chrono_literals;
using plumb::test::Connection;
using plumb::test::ScriptedServer;
using test::ecs;
using test::Endpoint;
using test::recorded;
using test::replaced;
using test::World;

std::string fact(const Identity& identity, std::string_view name) {
    for (const auto& each : identity.facts) {
        if (each.name == name) return each.value;
    }
    return "none";
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

TEST(MetadataEndpoint, a_task_that_is_to_stop_still_runs) {
    auto answers = ecs("fargate");
    auto& task = answers.at("GET /v4/abc/task");
    task = replaced(task, R"("DesiredStatus": "RUNNING")", R"("DesiredStatus": "STOPPED")");
    const Endpoint endpoint(std::move(answers));
    World world;
    world.variables["ECS_CONTAINER_METADATA_URI_V4"] = endpoint.url() + "/v4/abc";
    const auto identity = world.identify();
    EXPECT_EQ(fact(identity, "ecs.desired_status"), "STOPPED");
    EXPECT_EQ(fact(identity, "ecs.known_status"), "RUNNING");
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
    EXPECT_EQ(fact(identity, "ec2.zone"), "eu-west-1b");
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

// What an agent sees of its machine and of its own image, as a test writes it.
class Machine {
  public:
    void write(const std::string& path, const std::string& content) const {
        std::filesystem::create_directories((dir_.path() / path).parent_path());
        dir_.write(path, content);
    }
    void run(pid_t pid, const std::string& name) const {
        const auto folder = fmt::format("proc/{}/", pid);
        write(folder + "comm", name + "\n");
        write(folder + "cgroup", "0::/\n");
        write(folder + "cmdline", name);
    }
    WhoAsks agent() const {
        WhoAsks who;
        who.places.proc = dir_.file("proc");
        who.places.sys = dir_.file("sys");
        who.places.root = dir_.path().string();
        who.self = 7;
        return who;
    }

  private:
    plumb::test::TempDir dir_;
};

TEST(LocalIdentity, a_pod_is_known_by_its_variables_and_the_labels_in_its_image) {
    const Machine machine;
    machine.write("etc/podinfo/labels", "app=\"checkout\"\npod-template-hash=\"7d4b9\"\n");
    World world;
    world.variables = {{"KUBERNETES_SERVICE_HOST", "10.96.0.1"},
                       {"POD_NAME", "checkout-7d4b9-x2x7p"},
                       {"NODE_NAME", "node-3"}};
    const auto identity = world.identify(5s, machine.agent());
    EXPECT_EQ(fact(identity, "task.platform"), "Kubernetes");
    EXPECT_EQ(fact(identity, "kubernetes.pod"), "checkout-7d4b9-x2x7p");
    EXPECT_EQ(fact(identity, "kubernetes.node"), "node-3");
    EXPECT_EQ(identity.labels.at("service"), "checkout");
    EXPECT_EQ(identity.labels.at("revision"), "7d4b9");
    EXPECT_EQ(identity.labels.at("task"), "checkout-7d4b9-x2x7p") << "and not the host's name";
}

TEST(LocalIdentity, behind_a_pause_container_nobody_says_whose_the_agents_container_is) {
    World world;
    world.variables["KUBERNETES_SERVICE_HOST"] = "10.96.0.1";
    const auto container = [&](const Machine& machine) {
        machine.run(7, "plumb-agent");
        return world.identify(5s, machine.agent()).container;
    };
    const Machine sidecar;
    sidecar.run(1, "pause");
    EXPECT_EQ(container(sidecar), OwnContainer::unknown);
    const Machine beside_the_app;
    beside_the_app.run(1, "docker-init");
    beside_the_app.run(8, "node");
    EXPECT_EQ(container(beside_the_app), OwnContainer::of_the_app);
    const Machine called_into_it;
    called_into_it.run(1, "sh");
    EXPECT_EQ(container(called_into_it), OwnContainer::of_the_app);
}

// Without any time nobody is asked: what the board says is seen all the same.
TEST(LocalIdentity, an_instance_of_ec2_is_known_by_its_board) {
    const Machine instance;
    instance.write("sys/class/dmi/id/sys_vendor", "Amazon EC2\n");
    World world;
    const auto identity = world.identify(0s, instance.agent());
    EXPECT_EQ(fact(identity, "task.platform"), "EC2");
    EXPECT_EQ(fact(identity, "task.metadata"), "no answer");
    EXPECT_FALSE(identity.complete);
    const Machine other;
    other.write("sys/class/dmi/id/sys_vendor", "QEMU\n");
    EXPECT_EQ(fact(world.identify(0s, other.agent()), "task.platform"), "host");
}

}  // namespace
}  // namespace plumb::task

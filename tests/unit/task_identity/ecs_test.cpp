#include "probes/task/identity/identity.hpp"
#include "tests/support/temp_dir.hpp"

#include <cstdlib>

#include <gmock/gmock.h>

namespace plumb::task {
namespace {

using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

std::string recorded(const std::string& name) {
    const char* source = std::getenv("PLUMB_SOURCE_DIR");
    auto text =
        plumb::test::read_whole(std::string(source != nullptr ? source : ".") + "/tests/data/ecs/" + name);
    EXPECT_FALSE(text.empty()) << name;
    return text;
}

std::string fact(const Identity& identity, std::string_view name) {
    for (const auto& each : identity.facts) {
        if (each.name == name) return each.value;
    }
    return "none";
}

TEST(EcsTask, of_fargate_is_read_as_documented) {
    const auto task = parse_ecs_task(recorded("fargate_task.json"));
    ASSERT_TRUE(task);
    EXPECT_EQ(task->cluster, "MyEmptyCluster");
    EXPECT_EQ(task->id, "bfa2636268144d039771334145e490c5");
    EXPECT_EQ(task->family, "sample-fargate");
    EXPECT_EQ(task->revision, "5");
    EXPECT_EQ(task->zone, "us-east-1d");
    EXPECT_EQ(task->launch_type, "FARGATE");
    EXPECT_EQ(task->place, (AwsPlace{"123456789012", "us-east-1"}));
    EXPECT_EQ(task->vcpus, 0.25);
    EXPECT_EQ(task->memory_mib, 512);
    EXPECT_EQ(task->storage_mib, 20496);
    EXPECT_EQ(task->storage_used_mib, 261);
    EXPECT_EQ(task->clock_status, "SYNCHRONIZED");
    ASSERT_THAT(task->containers, SizeIs(2));
    EXPECT_EQ(task->containers[0].cpu_units, 128);
    EXPECT_EQ(task->containers[1].cpu_units, std::nullopt);  // 2 stands for none
    EXPECT_EQ(task->containers[1].subnet, "172.31.32.0/20");
}

TEST(EcsTask, of_ec2_is_read_as_documented) {
    const auto task = parse_ecs_task(recorded("ec2_task.json"));
    ASSERT_TRUE(task);
    EXPECT_EQ(task->cluster, "default");
    EXPECT_EQ(task->service, "MyService");
    EXPECT_EQ(task->vpc, "vpc-1234567890abcdef0");
    EXPECT_EQ(task->memory_mib, std::nullopt);
    EXPECT_EQ(task->containers[0].type, "CNI_PAUSE");
    EXPECT_EQ(task->containers[1].memory_mib, 128);
}

TEST(EcsStats, of_fargate_have_no_limit_where_the_kernel_has_none) {
    const auto stats = parse_ecs_stats(recorded("fargate_stats.json"));
    ASSERT_THAT(stats, SizeIs(2));  // the third has not started
    const auto& first = stats.at("bfa2636268144d039771334145e490c5-1117626119");
    EXPECT_EQ(first.memory, 4390912 - 135168);
    EXPECT_EQ(first.memory_peak, 6488064);
    EXPECT_EQ(first.memory_limit, std::nullopt);
    EXPECT_EQ(first.periods, 40);
    EXPECT_EQ(first.throttled, 3);
    EXPECT_EQ(first.pids, 3);
    EXPECT_EQ(stats.at("bfa2636268144d039771334145e490c5-3681984407").memory_limit, 536870912);
}

TEST(EcsStats, of_ec2_have_the_containers_limit) {
    const auto stats = parse_ecs_stats(recorded("ec2_stats.json"));
    ASSERT_THAT(stats, SizeIs(1));
    EXPECT_EQ(stats.begin()->second.memory, 1806336);
    EXPECT_EQ(stats.begin()->second.memory_limit, 134217728);
}

TEST(EcsIdentity, baked_into_the_image_the_app_is_the_agents_own_container) {
    const auto own = parse_ecs_container(recorded("ec2_container.json"));
    const auto task = parse_ecs_task(recorded("ec2_task.json"));
    const auto identity = identity_of_ecs(own, *task, "", false);
    EXPECT_EQ(identity.container, OwnContainer::of_the_app);
    EXPECT_EQ(identity.app, "curl");
    EXPECT_EQ(fact(identity, "ecs.containers"), "curl");  // not the pause container
    EXPECT_EQ(fact(identity, "ecs.image_digest"),
              "sha256:d691691e9652791a60114e67b365688d20d19940dde7c4736ea30e660d8d3553");
    EXPECT_EQ(fact(identity, "ecs.network_mode"), "awsvpc");
    EXPECT_EQ(fact(identity, "ecs.memory_limit"), "none");
    EXPECT_THAT(
        identity.labels,
        UnorderedElementsAre(
            Pair("task", "158d1c8083dd49d6b527399fd6414f5c"), Pair("cluster", "default"),
            Pair("service", "MyService"), Pair("revision", "26"), Pair("zone", "us-west-2d"),
            Pair("subnet", "10.0.2.0/24"),
            Pair("image", "sha256:d691691e9652791a60114e67b365688d20d19940dde7c4736ea30e660d8d3553")));
}

TEST(EcsIdentity, alone_in_its_container_the_agent_is_a_sidecar_of_the_other) {
    const auto task = parse_ecs_task(recorded("fargate_task.json"));
    const auto own = task->containers[0];
    const auto identity = identity_of_ecs(own, *task, "", true);
    EXPECT_EQ(identity.container, OwnContainer::of_the_agent);
    EXPECT_TRUE(identity.app_started);
    EXPECT_EQ(identity.app, "fargate-app");
    EXPECT_EQ(identity.app_id, "bfa2636268144d039771334145e490c5-3681984407");
    EXPECT_EQ(fact(identity, "ecs.container"), "curl-image");
    EXPECT_EQ(fact(identity, "ecs.app"), "fargate-app");
    EXPECT_EQ(fact(identity, "ecs.cpu_limit"), "0.25");
    EXPECT_EQ(fact(identity, "ecs.memory_limit"), "512 MiB");
    EXPECT_EQ(identity.labels.at("service"), "sample-fargate");
}

// They stand in no task definition, and their names differ in every task.
TEST(EcsIdentity, containers_that_ecs_adds_are_neither_told_nor_the_app) {
    auto task = parse_ecs_task(recorded("fargate_task.json"));
    for (const char* name : {"ecs-service-connect-mkAIH", "aws-guardduty-agent-Xa3k"}) {
        EcsContainer added;
        added.id = name;
        added.name = name;
        added.type = "NORMAL";
        task->containers.insert(task->containers.begin(), added);
    }
    const auto own = task->containers[2];
    const auto identity = identity_of_ecs(own, *task, "", true);
    EXPECT_EQ(identity.app, "fargate-app");
    EXPECT_EQ(fact(identity, "ecs.containers"), "curl-image, fargate-app");
}

TEST(EcsIdentity, the_configuration_names_the_apps_container) {
    const auto task = parse_ecs_task(recorded("fargate_task.json"));
    EXPECT_EQ(identity_of_ecs(task->containers[0], *task, "curl-image", true).app, "curl-image");
    EXPECT_EQ(identity_of_ecs(task->containers[0], *task, "no-such", true).app, "fargate-app");
}

TEST(EcsIdentity, without_its_own_document_nobody_knows_whose_container_it_is) {
    const auto task = parse_ecs_task(recorded("fargate_task.json"));
    EXPECT_EQ(identity_of_ecs(std::nullopt, *task, "", true).container, OwnContainer::unknown);
    EXPECT_EQ(identity_of_ecs(std::nullopt, *task, "", true).app, "");
    EXPECT_EQ(identity_of_ecs(std::nullopt, *task, "fargate-app", true).app, "fargate-app");
    // An app beside the agent is an app.
    EXPECT_EQ(identity_of_ecs(std::nullopt, *task, "", false).container, OwnContainer::of_the_app);
}

TEST(EcsIdentity, what_the_definition_gives_the_container_is_told) {
    const auto own = parse_ecs_container(recorded("ec2_container.json"));
    const auto task = parse_ecs_task(recorded("ec2_task.json"));
    EXPECT_EQ(fact(identity_of_ecs(own, *task, "", false), "ecs.app_limits"), "10 CPU units, 128 MiB");
}

TEST(EcsIdentity, a_task_of_the_agent_alone_is_about_itself) {
    const auto task = parse_ecs_task(recorded("ec2_task.json"));
    const auto own = parse_ecs_container(recorded("ec2_container.json"));
    const auto identity = identity_of_ecs(own, *task, "", true);
    EXPECT_EQ(identity.app, "curl");
    EXPECT_EQ(identity.container, OwnContainer::of_the_app);
}

TEST(EcsDocuments, what_is_malformed_is_left_out) {
    EXPECT_FALSE(parse_ecs_task(""));
    EXPECT_FALSE(parse_ecs_task("[1]"));
    EXPECT_FALSE(parse_ecs_container("{}"));
    EXPECT_THAT(parse_ecs_stats("{\"a\":null,\"b\":7}"), IsEmpty());
    const auto odd = parse_ecs_task(
        R"({"Cluster":7,"TaskARN":"x","Limits":[],"Containers":[7,{"Name":"a","Limits":{"Memory":-1,"CPU":"x"}}]})");
    ASSERT_TRUE(odd);
    EXPECT_EQ(odd->cluster, "");
    ASSERT_THAT(odd->containers, SizeIs(1));
    EXPECT_EQ(odd->containers[0].memory_mib, std::nullopt);
    const auto use = parse_ecs_stats(R"({"x":{"memory_stats":{"usage":1,"stats":{"inactive_file":5}}}})");
    EXPECT_EQ(use.at("x").memory, 0);
    EXPECT_EQ(use.at("x").page_cache, 5);
}

TEST(EcsDocuments, log_options_that_may_hold_a_token_are_never_read) {
    auto text = recorded("fargate_container.json");
    const auto at = text.find("ecs/curl/");
    text.replace(at, 9, "s3cr3t-tok");
    const auto own = parse_ecs_container(text);
    EcsTask task;
    task.containers = {*own};
    for (const auto& each : identity_of_ecs(own, task, "", false).facts)
        EXPECT_EQ(each.value.find("s3cr3t"), std::string::npos) << each.name;
}

}  // namespace
}  // namespace plumb::task

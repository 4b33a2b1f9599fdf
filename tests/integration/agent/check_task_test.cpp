// What `plumb-agent check` tells of its own task, as a process.
#include "tests/integration/agent/agent_program.hpp"
#include "tests/integration/agent/listener.hpp"
#include "tests/support/sockets.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::agent::test {
namespace {

using plumb::test::FullQueueListener;
using plumb::test::ScriptedServer;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// What the ECS agent answers at $ECS_CONTAINER_METADATA_URI_V4/task, shortened.
constexpr std::string_view kTaskMetadata =
    R"({"Cluster":"arn:aws:ecs:us-east-1:111122223333:cluster/shop","TaskARN":)"
    R"("arn:aws:ecs:us-east-1:111122223333:task/shop/158d1c8083dd49d6b527399fd6414f5c","Family":"checkout-job",)"
    R"("Revision":"42","AvailabilityZone":"us-east-1b","LaunchType":"FARGATE","Containers":[{"Networks":)"
    R"([{"NetworkMode":"awsvpc","IPv4SubnetCIDRBlock":"10.0.2.0/24"}]}]})";

TEST(CheckTask, the_task_tells_who_it_is_by_the_metadata_of_ecs) {
    const Listener server;
    const ScriptedServer metadata([](plumb::test::Connection& peer) {
        const auto request = peer.read_until("\r\n\r\n");
        const bool task = request.starts_with("GET /v4/abc/task HTTP/1.");
        peer.write((task ? "HTTP/1.1 200 OK\r\n\r\n" : "HTTP/1.1 404 Not Found\r\n\r\n") +
                   std::string(kTaskMetadata));
    });
    const auto done = agent({"check", "--target", "cache=tcp://" + place(server.port()), "--format", "json"},
                            {"ECS_CONTAINER_METADATA_URI_V4=http://" + place(metadata.port()) + "/v4/abc"});
    EXPECT_EQ(done.exit_code, 0) << done.errors;
    const auto task = json_of(done).at("task").as_object();
    EXPECT_EQ(task.at("ecs.cluster"), "shop");
    EXPECT_EQ(task.at("ecs.task"), "158d1c8083dd49d6b527399fd6414f5c");
    EXPECT_EQ(task.at("ecs.revision"), "42");
    EXPECT_EQ(task.at("ecs.zone"), "us-east-1b");
    EXPECT_EQ(task.at("ecs.subnet"), "10.0.2.0/24");
    EXPECT_EQ(task.at("ecs.launch_type"), "FARGATE");
    // A task that no service runs counts as one of its family.
    EXPECT_EQ(task.at("ecs.service"), "checkout-job");
}

TEST(CheckTask, a_platform_that_does_not_answer_costs_the_table_none_of_the_tasks_own_evidence) {
    const Listener server;
    const FullQueueListener metadata;
    const auto done = agent({"check", "--target", "cache=tcp://" + place(server.port())},
                            {"ECS_CONTAINER_METADATA_URI_V4=http://" + place(metadata.port()) + "/v4/abc"});
    EXPECT_EQ(done.exit_code, 0) << done.errors;
    EXPECT_THAT(done.output, HasSubstr(" task  "));
    EXPECT_THAT(done.output, Not(HasSubstr("the look was not over")));
}

TEST(CheckTask, trouble_of_the_task_itself_comes_first_and_does_not_fail_the_check) {
    const Listener server;
    const plumb::test::TempDir directory;
    const auto config = directory.write("plumb.yaml", "targets: {cache: 'tcp://" + place(server.port()) +
                                                          "'}\ntask: {variables: {required: [NOT_SET]}}\n");
    const auto done = agent({"check", "--config", config});
    EXPECT_EQ(done.exit_code, 0) << done.output << done.errors;
    EXPECT_LT(done.output.find("✗ task"), done.output.find("✓ cache")) << done.output;
    EXPECT_THAT(done.output, HasSubstr("required variable NOT_SET is not set"));
    const auto result = done.output.substr(std::min(done.output.rfind("Result: "), done.output.size()));
    EXPECT_THAT(result, StartsWith("Result: the one dependency is ok. The task itself: "));
    EXPECT_THAT(result, HasSubstr("required variables"));
}

}  // namespace
}  // namespace plumb::agent::test

// From agents' streams to the gate's exit code: the whole way through real processes.
#include "tests/integration/controller/controller_process.hpp"
#include "tests/integration/controller/report_client.hpp"
#include "tests/support/windows.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb {
namespace {

using test::plumbctl;
using test::ReportClient;
using testing::HasSubstr;

class GateTest : public testing::Test {
  protected:
    void report(const std::string& environment, const WindowDependency& dependency) {
        for (const char* task : {"t1", "t2", "t3"}) {
            const std::string agent = environment + task;
            const auto labels = test::labels_of(environment, task);
            ReportClient client(channel);
            client.hello(agent, labels);
            for (int i = 1; i <= 6; ++i) {
                client.send(test::window_of(agent, static_cast<std::uint64_t>(i), labels, dependency),
                            std::int64_t{30'000} * (6 - i));
            }
            EXPECT_EQ(client.acknowledged(6).size(), 6u);
            EXPECT_TRUE(client.finish().ok());
        }
    }
    test::Finished gate(std::vector<std::string> more = {}, const std::string& command = "gate") {
        std::vector<std::string> arguments{command,   "--controller", controller.grpc(), "--baseline",
                                           "staging", "--candidate",  "production"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return plumbctl(arguments);
    }

    test::TempDir folder;
    test::ControllerProcess controller{folder};
    std::shared_ptr<grpc::Channel> channel = test::plain_channel(controller.grpc());
};

TEST_F(GateTest, equal_environments_promote) {
    report("staging", test::healthy_dependency());
    report("production", test::healthy_dependency());
    const auto result = gate();
    EXPECT_EQ(result.exit_code, 0) << result.output << result.errors;
}

TEST_F(GateTest, a_blocked_dependency_holds_and_names_layer_and_cause) {
    report("staging", test::healthy_dependency());
    report("production", test::failing_dependency());
    const auto result = gate({"--format", "json"});
    EXPECT_EQ(result.exit_code, 1) << result.output << result.errors;
    const auto answer = boost::json::parse(result.output);
    EXPECT_EQ(answer.at("verdict").as_string(), "hold");
    const auto& finding = answer.at("findings").at(0);
    EXPECT_EQ(finding.at("dependency").as_string(), "database");
    EXPECT_EQ(finding.at("layer").as_string(), "connect");
    EXPECT_EQ(finding.at("cause").as_string(), "tcp.timeout");
    EXPECT_EQ(finding.at("category").as_string(), "drift");
    EXPECT_EQ(gate({}, "compare").exit_code, 0) << "compare could compare";
    EXPECT_EQ(gate({"--service", "checkout"}).exit_code, 1);
    EXPECT_EQ(gate({"--service", "another"}).exit_code, 3);
}

TEST_F(GateTest, every_format_names_the_finding) {
    report("staging", test::healthy_dependency());
    report("production", test::failing_dependency());
    for (const char* format : {"text", "json", "markdown", "junit"}) {
        const auto result = gate({"--format", format});
        EXPECT_EQ(result.exit_code, 1) << format;
        EXPECT_THAT(result.output, HasSubstr("tcp.timeout")) << format;
    }
}

TEST_F(GateTest, no_agents_are_insufficient_evidence) {
    EXPECT_EQ(gate().exit_code, 3);
    report("staging", test::healthy_dependency());
    EXPECT_EQ(gate().exit_code, 3) << "one side alone is no comparison";
    EXPECT_EQ(gate({}, "compare").exit_code, 0);
}

TEST_F(GateTest, a_wrong_policy_is_a_usage_error_with_its_line) {
    const auto policy = folder.write("policy.yaml", "hold_on: [failures]\ncriticle: [\"*\"]\n");
    const auto result = gate({"--policy", policy});
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_THAT(result.errors, HasSubstr("policy.yaml:2"));
}

TEST_F(GateTest, what_the_controller_refuses_is_told_in_its_words) {
    const auto result = gate({"--since", "91d"});
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_EQ(result.errors, "plumbctl: since: between 1 ms and 90 days is right\n");
}

TEST_F(GateTest, a_policy_can_turn_a_hold_into_a_warning) {
    report("staging", test::healthy_dependency());
    report("production", test::failing_dependency());
    const auto policy = folder.write("policy.yaml", "critical: [another]\n");
    EXPECT_EQ(gate({"--policy", policy}).exit_code, 0);
}

TEST_F(GateTest, the_fleet_lists_every_task_with_its_labels) {
    report("staging", test::healthy_dependency());
    const auto table = plumbctl({"fleet", "--controller", controller.grpc()});
    EXPECT_EQ(table.exit_code, 0) << table.errors;
    for (const char* part : {"ENVIRONMENT", "staging", "checkout", "t1", "t3", "0.1.0-test"}) {
        EXPECT_THAT(table.output, HasSubstr(part));
    }
    const auto json = plumbctl({"fleet", "--controller", controller.grpc(), "--format", "json"});
    const auto tasks = boost::json::parse(json.output).at("tasks").as_array();
    ASSERT_EQ(tasks.size(), 3u);
    EXPECT_EQ(tasks.at(0).at("windows").to_number<int>(), 6);
}

TEST_F(GateTest, accept_prints_entries_that_the_gate_takes) {
    auto other = test::healthy_dependency();
    other.facts[0].value = "TLSv1.2";
    report("staging", test::healthy_dependency());
    report("production", other);
    ASSERT_EQ(gate().exit_code, 1);
    const auto printed =
        plumbctl({"accept", "--controller", controller.grpc(), "--baseline", "staging", "--candidate",
                  "production", "--reason", "older balancer", "--owner", "edge", "--expires", "30d"});
    ASSERT_EQ(printed.exit_code, 0) << printed.errors;
    const auto policy = folder.write("policy.yaml", printed.output);
    const auto result = gate({"--policy", policy});
    EXPECT_EQ(result.exit_code, 0) << printed.output << result.output << result.errors;
}

TEST(GateWithFloor, an_app_cannot_loosen_the_controllers_policy) {
    const test::TempDir folder;
    const auto floor = folder.write("floor.yaml", "hold_on: [failures]\ncritical: [database]\n");
    test::ControllerProcess controller(folder, {"--policy", floor});
    const auto channel = test::plain_channel(controller.grpc());
    for (const auto& [environment, dependency] : {std::pair{"staging", test::healthy_dependency()},
                                                  std::pair{"production", test::failing_dependency()}}) {
        for (const char* task : {"t1", "t2"}) {
            const auto labels = test::labels_of(environment, task);
            ReportClient client(channel);
            client.hello(std::string(environment) + task, labels);
            for (std::uint64_t i = 1; i <= 5; ++i)
                client.send(test::window_of("x", i, labels, dependency));
            EXPECT_TRUE(client.finish().ok());
        }
    }
    const auto loose =
        folder.write("loose.yaml", "critical: []\nignore: [{dependency: \"*\", subject: failures}]\n");
    const auto result = plumbctl({"gate", "--controller", controller.grpc(), "--baseline", "staging",
                                  "--candidate", "production", "--policy", loose});
    EXPECT_EQ(result.exit_code, 1) << result.output << result.errors;
}

}  // namespace
}  // namespace plumb

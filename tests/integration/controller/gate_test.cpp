// From agents' streams to the gate's exit code: the whole way through real processes.
#include "tests/integration/controller/controller_process.hpp"
#include "tests/integration/controller/report_client.hpp"
#include "tests/support/sockets.hpp"
#include "tests/support/windows.hpp"

#include <csignal>
#include <memory>
#include <thread>
#include <tuple>

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
    EXPECT_EQ(result.errors, "plumbctl gate: since: between 1 ms and 90 days is right\n");
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

TEST_F(GateTest, explain_tells_of_quiet_pairs_too_in_every_format_for_people) {
    report("staging", test::healthy_dependency());
    report("production", test::healthy_dependency());
    for (const char* format : {"text", "json", "markdown"}) {
        const auto result = gate({"--explain", "--format", format});
        EXPECT_EQ(result.exit_code, 0) << result.errors;
        EXPECT_THAT(result.output, HasSubstr("All tasks of both sides show the same.")) << format;
        EXPECT_THAT(gate({"--format", format}).output, testing::Not(HasSubstr("All tasks of both")))
            << format;
    }
    EXPECT_THAT(gate({"--explain"}, "compare").output, HasSubstr("fact:tls.version"));
}

TEST_F(GateTest, any_two_labels_are_two_sides) {
    for (const auto& [task, revision, zone] :
         {std::tuple("t1", "41", "az1"), {"t2", "41", "az2"}, {"t3", "42", "az1"}, {"t4", "42", "az2"}}) {
        auto labels = test::labels_of("production", task);
        labels["revision"] = revision;
        labels["zone"] = zone;
        ReportClient client(channel);
        client.hello(task, labels);
        const auto dependency =
            std::string(revision) == "42" ? test::failing_dependency() : test::healthy_dependency();
        for (std::uint64_t i = 1; i <= 5; ++i)
            client.send(test::window_of(task, i, labels, dependency),
                        std::int64_t{30'000} * (5 - static_cast<int>(i)));
        EXPECT_TRUE(client.finish().ok());
    }
    const auto between = [this](const std::string& baseline, const std::string& candidate) {
        return plumbctl({"gate", "--controller", controller.grpc(), "--baseline",
                         "environment=production," + baseline, "--candidate",
                         "environment=production," + candidate})
            .exit_code;
    };
    EXPECT_EQ(between("revision=41", "revision=42"), 1);
    EXPECT_EQ(between("revision=41,zone=az1", "revision=41,zone=az2"), 0);
    EXPECT_EQ(between("revision=41,zone=az2", "revision=42,zone=az2"), 1);
}

TEST_F(GateTest, an_earlier_day_that_nobody_reported_on_is_insufficient) {
    report("production", test::healthy_dependency());
    const auto result = plumbctl({"gate", "--controller", controller.grpc(), "--baseline", "production",
                                  "--candidate", "production", "--baseline-before", "24h"});
    EXPECT_EQ(result.exit_code, 3);
    EXPECT_THAT(result.output, HasSubstr("no longer kept"));
    const auto wrong = gate({"--baseline-before", "5m"});
    EXPECT_EQ(wrong.exit_code, 2);
    EXPECT_THAT(wrong.errors, HasSubstr("lest both sides read the same windows"));
}

class WaitTest : public GateTest {
  protected:
    void report_seconds(const std::string& environment, const WindowDependency& dependency) {
        for (const char* task : {"t1", "t2", "t3"}) {
            const auto labels = test::labels_of(environment, task);
            ReportClient client(channel);
            client.hello(environment + task, labels);
            for (std::uint64_t i = 1; i <= 6; ++i) {
                auto window = test::window_of(environment + task, i, labels, dependency);
                window.length = std::chrono::seconds(20);
                client.send(window, std::int64_t{20'000} * (6 - static_cast<int>(i)));
            }
            EXPECT_TRUE(client.finish().ok());
        }
    }
    std::unique_ptr<test::ChildProcess> waiting(const std::string& address, const std::string& limit) {
        test::ChildSpec spec;
        spec.command = {test::program_of_this_build("plumbctl"),
                        "gate",
                        "--controller",
                        address,
                        "--baseline",
                        "staging",
                        "--candidate",
                        "production",
                        "--wait",
                        limit};
        spec.output_file = output;
        return std::make_unique<test::ChildProcess>(spec);
    }
    void wait_for_words(const std::string& words) const {
        const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (test::read_whole(output).find(words) == std::string::npos) {
            ASSERT_LT(std::chrono::steady_clock::now(), limit) << test::read_whole(output);
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
    }
    const std::string output = folder.write("output", "");
};

TEST_F(WaitTest, goes_on_while_evidence_is_missing_and_ends_as_soon_as_it_decides) {
    const auto program = waiting(controller.grpc(), "50s");
    wait_for_words("asking again in");
    report_seconds("staging", test::healthy_dependency());
    report_seconds("production", test::failing_dependency());
    EXPECT_EQ(program->wait(std::chrono::seconds(45)), 1) << test::read_whole(output);
    EXPECT_THAT(test::read_whole(output), HasSubstr("tcp.timeout"));
}

TEST_F(WaitTest, ends_with_the_last_answer_when_the_time_is_over) {
    const auto result = gate({"--wait", "2s"});
    EXPECT_EQ(result.exit_code, 3);
    EXPECT_THAT(result.errors, HasSubstr("plumbctl: waiting, "));
    EXPECT_THAT(result.output, HasSubstr("INSUFFICIENT EVIDENCE"));
}

TEST_F(WaitTest, an_interrupt_ends_it) {
    const auto program = waiting(controller.grpc(), "1h");
    wait_for_words("asking again in");
    program->signal(SIGINT);
    EXPECT_EQ(program->wait(std::chrono::seconds(10)), 130);
}

TEST_F(WaitTest, a_controller_that_is_away_until_the_end_is_exit_4_and_one_that_refuses_ends_it_at_once) {
    const test::RefusingPort nobody;
    const std::string address = "127.0.0.1:" + std::to_string(nobody.port());
    const auto away = waiting(address, "2s");
    EXPECT_EQ(away->wait(std::chrono::seconds(30)), 4);
    EXPECT_THAT(test::read_whole(output), HasSubstr("asking again in"));
    EXPECT_EQ(gate({"--wait", "1h", "--since", "91d"}).exit_code, 2);
    EXPECT_EQ(gate({"--wait", "2d"}).exit_code, 2);
}

// A store that a controller is writing to, asked directly.
class JudgeStoreTest : public GateTest {
  protected:
    test::Finished judge(std::vector<std::string> more) {
        std::vector<std::string> arguments{"judge",      "--store", "sqlite:" + folder.file("plumb.db"),
                                           "--baseline", "staging", "--candidate",
                                           "production"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return plumbctl(arguments);
    }
};

TEST_F(JudgeStoreTest, answers_as_the_controller_does_and_under_another_policy) {
    report("staging", test::healthy_dependency());
    report("production", test::failing_dependency());
    const auto replayed = judge({"--format", "json"});
    EXPECT_EQ(replayed.exit_code, 1) << replayed.errors;
    const auto asked = boost::json::parse(gate({"--format", "json"}).output);
    EXPECT_EQ(boost::json::parse(replayed.output).at("findings"), asked.at("findings"));
    EXPECT_EQ(judge({"--policy", folder.write("policy.yaml", "critical: [another]\n")}).exit_code, 0);
    EXPECT_EQ(judge({"--service", "another"}).exit_code, 3);
    EXPECT_EQ(judge({"--until", "2020-01-01T00:00:00Z"}).exit_code, 3) << "before anything was reported";
}

TEST_F(JudgeStoreTest, mistakes_are_exit_2_and_say_what_would_be_right) {
    EXPECT_THAT(judge({"--until", "yesterday"}).errors, HasSubstr("--until: "));
    EXPECT_EQ(judge({"--until", "yesterday"}).exit_code, 2);
    EXPECT_EQ(judge({"--baseline-before", "1m"}).exit_code, 2);
    const auto missing = plumbctl(
        {"judge", "--store", "sqlite:" + folder.file("none.db"), "--baseline", "a", "--candidate", "b"});
    EXPECT_EQ(missing.exit_code, 2);
    EXPECT_THAT(missing.errors, HasSubstr("no such file"));
    const auto files = plumbctl(
        {"judge", "--baseline", "/dev/null", "--candidate", "/dev/null", "--until", "2026-01-01T00:00:00Z"});
    EXPECT_EQ(files.exit_code, 2);
    EXPECT_THAT(files.errors, HasSubstr("--until belongs to --store"));
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
    for (const char* loose :
         {"critical: []\nignore: [{dependency: \"*\", subject: failures}]\n", "hold_on: []\n",
          "accept: [{dependency: database, subject: failures, reason: r, until: 2099-01-31}]\n",
          "accept: [{dependency: \"*\", subject: \"*\", reason: r, until: 2099-01-31}]\nmay_accept: "
          "[failures]\n",
          "thresholds: {hard_fault_runs: 1000, hard_fault_share: 1, failure_points: 0.5, minimum_tasks: "
          "1000, "
          "minimum_windows: 1000, stale_windows: 2}\n"}) {
        const auto result =
            plumbctl({"gate", "--controller", controller.grpc(), "--baseline", "staging", "--candidate",
                      "production", "--policy", folder.write("loose.yaml", loose)});
        EXPECT_EQ(result.exit_code, 1) << loose << result.output << result.errors;
    }
}

}  // namespace
}  // namespace plumb

// `plumb-agent run` as a process: windows to a file, to a controller that dies and comes back, and a good
// end.
#include "tests/integration/agent/agent_program.hpp"
#include "tests/integration/agent/fake_controller.hpp"
#include "tests/support/servers.hpp"
#include "tests/support/sockets.hpp"
#include "tests/support/temp_dir.hpp"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::agent::test {
namespace {

using namespace std::chrono_literals;
using plumb::test::ChildProcess;
using plumb::test::ChildSpec;
using plumb::test::ScriptedServer;
using testing::HasSubstr;
using testing::Not;

class RunProgram : public testing::Test {
  protected:
    std::string place() const { return "127.0.0.1:" + std::to_string(server_.port()); }
    std::string output() const { return directory_.file("windows.jsonl"); }
    std::string log() const { return directory_.file("log"); }

    std::string config(const std::string& more = "") {
        return directory_.write(
            "plumb.yaml", "environment: staging\nservice: checkout\nlabels: {zone: a}\nwindow: 100ms\n" +
                              more + "targets:\n  cache: {url: 'tcp://" + place() +
                              "', interval: 50ms}\n  gone: {url: 'redis://:hunter2@127.0.0.1:" +
                              std::to_string(refusing_.port()) + "/0', interval: 50ms}\n");
    }

    ChildSpec run_spec(const std::string& config_path) {
        ChildSpec spec;
        spec.command = {agent_path(), "run", "--config", config_path, "--output", output()};
        spec.output_file = log();
        return spec;
    }

    ScriptedServer server_{[](plumb::test::Connection& peer) { peer.wait_for_close(); }};
    plumb::test::RefusingPort refusing_;
    plumb::test::TempDir directory_;
};

TEST_F(RunProgram, once_writes_one_window_with_one_run_of_each_target) {
    const auto done = agent({"run", "--config", config(), "--once", "--output", "-"});
    EXPECT_EQ(done.exit_code, 0) << done.errors;
    const auto window = parse_window(done.output.substr(0, done.output.find('\n')));
    ASSERT_TRUE(window.has_value()) << done.output;
    EXPECT_EQ(done.output.find('\n'), done.output.size() - 1);
    EXPECT_EQ(window->sequence, 1U);
    EXPECT_FALSE(window->draining);
    EXPECT_EQ(window->labels.at("environment"), "staging");
    EXPECT_EQ(window->labels.at("service"), "checkout");
    EXPECT_EQ(window->labels.at("zone"), "a");
    EXPECT_FALSE(window->labels.at("task").empty());
    ASSERT_EQ(window->dependencies.size(), 3U);
    EXPECT_EQ(window->dependencies[2].kind, "task");
    EXPECT_GT(window->dependencies[2].facts.size(), 10U);
    EXPECT_EQ(window->dependencies[0].dependency, "cache");
    EXPECT_EQ(window->dependencies[0].runs, 1U);
    EXPECT_EQ(window->dependencies[0].succeeded, 1U);
    EXPECT_EQ(window->dependencies[1].runs, 1U);
    EXPECT_EQ(window->dependencies[1].succeeded, 0U);
    ASSERT_EQ(window->dependencies[1].failures.size(), 1U);
    EXPECT_EQ(window->dependencies[1].failures[0].cause, "tcp.refused");
    EXPECT_THAT(done.output + done.errors, Not(HasSubstr("hunter2")));
}

TEST_F(RunProgram, once_delivers_to_the_controller) {
    Committed store;
    FakeController controller(store, {});
    const auto path = config("controller: 127.0.0.1:" + std::to_string(controller.port()) + "\n");
    const auto done = agent({"run", "--config", path, "--once"});
    EXPECT_EQ(done.exit_code, 0) << done.errors;
    EXPECT_EQ(store.windows.size(), 1U);
    EXPECT_EQ(controller.seen().order, (std::vector<std::string>{"hello", "window 1", "goodbye"}));
    EXPECT_EQ(controller.seen().hellos.at(0).labels().at("environment"), "staging");
}

TEST_F(RunProgram, once_is_0_when_the_window_was_written_though_the_controller_is_away) {
    const auto path = config("controller: 127.0.0.1:" + std::to_string(refusing_.port()) + "\n");
    const auto done = agent({"run", "--config", path, "--once", "--output", "-"});
    EXPECT_EQ(done.exit_code, 0) << done.errors;
    EXPECT_TRUE(parse_window(done.output.substr(0, done.output.find('\n'))).has_value());
    EXPECT_THAT(done.errors, HasSubstr("did not acknowledge"));
}

TEST_F(RunProgram, emf_prints_the_metrics_of_each_dependency_and_nothing_else_on_standard_output) {
    const auto done = agent({"run", "--config", config(), "--once", "--emf", "--output", output()});
    EXPECT_EQ(done.exit_code, 0) << done.errors;
    std::set<std::string> dependencies;
    std::istringstream lines(done.output);
    for (std::string line; std::getline(lines, line);) {
        boost::system::error_code error;
        const auto metrics = boost::json::parse(line, error);
        ASSERT_FALSE(error) << line;
        EXPECT_TRUE(metrics.as_object().contains("_aws")) << line;
        dependencies.emplace(metrics.at("dependency").as_string());
    }
    EXPECT_THAT(dependencies, testing::ElementsAre("cache", "gone", "task"));
    EXPECT_EQ(windows_in(output()).size(), 1U);
}

TEST_F(RunProgram, windows_follow_without_gaps_and_the_last_is_draining) {
    ChildProcess child(run_spec(config()));
    ASSERT_TRUE(eventually([&] { return windows_in(output()).size() >= 3; })) << contents(log());
    child.signal(SIGTERM);
    EXPECT_EQ(child.wait(20s), 0) << contents(log());
    const auto windows = windows_in(output());
    ASSERT_GE(windows.size(), 4U);
    std::uint64_t runs = 0;
    for (std::size_t i = 0; i < windows.size(); ++i) {
        EXPECT_EQ(windows[i].sequence, i + 1);
        EXPECT_EQ(windows[i].agent, windows[0].agent);
        EXPECT_EQ(windows[i].draining, i + 1 == windows.size());
        ASSERT_EQ(windows[i].dependencies.size(), 3U);
        EXPECT_EQ(windows[i].dependencies[2].kind, "task");
        runs += windows[i].dependencies[0].runs;
    }
    EXPECT_GE(runs, 2U);
    EXPECT_THAT(contents(output()) + contents(log()), Not(HasSubstr("hunter2")));
    EXPECT_THAT(contents(log()), HasSubstr("gone: tcp.refused at connect"));
}

TEST_F(RunProgram, two_instances_have_two_names) {
    const auto path = config();
    const auto first = agent({"run", "--config", path, "--once", "--output", "-"});
    const auto second = agent({"run", "--config", path, "--once", "--output", "-"});
    EXPECT_NE(parse_window(first.output.substr(0, first.output.find('\n'))).value().agent,
              parse_window(second.output.substr(0, second.output.find('\n'))).value().agent);
}

TEST_F(RunProgram, every_window_reaches_the_controller_once_though_it_is_killed_and_comes_back) {
    Committed store;
    auto first = std::make_unique<FakeController>(store, FakeController::Behaviour{});
    const int port = first->port();
    ChildProcess child(run_spec(config("controller: 127.0.0.1:" + std::to_string(port) + "\n")));
    ASSERT_TRUE(first->wait([](const auto& seen) { return seen.windows.size() >= 2; })) << contents(log());
    first->kill();
    first.reset();
    const auto before = windows_in(output()).size();
    ASSERT_TRUE(eventually([&] { return windows_in(output()).size() >= before + 3; }));  // it goes on probing
    FakeController second(store, {}, port);
    ASSERT_TRUE(second.wait([](const auto& seen) { return seen.windows.size() >= 4; })) << contents(log());
    child.signal(SIGTERM);
    EXPECT_EQ(child.wait(20s), 0) << contents(log());
    ASSERT_TRUE(
        second.wait([](const auto& seen) { return !seen.order.empty() && seen.order.back() == "goodbye"; }));
    const auto written = windows_in(output());
    EXPECT_EQ(store.windows.size(), written.size());
    for (const auto& window : written)
        EXPECT_TRUE(store.windows.contains(window.sequence)) << window.sequence;
    EXPECT_THAT(contents(log()), HasSubstr("no stream to the controller"));
}

// A metadata endpoint that comes up after the agent: no window goes out under another name than the task's.
TEST_F(RunProgram, windows_wait_until_ecs_has_said_which_task_it_is) {
    const char* source = std::getenv("PLUMB_SOURCE_DIR");
    const std::string documents = std::string(source != nullptr ? source : ".") + "/tests/data/ecs/fargate_";
    std::atomic<bool> up{false};
    const ScriptedServer endpoint([&](plumb::test::Connection& peer) {
        const auto request = peer.read_until("\r\n\r\n");
        const bool of_task = request.find("/task ") != std::string::npos;
        peer.write(up ? "HTTP/1.1 200 OK\r\n\r\n" +
                            contents(documents + (of_task ? "task.json" : "container.json"))
                      : std::string("HTTP/1.1 503 Service Unavailable\r\n\r\n"));
    });
    Committed store;
    FakeController controller(store, {});
    auto spec = run_spec(config("controller: 127.0.0.1:" + std::to_string(controller.port()) + "\n"));
    spec.environment = {"ECS_CONTAINER_METADATA_URI_V4=http://127.0.0.1:" + std::to_string(endpoint.port())};
    ChildProcess agent(spec);
    ASSERT_TRUE(eventually([&] { return windows_in(output()).size() >= 3; })) << contents(log());
    EXPECT_TRUE(controller.seen().hellos.empty());
    up = true;
    ASSERT_TRUE(controller.wait([](const FakeController::Seen& seen) { return seen.windows.size() >= 4; }))
        << contents(log());
    const auto seen = controller.seen();
    ASSERT_EQ(seen.hellos.size(), 1U);
    EXPECT_EQ(seen.hellos[0].labels().at("task"), "bfa2636268144d039771334145e490c5");
    EXPECT_EQ(seen.hellos[0].labels().at("revision"), "5");
    EXPECT_EQ(seen.hellos[0].labels().at("zone"), "a") << "the configuration comes before the metadata";
    EXPECT_EQ(seen.order[1], "window 1") << "those that waited come, too";
    EXPECT_EQ(agent.stop(), 0);
    EXPECT_EQ(windows_in(output()).back().labels.at("revision"), "5");
}

TEST_F(RunProgram, a_reader_that_stands_still_stops_neither_the_probing_nor_the_end) {
    const auto pipe = directory_.file("pipe");
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    const int reader = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    ASSERT_GE(reader, 0);
    auto spec = run_spec(config());
    spec.command.back() = pipe;
    ChildProcess child(spec);
    ASSERT_TRUE(eventually([&] { return contents(log()).find("nobody reads it") != std::string::npos; }))
        << contents(log());
    EXPECT_EQ(agent({"health", "--pid", std::to_string(child.pid())}).exit_code, 0);
    child.signal(SIGTERM);
    EXPECT_EQ(child.wait(20s), 0);
    EXPECT_THAT(contents(log()), HasSubstr("--output lacks windows: nobody reads it"));
    ::close(reader);
}

TEST_F(RunProgram, health_asks_whether_the_loop_turns) {
    ChildProcess child(run_spec(config()));
    ASSERT_TRUE(eventually([&] { return !windows_in(output()).empty(); })) << contents(log());
    const auto pid = std::to_string(child.pid());
    EXPECT_EQ(agent({"health", "--pid", pid}).exit_code, 0);
    EXPECT_EQ(agent({"health"}).exit_code, 0);
    child.signal(SIGSTOP);
    const auto stuck = agent({"health", "--pid", pid});
    EXPECT_EQ(stuck.exit_code, 1);
    EXPECT_THAT(stuck.errors, HasSubstr("does not answer"));
    child.signal(SIGCONT);
    EXPECT_EQ(agent({"health", "--pid", pid}).exit_code, 0);
    child.signal(SIGTERM);
    EXPECT_EQ(child.wait(20s), 0);
    EXPECT_EQ(agent({"health", "--pid", pid}).exit_code, 1);
}

TEST_F(RunProgram, what_cannot_start_is_2_and_says_why) {
    const auto nowhere = agent({"run", "--config", config()});
    EXPECT_EQ(nowhere.exit_code, 2);
    EXPECT_THAT(nowhere.errors, HasSubstr("name a controller in the configuration, or give --output F"));
    const auto unwritable = agent({"run", "--config", config(), "--output", "/does/not/exist/windows"});
    EXPECT_EQ(unwritable.exit_code, 2);
    EXPECT_THAT(unwritable.errors, HasSubstr("--output /does/not/exist/windows: "));
    const auto both = agent({"run", "--config", config(), "--emf", "--output", "-"});
    EXPECT_EQ(both.exit_code, 2);
    EXPECT_EQ(both.output, "");
    EXPECT_THAT(both.errors, HasSubstr("--emf and --output - both write to standard output"));
    const auto no_ca =
        agent({"run", "--config", config("controller: plumb.internal:7443\ntls: {ca: /does/not/exist}\n")});
    EXPECT_EQ(no_ca.exit_code, 2);
    EXPECT_THAT(no_ca.errors, HasSubstr("plumb.yaml:6: tls.ca: /does/not/exist"));
    // Outside ECS nothing but the file can name the service, and no controller takes windows of nobody.
    const auto nobody = agent({"run", "--config",
                               directory_.write("nobody.yaml",
                                                "controller: 127.0.0.1:1\nenvironment: staging\n"
                                                "targets: {a: 'tcp://127.0.0.1:1'}\n")});
    EXPECT_EQ(nobody.exit_code, 2);
    EXPECT_THAT(nobody.errors, HasSubstr("add `service: checkout`"));
}

}  // namespace
}  // namespace plumb::agent::test

// What `plumb-agent run` tells in its windows of its own task: what other parts of it heard, and how soon.
#include "base/duration.hpp"
#include "probes/task/sockets/troubles.hpp"
#include "tests/integration/agent/agent_program.hpp"
#include "tests/integration/agent/fake_controller.hpp"
#include "tests/integration/agent/listener.hpp"
#include "tests/integration/task_sockets/forked.hpp"
#include "tests/support/servers.hpp"
#include "tests/support/sockets.hpp"
#include "tests/support/temp_dir.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <optional>
#include <sys/socket.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::agent::test {
namespace {

using namespace std::chrono_literals;
using plumb::test::ChildProcess;
using plumb::test::ChildSpec;
using plumb::test::Connection;
using plumb::test::ScriptedServer;
using testing::HasSubstr;
using testing::StartsWith;

const WindowDependency& task_in(const Window& window) {
    const auto found = std::find_if(window.dependencies.begin(), window.dependencies.end(),
                                    [](const auto& each) { return each.kind == "task"; });
    if (found == window.dependencies.end()) throw std::runtime_error("a window without the task");
    return *found;
}

std::optional<WindowGauge> gauge_in(const Window& window, std::string_view name) {
    for (const auto& gauge : task_in(window).gauges) {
        if (gauge.name == name) return gauge;
    }
    return std::nullopt;
}

std::string fact_in(const Window& window, std::string_view name) {
    for (const auto& fact : task_in(window).facts) {
        if (fact.name == name) return fact.value;
    }
    return "absent";
}

bool fails(const Window& window, std::string_view check, std::string_view cause) {
    const auto& failures = task_in(window).failures;
    return std::any_of(failures.begin(), failures.end(),
                       [&](const auto& each) { return each.phase == check && each.cause == cause; });
}

class RunTask : public testing::Test {
  protected:
    // With this configuration, added to what every one needs.
    void start(const std::string& configuration, std::vector<std::string> environment = {}) {
        ChildSpec spec;
        const auto path =
            directory_.write("plumb.yaml", "environment: staging\nservice: checkout\n" + configuration);
        spec.command = {agent_path(), "run", "--config", path, "--output", directory_.file("windows")};
        spec.environment = std::move(environment);
        spec.output_file = directory_.file("log");
        agent_.emplace(spec);
    }

    // The first window that is so; nothing when none comes. Then the agent ends, while its controller still
    // answers.
    std::optional<Window> first_window(const std::function<bool(const Window&)>& so) {
        std::optional<Window> found;
        eventually([&] {
            for (auto& window : windows_in(directory_.file("windows"))) {
                if (so(window)) {
                    found = std::move(window);
                    return true;
                }
            }
            return false;
        });
        EXPECT_EQ(agent_->stop(), 0);
        return found;
    }
    std::string log() const { return contents(directory_.file("log")); }

  private:
    plumb::test::TempDir directory_;
    std::optional<ChildProcess> agent_;
};

TEST_F(RunTask, a_clock_that_is_off_the_controllers_is_told_in_a_window) {
    Committed store;
    const FakeController controller(store, {.clock_behind = 90s});
    const Listener server;
    start("window: 100ms\ncontroller: 127.0.0.1:" + std::to_string(controller.port()) +
          "\ntargets: {cache: 'tcp://" + place(server.port()) + "'}\n");
    const auto window =
        first_window([](const Window& each) { return gauge_in(each, "clock.error").has_value(); });
    ASSERT_TRUE(window) << log();
    const auto error = *gauge_in(*window, "clock.error");
    EXPECT_NEAR(error.last, 90, 5);  // less by the way there and back
    EXPECT_EQ(error.limit, 300);
    EXPECT_TRUE(error.refuses_at_limit);
    EXPECT_THAT(fact_in(*window, "clock.offset"), StartsWith("+"));
}

// The metadata of ECS for a sidecar whose app starts now.
class MetadataOfNow {
  public:
    std::string variable() const { return "ECS_CONTAINER_METADATA_URI_V4=http://" + place(server_.port()); }

  private:
    std::string document(const std::string& name) const {
        const char* source = std::getenv("PLUMB_SOURCE_DIR");
        auto text = contents(std::string(source != nullptr ? source : ".") + "/tests/data/ecs/" + name);
        constexpr std::string_view kStarted = "\"StartedAt\": \"";
        for (auto at = text.find(kStarted); at != std::string::npos; at = text.find(kStarted, at + 1)) {
            const auto from = at + kStarted.size();
            text.replace(from, text.find('"', from) - from, format_time(now_));
        }
        return text;
    }

    const std::chrono::system_clock::time_point now_ = std::chrono::system_clock::now();
    const ScriptedServer server_{[this](Connection& peer) {
        const bool of_task = peer.read_until("\r\n\r\n").find("/task ") != std::string::npos;
        peer.write("HTTP/1.1 200 OK\r\n\r\n" +
                   document(of_task ? "fargate_task.json" : "fargate_container.json"));
    }};
};

TEST_F(RunTask, an_app_that_is_healthy_before_a_dependency_can_be_reached_is_told_in_a_window) {
    const MetadataOfNow metadata;
    const plumb::test::RefusingPort refusing;
    std::atomic<int> asked{0};
    // Unavailable at first: who is healthy at the first question may have been so for long.
    const ScriptedServer app([&](Connection& peer) {
        peer.read_until("\r\n\r\n");
        peer.write(++asked < 3 ? "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"
                               : "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    });
    start("window: 100ms\ntask: {container: fargate-app, warmup: {health: 'http://" + place(app.port()) +
              "/health'}}\ntargets: {database: {url: 'tcp://" + place(refusing.port()) +
              "', interval: 100ms}}\n",
          {metadata.variable()});
    const auto window =
        first_window([](const Window& each) { return fails(each, "readiness", "task.ready_early"); });
    ASSERT_TRUE(window) << log();
    EXPECT_THAT(fact_in(*window, "task.ready_early"),
                testing::MatchesRegex("/health was healthy within .* s, before database could be reached"));
}

// Connections that their server has closed and this process, the app, has not.
std::vector<plumb::test::Descriptor> leak(std::uint16_t port, int count) {
    std::vector<plumb::test::Descriptor> leaked;
    for (int i = 0; i < count; ++i) {
        leaked.push_back(plumb::test::connect_v4(port));
        char byte = 0;
        EXPECT_EQ(::recv(leaked.back().get(), &byte, 1, 0), 0) << "it was not closed";
    }
    return leaked;
}

std::uint64_t looks_in(const Window& window) {
    std::uint64_t looks = 0;
    for (const auto& fact : task_in(window).facts)
        looks += fact.name == "sockets.census" ? fact.runs : 0;
    return looks;
}

// Of 4 s, so that each look has a second. On a machine that is too busy for that, a later window has them
// all.
TEST_F(RunTask, a_window_has_looks_enough_to_show_a_leak) {
    const ScriptedServer server(plumb::test::closing());
    const auto leaked = leak(server.port(), 3);
    start("window: 4s\ntargets: {cache: {url: 'tcp://" + place(server.port()) + "', interval: 500ms}}\n");
    const auto window = first_window([](const Window& each) { return looks_in(each) >= task::kLeakLooks; });
    ASSERT_TRUE(window) << log();
    EXPECT_TRUE(fails(*window, "sockets.cache", "task.connection_leak"));
    EXPECT_THAT(fact_in(*window, "sockets.cache.trouble"), HasSubstr("3 connections in CLOSE_WAIT"));
}

}  // namespace
}  // namespace plumb::agent::test

// What the sidecar does to a dependency that fails, counted there and in its windows.
#include "tests/integration/agent/agent_program.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/support/sockets.hpp"
#include "tests/support/temp_dir.hpp"

#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::agent::test {
namespace {

using namespace std::chrono_literals;
using plumb::test::ChildProcess;
using plumb::test::ChildSpec;
using plumb::test::PostgresServer;
using plumb::test::PostgresSpec;

// What the windows of one dependency say together.
struct Sum {
    std::uint64_t runs = 0;
    std::uint64_t skipped = 0;
    std::uint64_t log_ins = 0;
    bool breaker = false;
    bool described = false;  // by its server
};

Sum sum_of(const std::string& path) {
    Sum sum;
    for (const auto& window : windows_in(path)) {
        for (const auto& dependency : window.dependencies) {
            sum.runs += dependency.runs;
            sum.skipped += dependency.skipped;
            for (const auto& phase : dependency.phases) {
                if (phase.name == "authenticate") sum.log_ins += phase.reached;
            }
            for (const auto& fact : dependency.facts) {
                sum.breaker = sum.breaker || fact.name == "probe.breaker";
                sum.described = sum.described || fact.name == "postgres.server_version";
            }
        }
    }
    return sum;
}

class Sidecar : public testing::Test {
  protected:
    // Runs every 50 ms in windows of 1 s: 20 points.
    ChildProcess start(const std::string& url) {
        const auto config = directory_.write(
            "plumb.yaml", "window: 1s\ntargets:\n  it: {url: '" + url + "', interval: 50ms}\n");
        ChildSpec spec;
        spec.command = {agent_path(), "run", "--config", config, "--output", output()};
        spec.output_file = directory_.file("log");
        return ChildProcess(spec);
    }
    std::string output() const { return directory_.file("windows.jsonl"); }
    std::string log() const { return contents(directory_.file("log")); }

    plumb::test::TempDir directory_;
};

TEST_F(Sidecar, asks_a_dead_dependency_less_and_says_so) {
    const plumb::test::RefusingPort refusing;
    auto child = start("tcp://127.0.0.1:" + std::to_string(refusing.port()));
    ASSERT_TRUE(eventually([&] { return sum_of(output()).skipped >= 60; })) << log();
    child.signal(SIGTERM);
    EXPECT_EQ(child.wait(20s), 0) << log();
    const auto sum = sum_of(output());
    EXPECT_TRUE(sum.breaker);
    EXPECT_GE(sum.runs, 7U);  // patience, and what the judge needs
    EXPECT_LT(3 * sum.runs, sum.skipped + sum.runs);
}

std::size_t count(const std::string& text, const std::string& words) {
    std::size_t found = 0;
    for (auto at = text.find(words); at != std::string::npos; at = text.find(words, at + words.size()))
        ++found;
    return found;
}

TEST_F(Sidecar, logs_in_less_where_no_connection_slots_are_left_and_comes_back) {
    PostgresSpec spec;
    spec.settings = {"max_connections = 6", "superuser_reserved_connections = 3"};
    spec.setup = "create role app login password 'Correct-Horse-7'";
    const PostgresServer server(spec);
    std::vector<PostgresServer::Held> held;
    for (int i = 0; i < 3; ++i)
        held.push_back(server.hold("app", "Correct-Horse-7"));

    auto child =
        start("postgres://app:Correct-Horse-7@127.0.0.1:" + std::to_string(server.port()) + "/postgres");
    // Healthy, every tenth run would log in.
    ASSERT_TRUE(eventually([&] { return sum_of(output()).runs >= 100; })) << log();
    auto sum = sum_of(output());
    EXPECT_GE(sum.log_ins, 2U);
    EXPECT_LE(sum.log_ins, sum.runs / 20 + 2);
    EXPECT_TRUE(sum.breaker);
    EXPECT_GE(sum.skipped, 1U);

    held.clear();
    EXPECT_TRUE(eventually([&] { return sum_of(output()).described; })) << log();
    child.signal(SIGTERM);
    EXPECT_EQ(child.wait(20s), 0) << log();
    sum = sum_of(output());
    // What was refused at the server is what the windows tell, and nothing else came.
    EXPECT_LE(count(server.log(), "FATAL:"), sum.log_ins);
    EXPECT_GE(count(server.log(), "FATAL:"), 2U);
}

}  // namespace
}  // namespace plumb::agent::test

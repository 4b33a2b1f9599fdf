// What the sidecar does to a dependency that fails, counted there and in its windows.
#include "tests/integration/agent/agent_program.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/support/servers.hpp"
#include "tests/support/sockets.hpp"
#include "tests/support/temp_dir.hpp"

#include <csignal>
#include <memory>
#include <mutex>
#include <poll.h>

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
            if (dependency.kind == "task") continue;
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
    // What was refused at the server is what the windows tell, and nothing else came. Who waits for the
    // server to start may have been refused, too.
    const auto refused =
        count(server.log(), "FATAL:") - count(server.log(), "FATAL:  the database system is starting");
    EXPECT_LE(refused, sum.log_ins) << server.log();
    EXPECT_GE(refused, 2U);
}

// A peer that takes connections and is silent; knows how many of them were open at once, by what its kernel
// had seen of the other side when the next one came.
class SilentPeer {
  public:
    std::uint16_t port() const { return server_.port(); }
    int accepted() const { return server_.accepted(); }
    std::size_t most_open() const {
        const std::lock_guard lock(mutex_);
        return most_open_;
    }

  private:
    void came(int descriptor) {
        const std::lock_guard lock(mutex_);
        open_.push_back(descriptor);
        const auto left = [](int each) {
            pollfd asked{each, POLLRDHUP, 0};
            return ::poll(&asked, 1, 0) == 1;
        };
        std::erase_if(open_, left);
        most_open_ = std::max(most_open_, open_.size());
    }
    void play(plumb::test::Connection& connection) {
        came(connection.descriptor());
        connection.hang();  // keeps the descriptor, so that its number stays its own
    }

    mutable std::mutex mutex_;
    std::vector<int> open_;
    std::size_t most_open_ = 0;
    plumb::test::ScriptedServer server_{[this](plumb::test::Connection& connection) { play(connection); }};
};

TEST_F(Sidecar, has_one_connection_in_flight_to_a_dependency_of_any_kind_that_stalls) {
    const std::vector<std::string> urls{
        "tcp://HOST?expect=x", "tls://HOST?insecure=1",  "http://HOST/",   "https://HOST/#insecure=1",
        "grpc://HOST/",        "postgres://app@HOST/db", "redis://HOST/0", "memcached://HOST"};
    std::vector<std::unique_ptr<SilentPeer>> peers;
    std::string text = "window: 1s\ntargets:\n";
    for (std::size_t i = 0; i < urls.size(); ++i) {
        peers.push_back(std::make_unique<SilentPeer>());
        auto url = urls[i];
        url.replace(url.find("HOST"), 4, "127.0.0.1:" + std::to_string(peers.back()->port()));
        // Four more runs are due before one has given up.
        text += "  it" + std::to_string(i) + ": {url: '" + url + "', interval: 50ms, timeout: 250ms}\n";
    }
    ChildSpec spec;
    spec.command = {agent_path(), "run",   "--config", directory_.write("plumb.yaml", text),
                    "--output",   output()};
    spec.output_file = directory_.file("log");
    ChildProcess child(spec);
    EXPECT_TRUE(eventually([&] {
        return std::all_of(peers.begin(), peers.end(),
                           [](const auto& peer) { return peer->accepted() >= 5; });
    })) << log();
    child.signal(SIGTERM);
    EXPECT_EQ(child.wait(20s), 0) << log();
    for (std::size_t i = 0; i < urls.size(); ++i)
        EXPECT_EQ(peers[i]->most_open(), 1U) << urls[i];
}

}  // namespace
}  // namespace plumb::agent::test

// What the probe costs the server: its connections and its log, counted there.
#include "probes/redis/redis.hpp"
#include "tests/integration/probe_run/kept_probe.hpp"
#include "tests/integration/redis/redis_server.hpp"
#include "tests/support/servers.hpp"

#include <atomic>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb {
namespace {

using test::Connection;
using test::failure_of;
using test::KeptProbe;
using test::phases_of;
using test::RedisServer;
using testing::ElementsAre;

constexpr int kRuns = 5;

TEST(RedisHarm, a_run_is_one_connection_at_each_depth_and_the_log_stays_silent) {
    // With a second connection of ours at the same time the server would be out of slots.
    const RedisServer server({"--maxclients", "2"});
    test::RedisWatcher watcher(server);
    KeptProbe probe(redis_kind(), server.url());
    const std::string log = server.log();
    const double before = watcher.info("total_connections_received");
    int runs = 0;
    const double commands = watcher.info("total_commands_processed");
    for (const Depth depth : {Depth::connect, Depth::login, Depth::inspect}) {
        for (int i = 0; i < kRuns; ++i) {
            EXPECT_EQ(failure_of(probe.run(depth)), "ok");
            ++runs;
            watcher.await("total_connections_received", before + runs);  // it may still wait to be accepted
            watcher.await("connected_clients", 1);
        }
    }
    EXPECT_EQ(watcher.info("total_connections_received") - before, 3 * kRuns);
    EXPECT_EQ(runs, 3 * kRuns);
    EXPECT_EQ(watcher.info("rejected_connections"), 0);
    EXPECT_GT(watcher.info("total_commands_processed"), commands);
    EXPECT_EQ(server.log(), log);
}

TEST(RedisHarm, the_depth_decides_what_is_asked) {
    const RedisServer server({"--requirepass", "s3cret"});
    KeptProbe probe(redis_kind(), server.url(":s3cret@"));
    EXPECT_THAT(phases_of(probe.run(Depth::connect)), ElementsAre("resolve", "connect"));
    EXPECT_THAT(phases_of(probe.run(Depth::login)),
                ElementsAre("resolve", "connect", "authenticate", "ping"));
    EXPECT_THAT(phases_of(probe.run(Depth::inspect)),
                ElementsAre("resolve", "connect", "authenticate", "ping", "inspect"));
    const Outcome connected = probe.run(Depth::connect);
    EXPECT_TRUE(connected.gauges.empty());
    for (const Fact& fact : connected.facts)
        EXPECT_FALSE(fact.name.starts_with("redis.")) << fact.name;
    EXPECT_TRUE(connected.rtt);
}

TEST(RedisHarm, what_an_account_may_not_ask_is_asked_once) {
    const test::TempDir folder;
    const RedisServer server(
        {"--aclfile",
         folder.write("acl", "user default on nopass ~* +@all\nuser app on >s3cret ~* +ping\n")});
    KeptProbe probe(redis_kind(), server.url("app:s3cret@"));
    for (int i = 0; i < kRuns; ++i) {
        const Outcome outcome = probe.run();
        EXPECT_EQ(failure_of(outcome), "ok");
        EXPECT_EQ(test::fact_of(outcome, "redis.info"), "hidden");
    }
    // Entries of the same kind are counted in one.
    const std::string log = server.ask({"acl", "log"});
    for (const std::string command : {"info", "cluster|info", "cluster|slots"}) {
        EXPECT_THAT(log, testing::HasSubstr("count\n1\nreason\ncommand\ncontext\ntoplevel\nobject\n" +
                                            command + "\n"));
    }
    EXPECT_THAT(log, testing::Not(testing::HasSubstr("count\n2\n")));
}

TEST(RedisHarm, a_session_ends_with_quit_and_the_end_of_both_sides) {
    std::atomic<bool> orderly = false;
    {
        const test::ScriptedServer peer([&orderly](Connection& connection) {
            connection.read_until("PING\r\n");
            connection.write("+PONG\r\n");
            const std::string last = connection.read_until("QUIT\r\n");
            connection.write("+OK\r\n");
            orderly = last == "*1\r\n$4\r\nQUIT\r\n" && connection.read_some().empty();
            connection.close();
        });
        KeptProbe probe(redis_kind(), "redis://127.0.0.1:" + std::to_string(peer.port()));
        EXPECT_EQ(failure_of(probe.run(Depth::login)), "ok");
    }
    EXPECT_TRUE(orderly);
}

TEST(RedisHarm, a_server_that_ignores_quit_is_left) {
    const test::ScriptedServer peer([](Connection& connection) {
        connection.read_until("PING\r\n");
        connection.write("+PONG\r\n");
        connection.hang();
    });
    KeptProbe probe(redis_kind(), "redis://127.0.0.1:" + std::to_string(peer.port()));
    const Outcome outcome = probe.run(Depth::login);
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_THAT(phases_of(outcome), ElementsAre("resolve", "connect", "ping"));
    test::expect_sound(outcome);
}

}  // namespace
}  // namespace plumb

// What state a real server is in, and what the probe makes of it.
#include "probes/redis/redis.hpp"
#include "tests/integration/probe_run/kept_probe.hpp"
#include "tests/integration/redis/redis_server.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb {
namespace {

using test::fact_of;
using test::failure_of;
using test::RedisServer;
using test::run_probe;
using testing::HasSubstr;

double gauge_of(const Outcome& outcome, std::string_view name) {
    const Gauge* gauge = outcome.find_gauge(name);
    EXPECT_NE(gauge, nullptr) << name;
    return gauge == nullptr ? -1 : gauge->value;
}

TEST(RedisState, a_server_that_loads_its_data_says_so) {
    test::TempDir data;
    {
        const RedisServer seed({"--dir", data.path().string(), "--enable-debug-command", "local"});
        ASSERT_EQ(seed.ask({"debug", "populate", "2000", "key", "100"}), "OK");
        ASSERT_EQ(seed.ask({"save"}), "OK");
    }
    const RedisServer server({"--dir", data.path().string(), "--key-load-delay", "10000",
                              "--loading-process-events-interval-bytes", "1024"});
    const Outcome outcome = run_probe(redis_kind(), server.url());
    EXPECT_EQ(failure_of(outcome), "ping redis.loading");
    EXPECT_EQ(fact_of(outcome, "redis.role"), "master") << "INFO answers meanwhile";
}

TEST(RedisState, a_replica_without_its_primary_tells_role_and_link) {
    const RedisServer server({"--replicaof", "127.0.0.1", "1"});
    const Outcome outcome = run_probe(redis_kind(), server.url());
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_EQ(fact_of(outcome, "redis.role"), "slave");
    EXPECT_EQ(fact_of(outcome, "redis.master_link"), "down");
}

TEST(RedisState, a_replica_that_serves_no_stale_data_is_masterdown) {
    const RedisServer server({"--replicaof", "127.0.0.1", "1", "--replica-serve-stale-data", "no"});
    const Outcome outcome = run_probe(redis_kind(), server.url());
    EXPECT_EQ(failure_of(outcome), "ping redis.masterdown");
    EXPECT_EQ(fact_of(outcome, "redis.master_link"), "down");
}

TEST(RedisState, a_server_in_a_script_is_busy) {
    const RedisServer server({"--busy-reply-threshold", "1"});
    test::ChildSpec script;
    script.command = {"redis-cli", "-p", std::to_string(server.port()), "eval", "while true do end", "0"};
    const test::ChildProcess endless(script);
    Outcome outcome;
    while (outcome.ok())
        outcome = run_probe(redis_kind(), server.url());
    EXPECT_EQ(failure_of(outcome), "ping redis.busy");
}

TEST(RedisState, a_server_that_cannot_save_refuses) {
    const test::TempDir disk;
    const std::string folder = disk.file("data");
    std::filesystem::create_directory(folder);
    const RedisServer server({"--dir", folder, "--save", "3600 1"});
    std::filesystem::remove(folder);
    ASSERT_THAT(server.ask({"bgsave"}), HasSubstr("started"));
    Outcome outcome;
    while (outcome.ok())
        outcome = run_probe(redis_kind(), server.url());
    EXPECT_EQ(failure_of(outcome), "ping redis.misconf");
    EXPECT_EQ(fact_of(outcome, "redis.last_save"), "err");
    EXPECT_EQ(fact_of(outcome, "redis.save"), "3600 1");
}

TEST(RedisState, a_log_of_writes_is_a_fact) {
    const RedisServer server({"--appendonly", "yes"});
    const Outcome outcome = run_probe(redis_kind(), server.url());
    EXPECT_EQ(fact_of(outcome, "redis.aof_enabled"), "yes");
    EXPECT_EQ(fact_of(outcome, "redis.aof_last_write"), "ok");
}

TEST(RedisState, primary_and_replica_tell_of_each_other) {
    const RedisServer primary({"--repl-diskless-sync-delay", "0"});
    const RedisServer replica({"--replicaof", "127.0.0.1", std::to_string(primary.port())});
    test::RedisWatcher(primary).await("connected_slaves", 1);
    while (replica.ask({"info", "replication"}).find("master_link_status:up") == std::string::npos) {
    }
    Outcome from_replica = run_probe(redis_kind(), replica.url());
    EXPECT_EQ(fact_of(from_replica, "redis.role"), "slave");
    EXPECT_EQ(fact_of(from_replica, "redis.master_link"), "up");
    EXPECT_GE(gauge_of(from_replica, "redis.replication_lag"), 0);

    Outcome from_primary = run_probe(redis_kind(), primary.url());
    while (from_primary.find_gauge("redis.replication_lag") == nullptr)  // until the replica is online there
        from_primary = run_probe(redis_kind(), primary.url());
    EXPECT_EQ(gauge_of(from_primary, "redis.replicas"), 1);
    EXPECT_GE(gauge_of(from_primary, "redis.replication_lag_bytes"), 0);
    EXPECT_EQ(gauge_of(from_primary, "redis.clients"), 1) << "the replica takes a slot";
}

TEST(RedisState, evictions_and_refused_connections_are_rates_between_runs) {
    const RedisServer server(
        {"--maxmemory", "3mb", "--maxmemory-policy", "allkeys-lru", "--maxclients", "2"});
    test::KeptProbe probe(redis_kind(), server.url());
    EXPECT_EQ(probe.run().find_gauge("redis.evictions"), nullptr);
    server.ask({"eval", "for i = 1, 20000 do redis.call('set', i, string.rep('x', 500)) end return 1", "0"});
    {
        test::RedisWatcher watcher(server);
        const test::Descriptor second = test::connected_to(server.port());
        watcher.await("connected_clients", 2);
        const test::Descriptor refused = test::connected_to(server.port());
        watcher.await("rejected_connections", 1);
    }
    Outcome later;
    while (later.find_gauge("redis.evictions") == nullptr)
        later = probe.run();
    EXPECT_GT(gauge_of(later, "redis.evictions"), 0);
    EXPECT_GE(gauge_of(later, "redis.rejections"), 0);
}

}  // namespace
}  // namespace plumb

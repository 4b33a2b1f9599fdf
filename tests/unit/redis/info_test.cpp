#include "probes/redis/info.hpp"

#include <gtest/gtest.h>

namespace plumb::redis {
namespace {

Outcome described(std::string_view text) {
    Outcome outcome;
    describe(Info::parse(text), outcome);
    return outcome;
}

std::string fact(const Outcome& outcome, std::string_view name) {
    const Fact* found = outcome.find_fact(name);
    return found == nullptr ? "(absent)" : found->value;
}

constexpr std::string_view kServer =
    "# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\n\r\n# Clients\r\nconnected_clients:87\r\n"
    "maxclients:100\r\nblocked_clients:3\r\n# Memory\r\nused_memory:900\r\nmaxmemory:1000\r\n"
    "maxmemory_policy:noeviction\r\nevicted_keys:12\r\nrejected_connections:4\r\nrole:master\r\n"
    "cluster_enabled:0\r\naof_enabled:1\r\nconnected_slaves:2\r\nexecutable:/usr/bin/redis-server\r\n";

TEST(RedisInfo, facts_carry_their_class) {
    const Outcome outcome = described(kServer);
    EXPECT_EQ(fact(outcome, "redis.version"), "7.0.15");
    EXPECT_EQ(outcome.find_fact("redis.version")->cls, FactClass::ordered);
    EXPECT_EQ(fact(outcome, "redis.role"), "master");
    EXPECT_EQ(outcome.find_fact("redis.role")->cls, FactClass::must_match);
    EXPECT_EQ(fact(outcome, "redis.mode"), "standalone");
    EXPECT_EQ(fact(outcome, "redis.maxmemory_policy"), "noeviction");
    EXPECT_EQ(outcome.find_fact("redis.maxmemory_policy")->cls, FactClass::must_match);
    EXPECT_EQ(fact(outcome, "redis.cluster_enabled"), "no");
    EXPECT_EQ(fact(outcome, "redis.aof_enabled"), "yes");
    EXPECT_EQ(fact(outcome, "redis.master_link"), "(absent)");
}

TEST(RedisInfo, clients_are_measured_against_maxclients) {
    const Outcome outcome = described(kServer);
    const Gauge* clients = outcome.find_gauge("redis.clients");
    ASSERT_NE(clients, nullptr);
    EXPECT_EQ(clients->value, 89);  // two replicas
    EXPECT_EQ(clients->limit, 100);
    EXPECT_TRUE(clients->refuses_at_limit);
    EXPECT_EQ(outcome.find_gauge("redis.blocked_clients")->value, 3);
    EXPECT_EQ(outcome.find_gauge("redis.evicted_keys")->value, 12);
    EXPECT_EQ(outcome.find_gauge("redis.rejected_connections")->value, 4);
}

TEST(RedisInfo, everything_that_takes_a_slot_counts) {
    const Outcome outcome =
        described("connected_clients:7\r\nconnected_slaves:2\r\ncluster_connections:1\r\nmaxclients:10\r\n");
    EXPECT_EQ(outcome.find_gauge("redis.clients")->value, 10);
}

TEST(RedisInfo, memory_refuses_only_without_eviction) {
    const Outcome full = described(kServer);
    const Gauge* memory = full.find_gauge("redis.memory");
    ASSERT_NE(memory, nullptr);
    EXPECT_EQ(memory->limit, 1000);
    EXPECT_TRUE(memory->refuses_at_limit);
    const Outcome cache = described("used_memory:900\r\nmaxmemory:1000\r\nmaxmemory_policy:allkeys-lru\r\n");
    EXPECT_FALSE(cache.find_gauge("redis.memory")->refuses_at_limit);
    const Outcome open = described("used_memory:900\r\nmaxmemory:0\r\nmaxmemory_policy:noeviction\r\n");
    EXPECT_FALSE(open.find_gauge("redis.memory")->limit);
    EXPECT_FALSE(open.find_gauge("redis.memory")->refuses_at_limit);
}

TEST(RedisInfo, clients_without_a_known_limit_have_none) {
    const Outcome outcome = described("connected_clients:3\r\n");
    EXPECT_FALSE(outcome.find_gauge("redis.clients")->limit);
    EXPECT_FALSE(outcome.find_gauge("redis.clients")->refuses_at_limit);
}

TEST(RedisInfo, a_replica_tells_of_its_master_link) {
    EXPECT_EQ(fact(described("role:slave\r\nmaster_link_status:down\r\n"), "redis.master_link"), "down");
}

TEST(RedisInfo, hostile_values_are_escaped_and_bounded) {
    const Outcome outcome =
        described("redis_version:7\x1b[31m\nrole:" + std::string(5000, 'x') +
                  "\nconnected_clients:nan\nused_memory:-5\nmaxmemory:1e999\n:\n::\nno colon");
    EXPECT_EQ(fact(outcome, "redis.version").find('\x1b'), std::string::npos);
    EXPECT_LE(fact(outcome, "redis.role").size(), kMaxFactValue);
    EXPECT_EQ(outcome.find_gauge("redis.clients"), nullptr);
    EXPECT_EQ(outcome.find_gauge("redis.memory"), nullptr);
}

TEST(RedisInfo, nothing_in_gives_nothing_out) {
    const Outcome outcome = described("");
    EXPECT_TRUE(outcome.facts.empty());
    EXPECT_TRUE(outcome.gauges.empty());
}

}  // namespace
}  // namespace plumb::redis

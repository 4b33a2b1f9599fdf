#include "probes/redis/describe.hpp"

#include <gtest/gtest.h>

namespace plumb::redis {
namespace {

using namespace std::chrono_literals;

const Clock::time_point kStart{1000s};

Outcome described(std::string_view text) {
    Outcome outcome;
    Rates rates;
    describe(Info::parse(text), rates, kStart, outcome);
    return outcome;
}

std::optional<double> gauge(const Outcome& outcome, std::string_view name) {
    const Gauge* found = outcome.find_gauge(name);
    return found == nullptr ? std::nullopt : std::optional(found->value);
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
    EXPECT_EQ(clients->value, 88);  // two replicas more, and the probe itself less
    EXPECT_EQ(clients->limit, 100);
    EXPECT_TRUE(clients->refuses_at_limit);
    EXPECT_EQ(outcome.find_gauge("redis.blocked_clients")->value, 3);
}

TEST(RedisInfo, everything_that_takes_a_slot_counts) {
    const Outcome outcome =
        described("connected_clients:7\r\nconnected_slaves:2\r\ncluster_connections:1\r\nmaxclients:10\r\n");
    EXPECT_EQ(outcome.find_gauge("redis.clients")->value, 9);
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
}

TEST(RedisInfo, a_replica_tells_of_its_master_link) {
    EXPECT_EQ(fact(described("role:slave\r\nmaster_link_status:down\r\n"), "redis.master_link"), "down");
}

TEST(RedisInfo, counters_become_rates_from_the_second_look_on) {
    Rates rates;
    const auto look = [&rates](std::string_view text, std::chrono::seconds after) {
        Outcome outcome;
        outcome.address = "10.0.0.1:6379";
        describe(Info::parse(text), rates, kStart + after, outcome);
        return outcome;
    };
    const auto first =
        look("run_id:a\nevicted_keys:10\nrejected_connections:5\nkeyspace_hits:0\nkeyspace_misses:0", 0s);
    EXPECT_FALSE(gauge(first, "redis.evictions"));
    EXPECT_FALSE(gauge(first, "redis.hit_ratio"));
    const auto next =
        look("run_id:a\nevicted_keys:40\nrejected_connections:5\nkeyspace_hits:90\nkeyspace_misses:10", 10s);
    EXPECT_EQ(gauge(next, "redis.evictions"), 3);
    EXPECT_EQ(gauge(next, "redis.rejections"), 0);
    EXPECT_EQ(gauge(next, "redis.hit_ratio"), 0.9);
    const auto other = look("run_id:b\nevicted_keys:90\nrejected_connections:50", 20s);
    EXPECT_FALSE(gauge(other, "redis.evictions")) << "another server behind the same name";
    const auto restarted = look("run_id:a\nevicted_keys:1", 30s);
    EXPECT_FALSE(gauge(restarted, "redis.evictions")) << "the counter went back";
}

TEST(RedisInfo, without_a_run_id_the_address_tells_servers_apart) {
    Rates rates;
    const auto look = [&rates](std::string_view address, std::chrono::seconds after) {
        Outcome outcome;
        outcome.address = address;
        describe(Info::parse("evicted_keys:10"), rates, kStart + after, outcome);
        return gauge(outcome, "redis.evictions");
    };
    EXPECT_FALSE(look("10.0.0.1:6379", 0s));
    EXPECT_FALSE(look("10.0.0.2:6379", 10s));
    EXPECT_EQ(look("10.0.0.1:6379", 20s), 0);
}

TEST(RedisInfo, a_primary_lags_as_its_slowest_replica) {
    const auto outcome = described(
        "role:master\nconnected_slaves:3\nmaster_repl_offset:1000\n"
        "slave0:ip=10.0.0.7,port=6379,state=online,offset=990,lag=1\n"
        "slave1:ip=10.0.0.8,port=6379,state=online,offset=400,lag=7,type=replica\n"
        "slave2:ip=10.0.0.9,port=6379,state=wait_bgsave,offset=0,lag=99\n"
        "slave_priority:100\nslave_repl_offset:3\n");
    EXPECT_EQ(gauge(outcome, "redis.replication_lag"), 7);
    EXPECT_EQ(gauge(outcome, "redis.replication_lag_bytes"), 600);
    EXPECT_EQ(gauge(outcome, "redis.replicas"), 3);
    const auto alone = described("role:master\nconnected_slaves:0\nmaster_repl_offset:1000\n");
    EXPECT_FALSE(gauge(alone, "redis.replication_lag"));
}

TEST(RedisInfo, a_replica_lags_since_it_heard_of_its_primary) {
    const auto up = described(
        "role:slave\nmaster_link_status:up\nmaster_last_io_seconds_ago:4\nslave_read_repl_offset:120\n"
        "slave_repl_offset:100\nmaster_repl_offset:100\n");
    EXPECT_EQ(gauge(up, "redis.replication_lag"), 4);
    EXPECT_EQ(gauge(up, "redis.replication_lag_bytes"), 20);
    const auto down = described(
        "role:slave\nmaster_link_status:down\nmaster_last_io_seconds_ago:-1\n"
        "master_link_down_since_seconds:33\n");
    EXPECT_EQ(gauge(down, "redis.replication_lag"), 33);
}

TEST(RedisInfo, of_a_cluster_the_node_that_answers_says_nothing_of_the_environment) {
    const auto outcome = described("cluster_enabled:1\nrole:slave\nmaster_link_status:up\n");
    EXPECT_EQ(outcome.find_fact("redis.role")->cls, FactClass::informational);
    EXPECT_EQ(outcome.find_fact("redis.master_link")->cls, FactClass::informational);
}

TEST(RedisInfo, persistence_shows_what_is_kept_and_whether_it_works) {
    const auto outcome =
        described("aof_enabled:1\naof_last_write_status:err\nrdb_last_bgsave_status:ok\nsave:3600 1\n");
    EXPECT_EQ(fact(outcome, "redis.aof_enabled"), "yes");
    EXPECT_EQ(fact(outcome, "redis.aof_last_write"), "err");
    EXPECT_EQ(fact(outcome, "redis.last_save"), "ok");
    EXPECT_EQ(fact(outcome, "redis.save"), "3600 1");
    const auto none = described("aof_enabled:0\naof_last_write_status:ok\nsave:\n");
    EXPECT_EQ(fact(none, "redis.aof_last_write"), "(absent)");
    EXPECT_EQ(fact(none, "redis.save"), "off");
}

TEST(RedisCluster, a_cluster_tells_its_state_and_how_much_it_serves) {
    const auto of = [](std::string_view text) {
        Outcome outcome;
        describe_cluster(Info::parse(text), outcome);
        return outcome;
    };
    const auto well =
        of("cluster_state:ok\ncluster_slots_assigned:16384\ncluster_slots_fail:0\ncluster_size:3\n");
    EXPECT_EQ(fact(well, "redis.cluster_state"), "ok");
    EXPECT_EQ(fact(well, "redis.cluster_slots"), "all");
    EXPECT_EQ(fact(well, "redis.shards"), "3");
    const auto ill = of("cluster_state:fail\ncluster_slots_assigned:16384\ncluster_slots_fail:5461\n");
    EXPECT_EQ(fact(ill, "redis.cluster_slots"), "10923 of 16384");
    EXPECT_EQ(fact(ill, "redis.shards"), "(absent)");
    EXPECT_EQ(cluster_complaint(Info::parse("cluster_state:ok\n")), "");
    EXPECT_EQ(cluster_complaint(Info::parse("cluster_state:fail\ncluster_slots_assigned:7\n")),
              "cluster_state is fail; slots served: 7 of 16384");
}

TEST(RedisInfo, hostile_values_are_escaped_and_bounded) {
    const Outcome outcome = described(
        "redis_version:7\x1b[31m\nrole:" + std::string(5000, 'x') +
        "\nconnected_clients:nan\nused_memory:-5\nmaxmemory:1e999\n:\n::\nno colon\nslave0:\nslave1:=,,=\n"
        "slave:lag=3\nslave2:state=online,lag=nan,offset=-1");
    EXPECT_EQ(fact(outcome, "redis.version").find('\x1b'), std::string::npos);
    EXPECT_LE(fact(outcome, "redis.role").size(), kMaxFactValue);
    EXPECT_EQ(outcome.find_gauge("redis.clients"), nullptr);
    EXPECT_EQ(outcome.find_gauge("redis.memory"), nullptr);
}

TEST(RedisInfo, no_more_replicas_are_kept_than_the_bound) {
    std::string text;
    for (int i = 0; i < 1000; ++i)
        text += "slave" + std::to_string(i) + ":state=online,lag=1\n";
    EXPECT_EQ(Info::parse(text).replicas().size(), kMaxReplicas);
}

TEST(RedisInfo, nothing_in_gives_nothing_out) {
    const Outcome outcome = described("");
    EXPECT_TRUE(outcome.facts.empty());
    EXPECT_TRUE(outcome.gauges.empty());
}

}  // namespace
}  // namespace plumb::redis

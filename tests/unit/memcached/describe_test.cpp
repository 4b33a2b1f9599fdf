#include "probes/memcached/describe.hpp"

#include <gtest/gtest.h>

namespace plumb::memcached {
namespace {

using namespace std::chrono_literals;

const Clock::time_point kStart{1000s};

Outcome described(std::initializer_list<std::string_view> lines, Rates& rates,
                  Clock::time_point now = kStart) {
    Statistics statistics;
    for (const std::string_view line : lines)
        EXPECT_TRUE(statistics.add(line).value());
    Outcome outcome;
    outcome.address = "10.0.0.1:11211";
    describe(statistics, rates, now, outcome);
    return outcome;
}

TEST(MemcachedDescribe, connections_are_without_the_probes_own_and_refuse_at_the_limit) {
    Rates rates;
    const auto outcome = described({"STAT curr_connections 8", "STAT max_connections 1024"}, rates);
    const Gauge* connections = outcome.find_gauge("memcached.connections");
    ASSERT_NE(connections, nullptr);
    EXPECT_EQ(connections->value, 7);
    EXPECT_EQ(connections->limit, 1024);
    EXPECT_TRUE(connections->refuses_at_limit);
}

TEST(MemcachedDescribe, a_full_cache_is_normal) {
    Rates rates;
    const auto outcome = described({"STAT bytes 900", "STAT limit_maxbytes 1000"}, rates);
    const Gauge* memory = outcome.find_gauge("memcached.memory");
    ASSERT_NE(memory, nullptr);
    EXPECT_EQ(memory->value, 900);
    EXPECT_EQ(memory->limit, 1000);
    EXPECT_FALSE(memory->refuses_at_limit);
}

TEST(MemcachedDescribe, counters_become_rates_of_one_process) {
    Rates rates;
    const auto first = described({"STAT pid 7", "STAT evictions 5", "STAT rejected_connections 1"}, rates);
    EXPECT_EQ(first.find_gauge("memcached.evictions"), nullptr);
    const auto next = described(
        {"STAT pid 7", "STAT evictions 25", "STAT rejected_connections 1", "STAT listen_disabled_num 30"},
        rates, kStart + 10s);
    EXPECT_EQ(next.find_gauge("memcached.evictions")->value, 2);
    EXPECT_EQ(next.find_gauge("memcached.rejections")->value, 3);
    const auto restarted = described({"STAT pid 8", "STAT evictions 90"}, rates, kStart + 20s);
    EXPECT_EQ(restarted.find_gauge("memcached.evictions"), nullptr);
}

// In a container the pid is always the same.
TEST(MemcachedDescribe, a_restart_shows_in_the_time_of_the_start) {
    Rates rates;
    described({"STAT pid 1", "STAT uptime 100", "STAT time 5000", "STAT evictions 5"}, rates);
    const auto same = described({"STAT pid 1", "STAT uptime 110", "STAT time 5010", "STAT evictions 25"},
                                rates, kStart + 10s);
    ASSERT_NE(same.find_gauge("memcached.evictions"), nullptr);
    EXPECT_EQ(same.find_gauge("memcached.evictions")->value, 2);
    const auto restarted = described({"STAT pid 1", "STAT uptime 3", "STAT time 5020", "STAT evictions 90"},
                                     rates, kStart + 20s);
    EXPECT_EQ(restarted.find_gauge("memcached.evictions"), nullptr);
}

TEST(MemcachedDescribe, nothing_in_gives_nothing_out) {
    Rates rates;
    EXPECT_TRUE(described({}, rates).gauges.empty());
}

}  // namespace
}  // namespace plumb::memcached

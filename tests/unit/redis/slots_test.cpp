#include "probes/redis/slots.hpp"

#include <gtest/gtest.h>

namespace plumb::redis {
namespace {

Reply text(std::string value) {
    return {Reply::Type::text, std::move(value), 0, {}};
}
Reply number(std::int64_t value) {
    return {Reply::Type::integer, "", value, {}};
}
Reply array(std::vector<Reply> elements) {
    return {Reply::Type::array, "", 0, std::move(elements)};
}
Reply nil() {
    return {};
}

Reply node(Reply endpoint, std::int64_t port, std::string id, std::vector<Reply> metadata = {}) {
    return array({std::move(endpoint), number(port), text(std::move(id)), array(std::move(metadata))});
}
Reply range(std::int64_t first, std::int64_t last, Reply primary) {
    return array(
        {number(first), number(last), std::move(primary), node(text("10.9.9.9"), 6379, "a replica")});
}

std::optional<Node> primary_of(Reply endpoint, std::int64_t port, std::vector<Reply> metadata = {}) {
    const auto shards =
        parse_slots(array({range(0, 16383, node(std::move(endpoint), port, "id", std::move(metadata)))}));
    return shards && shards->size() == 1 ? shards->front().primary : std::nullopt;
}

TEST(RedisSlots, ranges_of_one_primary_are_one_shard_in_the_order_of_their_slots) {
    const auto shards = parse_slots(array({range(10923, 16383, node(text("10.0.0.3"), 7003, "c")),
                                           range(0, 5460, node(text("10.0.0.1"), 7001, "a")),
                                           range(8000, 8100, node(text("10.0.0.1"), 7001, "a")),
                                           range(5461, 7999, node(text("10.0.0.2"), 7002, "b"))}));
    ASSERT_TRUE(shards);
    ASSERT_EQ(shards->size(), 3U);
    EXPECT_EQ(shards->at(0).primary, (Node{"10.0.0.1", 7001}));
    EXPECT_EQ(shards->at(0).slots, "0-5460 and 1 more");
    EXPECT_EQ(shards->at(1).primary, (Node{"10.0.0.2", 7002}));
    EXPECT_EQ(shards->at(1).slots, "5461-7999");
    EXPECT_EQ(shards->at(2).primary, (Node{"10.0.0.3", 7003}));
}

TEST(RedisSlots, servers_before_4_have_no_ids) {
    const Reply first = array({text("10.0.0.1"), number(7001)});
    const Reply second = array({text("10.0.0.2"), number(7001)});
    const auto shards = parse_slots(array({range(0, 1, first), range(2, 3, second), range(4, 5, first)}));
    ASSERT_TRUE(shards);
    EXPECT_EQ(shards->size(), 2U);
}

TEST(RedisSlots, an_endpoint_is_an_address_a_name_or_the_host_that_was_asked) {
    EXPECT_EQ(primary_of(text("10.0.0.1"), 6379), (Node{"10.0.0.1", 6379}));
    EXPECT_EQ(primary_of(text("2001:db8::1"), 6379), (Node{"2001:db8::1", 6379}));
    EXPECT_EQ(primary_of(text("Cache-0001-001.x.cache.amazonaws.com"), 6379),
              (Node{"cache-0001-001.x.cache.amazonaws.com", 6379}));
    EXPECT_EQ(primary_of(nil(), 6379), (Node{"", 6379}));
    EXPECT_EQ(primary_of(text(""), 6379), (Node{"", 6379}));
    EXPECT_EQ(primary_of(text("?"), 6379, {text("ip"), text("10.0.0.4")}), (Node{"10.0.0.4", 6379}));
}

TEST(RedisSlots, what_is_no_address_is_none) {
    EXPECT_FALSE(primary_of(text("?"), 6379));
    EXPECT_FALSE(primary_of(text("a b"), 6379));
    EXPECT_FALSE(primary_of(text("a\x1b[2Jb"), 6379));
    EXPECT_FALSE(primary_of(text(std::string(254, 'a')), 6379));
    EXPECT_FALSE(primary_of(text("cache:6379"), 6379));
    EXPECT_FALSE(primary_of(text("fe80::1%eth0"), 6379));
    EXPECT_FALSE(primary_of(text("fe80::1%\xff\n"), 6379));
    EXPECT_FALSE(primary_of(text(std::string("10.0.0.1\0x", 10)), 6379));
    EXPECT_FALSE(primary_of(text("10.0.0.1"), 0));
    EXPECT_FALSE(primary_of(text("10.0.0.1"), 65536));
    EXPECT_FALSE(primary_of(text("10.0.0.1"), -1));
    EXPECT_FALSE(primary_of(number(3), 6379));
}

TEST(RedisSlots, another_reply_is_no_list_of_slots) {
    EXPECT_FALSE(parse_slots(text("10.0.0.1")));
    EXPECT_FALSE(parse_slots(array({text("10.0.0.1")})));
    EXPECT_FALSE(parse_slots(array({array({number(1), number(2)})})));
    EXPECT_FALSE(parse_slots(array({array({number(1), text("2"), array({})})})));
    EXPECT_TRUE(parse_slots(array({})));
    const auto empty_node = parse_slots(array({array({number(1), number(2), array({})})}));
    ASSERT_TRUE(empty_node);
    EXPECT_FALSE(empty_node->front().primary);
}

TEST(RedisSlots, no_more_shards_are_kept_than_the_bound) {
    std::vector<Reply> ranges;
    for (int i = 0; i < 5000; ++i)
        ranges.push_back(range(i, i, node(text("10.0.0.1"), 6379, std::to_string(i))));
    EXPECT_EQ(parse_slots(array(std::move(ranges)))->size(), kMaxShards);
}

}  // namespace
}  // namespace plumb::redis

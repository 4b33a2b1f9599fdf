#include "probes/net/address_facts.hpp"

#include <gtest/gtest.h>

namespace plumb::net {
namespace {

std::string_view scope(std::initializer_list<const char*> texts) {
    std::vector<boost::asio::ip::address> addresses;
    for (const char* text : texts)
        addresses.push_back(boost::asio::ip::make_address(text));
    return scope_of(addresses);
}

TEST(AddressFacts, scope_tells_private_from_public) {
    for (const char* inside : {"10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1",
                               "169.254.1.1", "fd00::1", "fe80::1", "::ffff:10.0.0.1"}) {
        EXPECT_EQ(scope({inside}), "private") << inside;
    }
    for (const char* outside : {"8.8.8.8", "172.32.0.1", "100.128.0.1", "11.0.0.1", "2001:db8::1"}) {
        EXPECT_EQ(scope({outside}), "public") << outside;
    }
    EXPECT_EQ(scope({"127.0.0.1", "::1"}), "loopback");
    EXPECT_EQ(scope({"10.0.0.1", "8.8.8.8"}), "mixed");
    EXPECT_EQ(scope({}), "none");
}

TEST(AddressFacts, time_to_live_is_a_bucket) {
    EXPECT_EQ(ttl_bucket(0), "0");
    EXPECT_EQ(ttl_bucket(60), "1-60 s");
    EXPECT_EQ(ttl_bucket(61), "1-5 min");
    EXPECT_EQ(ttl_bucket(3600), "5-60 min");
    EXPECT_EQ(ttl_bucket(86400), "over 1 h");
}

TEST(AddressFacts, a_literal_shows_its_scope_and_nothing_that_was_never_asked) {
    Answer answer;
    answer.addresses.push_back(boost::asio::ip::make_address("10.0.0.1"));
    answer.literal = true;
    Outcome outcome;
    add_address_facts(outcome, answer);
    ASSERT_EQ(outcome.facts.size(), 1U);
    EXPECT_EQ(outcome.facts[0].name, "dns.scope");
    EXPECT_EQ(outcome.facts[0].value, "private");
}

}  // namespace
}  // namespace plumb::net

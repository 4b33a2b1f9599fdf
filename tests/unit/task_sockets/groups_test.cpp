#include "probes/task/sockets/groups.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::task {
namespace {

using testing::ElementsAre;

Socket to(const std::string& address, std::uint16_t port, std::uint16_t local_port = 40000) {
    Socket socket;
    socket.remote = parse_endpoint(address, port).value();
    socket.local_port = local_port;
    return socket;
}

std::vector<std::string> names_of(const Groups& groups, const Socket& socket,
                                  std::vector<std::uint16_t> inbound_ports = {}) {
    std::vector<std::string> names;
    for (const auto group : groups.of(socket, inbound_ports))
        names.push_back(groups.name(group));
    return names;
}

TEST(Endpoints, are_read_from_addresses_alone) {
    EXPECT_EQ(parse_endpoint("10.0.1.7", 80), parse_endpoint("::ffff:10.0.1.7", 80));
    EXPECT_EQ(parse_endpoint("fe80::1%eth0", 80), parse_endpoint("fe80::1", 80));
    for (const char* text : {"", "db.internal", "10.0.1", "10.0.1.7:80", "[::1]"})
        EXPECT_FALSE(parse_endpoint(text, 80)) << text;
    EXPECT_EQ(to_text(*parse_endpoint("::1", 80)), "[::1]:80");
}

TEST(SocketGroups, go_by_address_and_port) {
    const std::vector<SocketTarget> targets{{"database", 5432, {"10.0.1.7", "10.0.1.8"}},
                                            {"cache", 6379, {"2001:db8::7"}}};
    const Groups groups(targets);
    EXPECT_EQ(groups.dependencies(), 2U);
    EXPECT_THAT(names_of(groups, to("10.0.1.8", 5432)), ElementsAre("database"));
    EXPECT_THAT(names_of(groups, to("::ffff:10.0.1.8", 5432)), ElementsAre("database"));
    EXPECT_THAT(names_of(groups, to("2001:db8::7", 6379)), ElementsAre("cache"));
    EXPECT_THAT(names_of(groups, to("10.0.1.9", 5432)), ElementsAre("other"));
    EXPECT_THAT(names_of(groups, to("10.0.1.7", 5433)), ElementsAre("other"));
}

TEST(SocketGroups, what_came_in_through_a_listener_is_inbound) {
    const Groups groups(std::vector<SocketTarget>{{"peer", 50051, {}}});
    EXPECT_THAT(names_of(groups, to("10.0.1.7", 50051, 8080), {80, 8080}), ElementsAre("inbound"));
    EXPECT_THAT(names_of(groups, to("10.0.1.7", 50051, 8081), {80, 8080}), ElementsAre("peer"));
}

TEST(SocketGroups, without_addresses_the_port_decides_if_it_is_one_dependencys) {
    const Groups groups(
        std::vector<SocketTarget>{{"database", 5432, {}}, {"users", 443, {}}, {"orders", 443, {"10.0.1.9"}}});
    EXPECT_THAT(names_of(groups, to("10.9.9.9", 5432)), ElementsAre("database"));
    EXPECT_THAT(names_of(groups, to("10.9.9.9", 443)), ElementsAre("other"));
    EXPECT_THAT(names_of(groups, to("10.0.1.9", 443)), ElementsAre("orders"));
}

TEST(SocketGroups, two_that_share_an_address_both_count) {
    const Groups groups(
        std::vector<SocketTarget>{{"sessions", 6379, {"10.0.1.7"}}, {"cache", 6379, {"10.0.1.7"}}});
    EXPECT_THAT(names_of(groups, to("10.0.1.7", 6379)), testing::UnorderedElementsAre("cache", "sessions"));
}

TEST(SocketGroups, one_dependency_may_stand_there_twice) {
    const Groups groups(
        std::vector<SocketTarget>{{"db", 5432, {"10.0.1.7"}}, {"db", 5433, {"10.0.1.7", "10.0.1.7"}}});
    EXPECT_EQ(groups.dependencies(), 1U);
    EXPECT_THAT(names_of(groups, to("10.0.1.7", 5432)), ElementsAre("db"));
    EXPECT_THAT(names_of(groups, to("10.0.1.7", 5433)), ElementsAre("db"));
    EXPECT_EQ(groups.only_owner(5433), "db");
}

TEST(SocketGroups, names_are_fit_for_a_check_and_never_ours) {
    const Groups groups(
        std::vector<SocketTarget>{{"Orders DB", 1, {}}, {"other", 2, {}}, {"inbound", 3, {}}});
    EXPECT_EQ(groups.name(0), "inbound_");
    EXPECT_EQ(groups.name(1), "orders-db");
    EXPECT_EQ(groups.name(2), "other_");
    EXPECT_EQ(groups.name(groups.other()), "other");
}

TEST(SocketGroups, nothing_is_a_dependency_without_a_port_or_beyond_the_bound) {
    const Groups without(std::vector<SocketTarget>{{"socket-file", 0, {"10.0.1.7"}}});
    EXPECT_THAT(names_of(without, to("10.0.1.7", 0)), ElementsAre("other"));
    std::vector<SocketTarget> many;
    for (unsigned i = 0; i < 300; ++i)
        many.push_back({"d" + std::to_string(1000 + i), static_cast<std::uint16_t>(1000 + i), {}});
    const Groups bounded(many);
    EXPECT_EQ(bounded.dependencies(), kMaxDependencies);
    EXPECT_THAT(names_of(bounded, to("10.0.1.7", 1255)), ElementsAre("d1255"));
    EXPECT_THAT(names_of(bounded, to("10.0.1.7", 1256)), ElementsAre("other"));
}

}  // namespace
}  // namespace plumb::task

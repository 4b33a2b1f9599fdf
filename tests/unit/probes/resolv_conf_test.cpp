#include "probes/net/resolv_conf.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::net {
namespace {

using testing::ElementsAre;

std::vector<std::string> texts(const ResolvConf& conf) {
    std::vector<std::string> out;
    for (const auto& server : conf.servers)
        out.push_back(server.text());
    return out;
}

TEST(ResolvConf, servers_search_list_and_ndots_are_read) {
    const auto conf = parse_resolv_conf(
        "# made by ECS\nnameserver 10.0.0.2\nnameserver fd00::2 # second\n"
        "search old.example\nsearch ec2.internal svc.local\noptions timeout:2 ndots:5 rotate\n");
    EXPECT_THAT(texts(conf), ElementsAre("10.0.0.2:53", "[fd00::2]:53"));
    EXPECT_THAT(conf.search, ElementsAre("ec2.internal", "svc.local"));
    EXPECT_EQ(conf.ndots, 5);
}

TEST(ResolvConf, what_cannot_be_understood_is_passed_over) {
    const auto conf =
        parse_resolv_conf("nameserver\nnameserver banana\nsearch\noptions ndots:x ndots:\nfoo bar\r\n");
    EXPECT_TRUE(conf.servers.empty());
    EXPECT_TRUE(conf.search.empty());
    EXPECT_EQ(conf.ndots, 1);
}

TEST(ResolvConf, the_search_list_comes_before_a_name_with_few_dots) {
    const auto conf = parse_resolv_conf("search a.internal b.internal\noptions ndots:2\n");
    EXPECT_THAT(search_names(conf, "db"), ElementsAre("db.a.internal", "db.b.internal", "db"));
    EXPECT_THAT(search_names(conf, "db.x.y"),
                ElementsAre("db.x.y", "db.x.y.a.internal", "db.x.y.b.internal"));
    EXPECT_THAT(search_names(conf, "db."), ElementsAre("db."));
    EXPECT_THAT(search_names({}, "db"), ElementsAre("db"));
}

TEST(ResolvConf, an_absurd_file_stays_bounded) {
    std::string text = "options ndots:4000000000\nsearch";
    for (int i = 0; i < 100; ++i)
        text += " d" + std::to_string(i);
    for (int i = 0; i < 100; ++i)
        text += "\nnameserver 10.0.0." + std::to_string(i);
    const auto conf = parse_resolv_conf(text);
    EXPECT_EQ(conf.servers.size(), 3U);
    EXPECT_EQ(conf.search.size(), 32U);
    EXPECT_EQ(conf.ndots, 15);
}

TEST(ResolvConf, chosen_servers_come_first_then_the_files_then_the_vpcs) {
    const auto file = parse_resolv_conf("nameserver 10.0.0.2\nsearch ec2.internal\noptions ndots:2\n");
    const auto chosen = with_servers(file, {"10.9.9.9:5353", "[fd00::2]:53"}).value();
    EXPECT_THAT(texts(chosen), ElementsAre("10.9.9.9:5353", "[fd00::2]:53"));
    EXPECT_THAT(chosen.search, ElementsAre("ec2.internal"));
    EXPECT_EQ(chosen.ndots, 2);
    EXPECT_THAT(texts(with_servers(file, {}).value()), ElementsAre("10.0.0.2:53"));
    EXPECT_THAT(texts(with_servers(parse_resolv_conf("search x\n"), {}).value()),
                ElementsAre("169.254.169.253:53"));
    EXPECT_THAT(texts(with_servers({}, {}).value()), ElementsAre("169.254.169.253:53"));
    EXPECT_THAT(with_servers(file, {"dns.example"}).error().message, testing::HasSubstr("IP:PORT"));
}

TEST(NameServer, is_written_with_or_without_a_port) {
    EXPECT_EQ(parse_name_server("10.0.0.2")->text(), "10.0.0.2:53");
    EXPECT_EQ(parse_name_server("10.0.0.2:5353")->text(), "10.0.0.2:5353");
    EXPECT_EQ(parse_name_server("[fd00::2]:5353")->text(), "[fd00::2]:5353");
    EXPECT_EQ(parse_name_server("[fd00::2]")->text(), "[fd00::2]:53");
    EXPECT_EQ(parse_name_server("fd00::2")->text(), "[fd00::2]:53");
}

TEST(NameServer, anything_else_is_refused) {
    for (const char* wrong : {"", "dns.example", "10.0.0.2:", "10.0.0.2:0", "10.0.0.2:65536", "10.0.0.2:x",
                              "[fd00::2", "[fd00::2]x", "[fd00::2]:", "10.0.0.256"}) {
        const auto server = parse_name_server(wrong);
        ASSERT_FALSE(server) << wrong;
        EXPECT_THAT(server.error().message, testing::HasSubstr("IP:PORT"));
    }
}

}  // namespace
}  // namespace plumb::net

#include "probes/postgres/front.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace plumb::postgres {
namespace {

using namespace std::string_literals;

std::string status(const std::string& name) {
    const auto body = name + "\0value\0"s;
    return "S\0\0\0"s + static_cast<char>(body.size() + 4) + body;
}

std::string login(const std::vector<std::string>& names) {
    auto bytes = "R\0\0\0\x08\0\0\0\0"s;
    for (const auto& name : names)
        bytes += status(name);
    return bytes + "Z\0\0\0\5I"s;
}

const std::vector<std::string> kServer{"application_name",
                                       "client_encoding",
                                       "DateStyle",
                                       "integer_datetimes",
                                       "server_encoding",
                                       "server_version",
                                       "standard_conforming_strings",
                                       "TimeZone"};
const std::vector<std::string> kBouncer{"integer_datetimes",
                                        "server_encoding",
                                        "server_version",
                                        "client_encoding",
                                        "DateStyle",
                                        "TimeZone",
                                        "standard_conforming_strings",
                                        "application_name"};

bool is_pgbouncer(const std::string& bytes) {
    LoginOrder order;
    order.see(bytes);
    return order.is_pgbouncer();
}

TEST(PostgresFront, the_order_of_a_login_tells_pgbouncer_from_a_server) {
    EXPECT_FALSE(is_pgbouncer(login(kServer)));
    EXPECT_TRUE(is_pgbouncer(login(kBouncer)));
    EXPECT_TRUE(is_pgbouncer("R\0\0\0\x0c\0\0\0\x0cv=ab"s + login(kBouncer)));
    auto without = kBouncer;
    without.pop_back();
    EXPECT_FALSE(is_pgbouncer(login(without)));
}

TEST(PostgresFront, a_login_may_come_in_pieces_and_be_anything) {
    const auto bytes = login(kBouncer);
    LoginOrder order;
    for (const char c : bytes)
        order.see(std::string(1, c));
    EXPECT_TRUE(order.is_pgbouncer());
    for (std::size_t size = 0; size < bytes.size(); ++size)
        is_pgbouncer(bytes.substr(0, size));
    EXPECT_FALSE(is_pgbouncer("R\0\0\0\x08\0\0\0\0S\xff\xff\xff\xffx"s));
    EXPECT_FALSE(is_pgbouncer("R\0\0\0\x08\0\0\0\0S\0\0\0\0x"s));
    LoginOrder flooded;
    for (int i = 0; i < 100; ++i)
        flooded.see(std::string(4096, 'x'));
    flooded.see(bytes);
    EXPECT_FALSE(flooded.is_pgbouncer());
}

TEST(PostgresFront, an_rds_proxy_is_known_by_its_host) {
    EXPECT_TRUE(is_rds_proxy("shop.proxy-abcdefghijkl.eu-central-1.rds.amazonaws.com"));
    EXPECT_TRUE(is_rds_proxy("shop.proxy-abcdefghijkl.cn-north-1.rds.amazonaws.com.cn"));
    EXPECT_FALSE(is_rds_proxy("shop.abcdefghijkl.eu-central-1.rds.amazonaws.com"));
    EXPECT_FALSE(is_rds_proxy("shop.cluster-abcdefghijkl.eu-central-1.rds.amazonaws.com"));
    EXPECT_FALSE(is_rds_proxy("shop.proxy-abc.example.com"));
}

}  // namespace
}  // namespace plumb::postgres

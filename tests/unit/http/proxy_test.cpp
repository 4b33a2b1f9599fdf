#include "probes/http/proxy.hpp"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::http {
namespace {

using testing::HasSubstr;
using testing::Not;

Route route(std::map<std::string, std::string> variables, const std::optional<std::string>& option = {}) {
    return Route::make(option, [&](const char* name) { return variables[name]; }).value();
}
std::string way(const Route& route, bool tls, std::string_view host) {
    const auto* proxy = route.through(tls, host, tls ? 443 : 80);
    return proxy == nullptr ? "direct" : proxy->host + ":" + std::to_string(proxy->port);
}

TEST(HttpProxy, the_environment_is_read_as_clients_read_it) {
    EXPECT_EQ(way(route({}), false, "h"), "direct");
    const Route both = route({{"HTTP_PROXY", "plain:1"}, {"HTTPS_PROXY", "http://secure:2/"}});
    EXPECT_EQ(way(both, false, "h"), "plain:1");
    EXPECT_EQ(way(both, true, "h"), "secure:2");
    EXPECT_EQ(way(route({{"http_proxy", "lower:1"}, {"HTTP_PROXY", "upper:1"}}), false, "h"), "lower:1");
    EXPECT_EQ(way(route({{"HTTP_PROXY", "plain:1"}}), true, "h"), "direct");
    EXPECT_EQ(way(route({{"ALL_PROXY", "all:1"}}), true, "h"), "all:1");
    EXPECT_EQ(way(route({{"ALL_PROXY", "all:1"}, {"HTTP_PROXY", "plain:1"}}), false, "h"), "plain:1");
    EXPECT_EQ(way(route({{"HTTP_PROXY", " plain:1 "}}), false, "h"), "plain:1");
    EXPECT_EQ(way(route({{"HTTP_PROXY", ""}}), false, "h"), "direct");
}

TEST(HttpProxy, a_header_of_a_request_to_a_cgi_program_is_no_proxy) {
    std::map<std::string, std::string> cgi{{"REQUEST_METHOD", "GET"}, {"HTTP_PROXY", "attacker:1"}};
    EXPECT_EQ(way(route(cgi), false, "h"), "direct");
    cgi["http_proxy"] = "own:1";
    cgi["HTTPS_PROXY"] = "secure:1";
    EXPECT_EQ(way(route(cgi), false, "h"), "own:1");
    EXPECT_EQ(way(route(cgi), true, "h"), "secure:1");
}

TEST(HttpProxy, the_target_may_say_otherwise) {
    const std::map<std::string, std::string> variables{{"HTTP_PROXY", "plain:1"}, {"NO_PROXY", "*"}};
    EXPECT_EQ(way(route({{"HTTP_PROXY", "plain:1"}}, "none"), false, "h"), "direct");
    EXPECT_EQ(way(route({{"HTTP_PROXY", "plain:1"}}, "env"), false, "h"), "plain:1");
    EXPECT_EQ(way(route(variables, "http://own:3128"), false, "h"), "own:3128");
    EXPECT_EQ(way(route(variables, "http://own:3128"), true, "h"), "own:3128");
}

TEST(HttpProxy, no_proxy_takes_names_addresses_and_networks_out) {
    const std::string list =
        "localhost, .internal example.com,10.0.0.0/8,[::1],192.0.2.7,fd00::/8,other:8080";
    for (const char* host : {"localhost", "db.internal", "a.b.internal", "internal", "example.com",
                             "www.EXAMPLE.com", "10.1.2.3", "::1", "192.0.2.7", "fd00::5", "example.com."})
        EXPECT_TRUE(goes_straight(list, host, 80)) << host;
    for (const char* host : {"ample.com", "notexample.com", "11.0.0.1", "192.0.2.70", "fe80::1", "other"})
        EXPECT_FALSE(goes_straight(list, host, 80)) << host;
    EXPECT_TRUE(goes_straight(list, "other", 8080));
    EXPECT_FALSE(goes_straight("other:80x", "other", 80));
    EXPECT_TRUE(goes_straight("[2001:DB8::1]:8443", "2001:db8::1", 8443));
    EXPECT_FALSE(goes_straight("[2001:db8::1]:8443", "2001:db8::1", 443));
    EXPECT_TRUE(goes_straight("2001:db8::/32", "2001:db8:1::1", 443));
    EXPECT_TRUE(goes_straight("10.0.0.9/8", "10.1.1.1", 80));  // the host's bits do not matter
    EXPECT_FALSE(goes_straight("10.0.0.0/33,10.0.0.0/x,/8", "10.1.1.1", 80));
    EXPECT_FALSE(goes_straight("10.0.0.0/8", "10.example.com", 80));  // a name is not looked up for it
    EXPECT_TRUE(goes_straight("*", "anything", 1));
    EXPECT_FALSE(goes_straight("", "anything", 1));
    EXPECT_FALSE(goes_straight(" ,,", "anything", 1));
    EXPECT_TRUE(goes_straight("*.example.com", "a.example.com", 1));
}

TEST(HttpProxy, a_proxy_that_cannot_be_used_is_told_without_its_password) {
    const Route socks = route({{"HTTPS_PROXY", "socks5://u:s3cret-word@p:1080"}, {"NO_PROXY", "near"}});
    EXPECT_THAT(socks.obstacle(true, "h", 443), HasSubstr("socks5"));
    EXPECT_THAT(socks.obstacle(true, "h", 443), HasSubstr("proxy=none"));
    EXPECT_THAT(socks.obstacle(true, "h", 443), Not(HasSubstr("s3cret-word")));
    EXPECT_EQ(socks.obstacle(true, "near", 443), "");
    EXPECT_EQ(socks.obstacle(false, "h", 80), "");
    EXPECT_FALSE(parse_proxy("https://p:1"));
    EXPECT_FALSE(parse_proxy("http://:1"));
    EXPECT_EQ(parse_proxy("http://u:p%40ss@p").value().password.reveal(), "p@ss");
}

}  // namespace
}  // namespace plumb::http

#include "probes/http/request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::http {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Result<Settings> of(std::string_view text, bool strict = true) {
    return settings_of(parse_url(text).value(), strict);
}
std::string bytes_of(std::string_view text) {
    return request(of(text).value()).reveal();
}
std::string error_of(std::string_view text) {
    const auto settings = of(text);
    return settings ? "(accepted)" : settings.error().message;
}

TEST(HttpRequest, the_query_is_sent_as_it_stands_and_the_fragment_is_not) {
    const std::string bytes =
        bytes_of("http://api.example.com/v1/health?a=b%20c+d&e&a=2#status=200&method=get");
    EXPECT_THAT(bytes, StartsWith("GET /v1/health?a=b%20c+d&e&a=2 HTTP/1.1\r\nHost: api.example.com\r\n"));
    EXPECT_THAT(bytes, HasSubstr("\r\nUser-Agent: plumbline/"));
    EXPECT_THAT(bytes, HasSubstr("\r\nConnection: close\r\n"));
    EXPECT_THAT(bytes, Not(HasSubstr("status")));
    EXPECT_THAT(bytes, Not(HasSubstr("Authorization")));
    EXPECT_TRUE(bytes.ends_with("\r\n\r\n"));
}

TEST(HttpRequest, the_host_field_carries_a_port_only_when_it_is_unusual) {
    EXPECT_THAT(bytes_of("http://h:80/"), HasSubstr("Host: h\r\n"));
    EXPECT_THAT(bytes_of("https://h:443"), StartsWith("GET / HTTP/1.1\r\nHost: h\r\n"));
    EXPECT_THAT(bytes_of("http://h:443"), HasSubstr("Host: h:443\r\n"));
    EXPECT_THAT(bytes_of("http://[::1]:8080"), HasSubstr("Host: [::1]:8080\r\n"));
}

TEST(HttpRequest, bytes_that_would_split_the_request_are_encoded) {
    Url url = parse_url("http://h/a").value();
    url.path = "/a b\r\nX: 1";
    url.raw_query = "q=\xc3\xa9 \n";
    const std::string bytes = request(settings_of(url, true).value()).reveal();
    EXPECT_THAT(bytes, StartsWith("GET /a%20b%0D%0AX:%201?q=%C3%A9%20%0A HTTP/1.1\r\n"));
}

TEST(HttpRequest, userinfo_becomes_basic_credentials) {
    EXPECT_THAT(bytes_of("http://Aladdin:open%20sesame@h/"),
                HasSubstr("\r\nAuthorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"));
    EXPECT_THAT(bytes_of("http://token@h/"), HasSubstr("\r\nAuthorization: Basic dG9rZW46\r\n"));
}

TEST(HttpRequest, head_is_a_choice) {
    EXPECT_THAT(bytes_of("http://h/#method=HEAD"), StartsWith("HEAD / HTTP/1.1"));
}

TEST(HttpSettings, statuses_are_read_as_ranges) {
    const Settings settings = of("http://h/#status=200-204,301").value();
    ASSERT_EQ(settings.expected.size(), 2U);
    EXPECT_EQ(settings.expected[0], (StatusRange{200, 204}));
    EXPECT_EQ(settings.expected[1], (StatusRange{301, 301}));
}

TEST(HttpSettings, mistakes_in_the_fragment_are_named) {
    EXPECT_THAT(error_of("http://h/#staus=200"), HasSubstr("did you mean 'status'?"));
    EXPECT_THAT(error_of("http://h/#method=POST"), HasSubstr("GET or HEAD"));
    EXPECT_THAT(error_of("http://h/#status=2xx"), HasSubstr("100 to 599"));
    EXPECT_THAT(error_of("http://h/#status=204-200"), HasSubstr("smaller"));
    EXPECT_THAT(error_of("http://h/#status="), HasSubstr("100 to 599"));
}

TEST(HttpSettings, a_url_that_is_only_connected_to_may_carry_any_fragment) {
    EXPECT_TRUE(of("https://app.example.com/#/route?x=1", false));
    EXPECT_FALSE(of("https://app.example.com/#/route?x=1", true));
}

TEST(HttpSettings, what_may_be_secret_is_known) {
    EXPECT_TRUE(of("http://h/path").value().quotable);
    EXPECT_FALSE(of("http://h/path?key=abcdef").value().quotable);
    EXPECT_FALSE(of("http://u:p@h/").value().quotable);
    EXPECT_THAT(of("http://h/?key=abcdef&n=1").value().secrets, testing::ElementsAre("abcdef", "n=1"));
}

TEST(HttpSettings, a_query_value_is_secret_in_every_form_that_a_peer_may_echo) {
    EXPECT_THAT(of("http://h/?key=se%63ret%2F").value().secrets,
                testing::ElementsAre("se%63ret%2F", "secret/"));
    EXPECT_THAT(of("http://h/?key=se\"cret").value().secrets, testing::ElementsAre("se%22cret", "se\"cret"));
    EXPECT_THAT(of("http://h/?onlyavalue&x").value().secrets, testing::ElementsAre("onlyavalue"));
    EXPECT_THAT(of("http://h/?a=b=c").value().secrets, testing::ElementsAre("a=b=c"));
}

}  // namespace
}  // namespace plumb::http

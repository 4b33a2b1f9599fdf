#include "probes/http/request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::http {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string no_variables(const char*) {
    return {};
}
Result<Settings> of(std::string_view text, bool strict = true) {
    return settings_of(parse_url(text).value(), strict, no_variables);
}
std::string bytes_of(std::string_view text, RequestForm form = {}) {
    const Settings settings = of(text).value();
    return request(settings, first_hop(settings), form).reveal();
}
std::string bytes_of_url(const Url& url) {
    const Settings settings = settings_of(url, true, no_variables).value();
    return request(settings, first_hop(settings), {}).reveal();
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
    const std::string bytes = bytes_of_url(url);
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

TEST(HttpRequest, method_fields_and_body_are_the_targets_to_choose) {
    const std::string bytes = bytes_of(
        "http://h/#header=X-Key: k3y-word&header=accept:text/plain&body=a%3Db&header=Host:other.example.com");
    EXPECT_THAT(bytes, StartsWith("POST / HTTP/1.1\r\n"));
    EXPECT_THAT(bytes, HasSubstr("\r\nX-Key: k3y-word\r\n"));
    EXPECT_THAT(bytes, HasSubstr("\r\nHost: other.example.com\r\n"));
    EXPECT_THAT(bytes, Not(HasSubstr("Host: h\r\n")));
    EXPECT_THAT(bytes, Not(HasSubstr("*/*")));
    EXPECT_THAT(bytes, HasSubstr("\r\nContent-Length: 3\r\n"));
    EXPECT_TRUE(bytes.ends_with("\r\n\r\na=b"));
    EXPECT_THAT(bytes_of("http://h/#method=put"), HasSubstr("\r\nContent-Length: 0\r\n"));
    EXPECT_THAT(bytes_of("http://h/"), Not(HasSubstr("Content-Length")));
    EXPECT_THAT(bytes_of("http://u:p@h/#header=Authorization:Bearer t"),
                AllOf(HasSubstr("Authorization: Bearer t\r\n"), Not(HasSubstr("Basic"))));
}

TEST(HttpRequest, a_connection_that_is_kept_is_not_asked_to_close) {
    RequestForm form;
    form.keep_alive = true;
    EXPECT_THAT(bytes_of("http://h/", form), Not(HasSubstr("Connection")));
}

TEST(HttpRequest, a_proxy_is_asked_in_the_absolute_form_with_its_own_credentials) {
    const Proxy proxy = parse_proxy("http://app:open%20sesame@proxy:3128").value();
    RequestForm form;
    form.proxy = &proxy;
    EXPECT_THAT(bytes_of("http://h:81/a?b=c", form),
                AllOf(StartsWith("GET http://h:81/a?b=c HTTP/1.1\r\nHost: h:81\r\n"),
                      HasSubstr("\r\nProxy-Authorization: Basic YXBwOm9wZW4gc2VzYW1l\r\n")));
    const Hop hop = first_hop(of("https://h/").value());
    EXPECT_THAT(
        connect_request(hop, proxy).reveal(),
        AllOf(StartsWith("CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n"), HasSubstr("Proxy-Authorization")));
}

TEST(HttpSettings, statuses_are_read_as_ranges) {
    const Settings settings = of("http://h/#status=200-204,301").value();
    EXPECT_THAT(settings.expected.statuses,
                testing::ElementsAre(StatusRange{200, 204}, StatusRange{301, 301}));
}

TEST(HttpSettings, mistakes_in_the_fragment_are_named) {
    EXPECT_THAT(error_of("http://h/#staus=200"), HasSubstr("did you mean 'status'?"));
    EXPECT_THAT(error_of("http://h/#method=CONNECT"), HasSubstr("GET, HEAD"));
    EXPECT_THAT(error_of("http://h/#status=2xx"), HasSubstr("100 to 599"));
    EXPECT_THAT(error_of("http://h/#status=204-200"), HasSubstr("smaller"));
    EXPECT_THAT(error_of("http://h/#status="), HasSubstr("100 to 599"));
    EXPECT_THAT(error_of("http://h/#header=X-Key"), HasSubstr("header=Accept:text/plain"));
    EXPECT_THAT(error_of("http://h/#header=X-Key:a%0D%0AEvil:1"), HasSubstr("a name and a value"));
    EXPECT_THAT(error_of("http://h/#header=Content-Length:3"), HasSubstr("sets Content-Length itself"));
    EXPECT_THAT(error_of("http://h/#body=a&body_file=/b"), HasSubstr("not both"));
    EXPECT_THAT(error_of("http://h/#body_file=/does/not/exist"), HasSubstr("body_file"));
    EXPECT_THAT(error_of("http://h/#body_match=a("), AllOf(HasSubstr("body_match"), HasSubstr("missing )")));
    EXPECT_THAT(error_of("http://h/#header_match=json"), HasSubstr("header_match=Content-Type:json"));
    EXPECT_THAT(error_of("http://h/#json=status=ok"), HasSubstr("json=/status=ok"));
    EXPECT_THAT(error_of("http://h/#method=HEAD&json=/a"), HasSubstr("no body"));
    EXPECT_THAT(error_of("http://h/#redirects=99"), HasSubstr("0 to 10"));
    EXPECT_THAT(error_of("http://h/#proxy=socks5://p:1"), HasSubstr("only http:// proxies"));
    EXPECT_THAT(error_of("http://h/#status=200&status=201"), HasSubstr("given twice"));
    EXPECT_THAT(error_of("http://h/#alpn=h2"), HasSubstr("unknown option"));
}

TEST(HttpSettings, a_mistake_never_repeats_what_may_be_secret) {
    for (const char* text : {"http://h/#header=t0ken-word", "http://h/#body=t0ken-word&body_file=/b",
                             "http://h/#proxy=http://u:t0ken-word@", "http://h/#proxy=ftp://u:t0ken-word@p",
                             "http://h/#body_match=(t0ken-word"})
        EXPECT_THAT(error_of(text), Not(HasSubstr("t0ken-word"))) << text;
}

TEST(HttpSettings, what_is_sent_may_not_come_back) {
    const Settings settings =
        of("http://h/#header=Authorization:Bearer t0ken-word&body={\"key\":\"b0dy-word\"}").value();
    EXPECT_EQ(settings.echo.scrubbed("you sent t0ken-word and b0dy-word"), "you sent *** and ***");
    EXPECT_FALSE(settings.quotable);
}

TEST(HttpSettings, a_url_that_is_only_connected_to_may_carry_any_fragment) {
    EXPECT_TRUE(of("https://app.example.com/#/route?x=1", false));
    EXPECT_FALSE(of("https://app.example.com/#/route?x=1", true));
}

TEST(HttpSettings, what_may_be_secret_is_known) {
    EXPECT_TRUE(of("http://h/path").value().quotable);
    EXPECT_FALSE(of("http://h/path?key=abcdef").value().quotable);
    EXPECT_FALSE(of("http://u:p@h/").value().quotable);
    EXPECT_THAT(of("http://h/?key=abcdef&n=1").value().echo.secrets(), testing::ElementsAre("abcdef", "n=1"));
}

TEST(HttpSettings, a_query_value_is_secret_in_every_form_that_a_peer_may_echo) {
    EXPECT_THAT(of("http://h/?key=se%63ret%2F").value().echo.secrets(),
                testing::ElementsAre("se%63ret%2F", "secret/"));
    EXPECT_THAT(of("http://h/?key=se\"cret").value().echo.secrets(),
                testing::ElementsAre("se%22cret", "se\"cret"));
    EXPECT_THAT(of("http://h/?onlyavalue&x").value().echo.secrets(), testing::ElementsAre("onlyavalue"));
    EXPECT_THAT(of("http://h/?a=b=c").value().echo.secrets(), testing::ElementsAre("a=b=c"));
}

}  // namespace
}  // namespace plumb::http

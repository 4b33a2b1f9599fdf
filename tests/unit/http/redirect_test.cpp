#include "probes/http/request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::http {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string no_variables(const char*) {
    return {};
}
Settings of(std::string_view text) {
    return settings_of(parse_url(text).value(), true, no_variables).value();
}
Head answer(int status, std::string location) {
    Head head;
    head.status = status;
    head.fields["location"] = std::move(location);
    return head;
}
std::string shown(const Hop& hop) {
    return hop.method + (hop.tls ? " https://" : " http://") + hop.host + ":" + std::to_string(hop.port) +
           hop.request_target + (hop.home ? "" : " (away)");
}
std::string after(std::string_view url, const std::string& location, int status = 302) {
    const Settings settings = of(url);
    const auto next = follow(settings, first_hop(settings), answer(status, location));
    return next ? shown(*next) : next.error().detail;
}

TEST(HttpRedirect, a_location_is_read_against_the_url_it_came_from) {
    const char* base = "http://h:81/a/b?q=1";
    EXPECT_EQ(after(base, "/c?x=1#part"), "GET http://h:81/c?x=1");
    EXPECT_EQ(after(base, "c"), "GET http://h:81/a/c");
    EXPECT_EQ(after(base, "../c/./d/.."), "GET http://h:81/c/");
    EXPECT_EQ(after(base, "?q=2"), "GET http://h:81/a/b?q=2");
    EXPECT_EQ(after(base, "//other/c"), "GET http://other:80/c (away)");
    EXPECT_EQ(after(base, "https://other:444"), "GET https://other:444/ (away)");
    EXPECT_EQ(after(base, "HTTP://h:81/c d"), "GET http://h:81/c%20d");
    EXPECT_EQ(after(base, ""), "GET http://h:81/a/b");
    EXPECT_EQ(after(base, "/@scope/x@y?z=@"), "GET http://h:81/@scope/x@y?z=@");
    EXPECT_EQ(after(base, "https://[2001:db8::1]/x"), "GET https://2001:db8::1:443/x (away)");
    EXPECT_EQ(after("https://[::1]/", "x"), "GET https://::1:443/x");
    EXPECT_EQ(after("http://H/", "http://h:80/x"), "GET http://h:80/x");
    EXPECT_EQ(after(base, "/login?next=http://h/x"), "GET http://h:81/login?next=http://h/x");
}

TEST(HttpRedirect, what_is_no_http_url_is_refused) {
    EXPECT_THAT(after("http://h/", "ftp://h/x"), HasSubstr("no http URL"));
    EXPECT_THAT(after("http://h/", "http:///x"), HasSubstr("no http URL"));
    EXPECT_THAT(after("http://h/", "http://h:99999/x"), HasSubstr("no http URL"));
    for (const char* other : {"javascript:alert(1)", "mailto:a@b", "http:x", "://h/", "http://a,b/"})
        EXPECT_THAT(after("http://h/", other), HasSubstr("no http URL")) << other;
    EXPECT_EQ(after("http://h/", "./javascript:alert(1)"), "GET http://h:80/javascript:alert(1)");
}

TEST(HttpRedirect, a_downgrade_has_to_be_allowed) {
    EXPECT_THAT(after("https://h/", "http://h/"), HasSubstr("downgrade=1"));
    EXPECT_EQ(after("https://h/#downgrade=1", "http://h/"), "GET http://h:80/ (away)");
}

TEST(HttpRedirect, the_method_changes_as_in_browsers) {
    EXPECT_EQ(after("http://h/#method=POST", "/x", 301), "GET http://h:80/x");
    EXPECT_EQ(after("http://h/#method=POST", "/x", 302), "GET http://h:80/x");
    EXPECT_EQ(after("http://h/#method=PUT", "/x", 302), "PUT http://h:80/x");
    EXPECT_EQ(after("http://h/#method=PUT", "/x", 303), "GET http://h:80/x");
    EXPECT_EQ(after("http://h/#method=HEAD", "/x", 303), "HEAD http://h:80/x");
    EXPECT_EQ(after("http://h/#method=POST", "/x", 307), "POST http://h:80/x");
    EXPECT_EQ(after("http://h/#method=POST", "/x", 308), "POST http://h:80/x");
}

TEST(HttpRedirect, another_origin_gets_nothing_that_is_ours) {
    const Settings settings = of("http://app:s3cret-word@h/#header=X-Key:k3y-word");
    const auto away = follow(settings, first_hop(settings), answer(302, "http://other/"));
    ASSERT_TRUE(away);
    const std::string bytes = request(settings, *away, {}).reveal();
    EXPECT_THAT(bytes, Not(HasSubstr("X-Key")));
    EXPECT_THAT(bytes, Not(HasSubstr("Authorization")));
    const auto back = follow(settings, *away, answer(302, "http://h/"));
    ASSERT_TRUE(back);
    EXPECT_FALSE(back->home);  // who sent us there may not choose what we show
    const auto same = follow(settings, first_hop(settings), answer(302, "/next"));
    EXPECT_THAT(request(settings, *same, {}).reveal(), HasSubstr("X-Key: k3y-word"));
}

TEST(HttpRedirect, the_body_stays_with_its_origin) {
    EXPECT_THAT(after("http://h/#body=x", "http://other/", 307), HasSubstr("body"));
    EXPECT_EQ(after("http://h/#body=x", "http://other/", 303), "GET http://other:80/ (away)");
}

TEST(HttpRedirect, only_an_answer_that_points_somewhere_is_one) {
    EXPECT_TRUE(is_redirect(answer(308, "/x")));
    EXPECT_FALSE(is_redirect(answer(302, "")));
    EXPECT_FALSE(is_redirect(answer(304, "/x")));
    EXPECT_FALSE(is_redirect(answer(200, "/x")));
}

}  // namespace
}  // namespace plumb::http

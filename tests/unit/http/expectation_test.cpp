#include "probes/http/expectation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::http {
namespace {

using testing::HasSubstr;

Expectation of(const std::string& options) {
    Url url = parse_url("http://h/#" + options).value();
    url.query = url.fragment;
    return read_expectation(url).value();
}
std::string missing(const std::string& options, std::string_view body) {
    return missing_complaint(of(options), body);
}
std::string header(const std::string& options, std::vector<std::pair<std::string, std::string>> lines) {
    Head head;
    head.lines = std::move(lines);
    return header_complaint(of(options), head);
}

TEST(HttpExpectation, a_pattern_is_searched_in_the_body) {
    EXPECT_EQ(missing("body_match=sta.us: (up|ok)", "x\nstatus: ok\n"), "");
    EXPECT_THAT(missing("body_match=^ok$", "not ok"), HasSubstr("does not match body_match"));
    EXPECT_THAT(missing("body_match=ok&body_match=up", "ok"), HasSubstr("body_match"));
    EXPECT_EQ(unwanted_complaint(of("body_not_match=(?i)error"), "fine"), "");
    EXPECT_THAT(unwanted_complaint(of("body_not_match=(?i)error"), "An Error"), HasSubstr("body_not_match"));
    EXPECT_EQ(missing("body_match=ok", std::string("\xff\xfe\0ok", 5)), "");
}

TEST(HttpExpectation, a_header_may_stand_in_several_lines) {
    EXPECT_EQ(header("header_match=Vary: ^origin", {{"vary", "accept"}, {"vary", "origin"}}), "");
    EXPECT_THAT(header("header_match=vary:x", {{"vary", "accept"}}), HasSubstr("vary does not match"));
    EXPECT_THAT(header("header_match=vary:x", {}), HasSubstr("no header vary"));
    EXPECT_EQ(header("header_not_match=vary:x", {}), "");
    EXPECT_THAT(header("header_not_match=vary:x", {{"vary", "a"}, {"vary", "x"}}),
                HasSubstr("header_not_match"));
}

TEST(HttpExpectation, json_values_are_found_by_their_pointers) {
    const std::string body =
        R"({"status":"ok","n":3,"list":[{"up":true},null],"a/b":{"m~n":1.5},"":"empty"})";
    for (const char* right :
         {"/status=ok", "/status=\"ok\"", "/n=3", "/n=3.0", "/list/0/up=true", "/list/1=null",
          "/a~1b/m~0n=1.5", "/status", "/list/0", "/list/0={\"up\":true}", "/=empty"})
        EXPECT_EQ(missing("json=" + std::string(right), body), "") << right;
    EXPECT_EQ(missing("json=/id=9007199254740993", R"({"id":9007199254740993})"), "");
    EXPECT_EQ(missing("json=/id=9007199254740992", R"({"id":9007199254740993})"),
              "/id of the JSON body is 9007199254740993");
    EXPECT_EQ(missing("json=/status=down", body), "/status of the JSON body is “ok”");
    EXPECT_EQ(missing("json=/n=4", body), "/n of the JSON body is 3");
    EXPECT_EQ(missing("json=/list=x", body), "/list of the JSON body is an array");
    EXPECT_EQ(missing("json=/list/7", body), "the JSON body has no /list/7");
    EXPECT_EQ(missing("json=/status/deeper", body), "the JSON body has no /status/deeper");
    EXPECT_THAT(missing("json=/status=ok", "<html>"), HasSubstr("not JSON"));
    EXPECT_THAT(missing("json=/status=ok", std::string(100000, '[')), HasSubstr("not JSON"));
    EXPECT_EQ(missing("json=/status=ok&json=/n=4", body), "/n of the JSON body is 3");
}

TEST(HttpExpectation, a_part_of_a_body_proves_only_what_is_found) {
    EXPECT_FALSE(of("body_match=x").needs_whole_body());
    EXPECT_TRUE(of("body_not_match=x").needs_whole_body());
    EXPECT_TRUE(of("json=/x").needs_whole_body());
    EXPECT_FALSE(of("status=200").reads_body());
}

}  // namespace
}  // namespace plumb::http

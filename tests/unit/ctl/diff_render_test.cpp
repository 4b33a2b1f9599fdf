#include "controller/ctl/diff/render.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::ctl {
namespace {

using testing::HasSubstr;
using testing::Not;

judge::Finding finding() {
    judge::Finding result;
    result.severity = judge::Severity::critical;
    result.dependency = "database";
    result.layer = Layer::connect;
    result.cause = "tcp.timeout";
    result.subject = "failures";
    result.baseline = "ok";
    result.candidate = "fails in connect: tcp.timeout (a | b)";
    result.reason = "security group";
    result.action = "compare security groups";
    return result;
}

const Sides kSides{"staging.json", "evil\x1b[2J.json"};

TEST(DiffRender, nothing_is_printed_when_nothing_differs) {
    EXPECT_EQ(diff_text({}, kSides, Terminal(false, 80)), "");
    EXPECT_EQ(diff_markdown({}, kSides), "");
}

TEST(DiffRender, text_names_both_files_the_reason_and_the_next_step) {
    const auto text = diff_text({finding()}, kSides, Terminal(false, 80));
    for (const char* part : {"critical", "database", "connect", "tcp.timeout", "staging.json",
                             "probably: security group", "next: compare security groups", "1 difference\n"}) {
        EXPECT_THAT(text, HasSubstr(part));
    }
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(DiffRender, markdown_keeps_a_value_in_its_cell) {
    const auto text = diff_markdown({finding()}, kSides);
    EXPECT_THAT(text, HasSubstr("a \\| b"));
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(DiffRender, a_peers_words_become_no_link_and_no_mention_in_markdown) {
    auto hostile = finding();
    hostile.candidate = "see https://evil.example/ or www.evil.example, @everyone <b>now</b> ~x~";
    EXPECT_THAT(
        diff_markdown({hostile}, kSides),
        HasSubstr(R"(see https\://evil.example/ or www\.evil.example, \@everyone \<b\>now\</b\> \~x\~)"));
}

TEST(DiffRender, json_has_the_findings_of_gate) {
    const auto value = boost::json::parse(diff_json({finding()}));
    EXPECT_TRUE(value.at("different").as_bool());
    EXPECT_EQ(value.at("findings").at(0).at("cause").as_string(), "tcp.timeout");
    EXPECT_FALSE(boost::json::parse(diff_json({})).at("different").as_bool());
}

}  // namespace
}  // namespace plumb::ctl

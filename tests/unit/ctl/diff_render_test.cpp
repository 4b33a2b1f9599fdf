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

Difference difference(std::vector<judge::Finding> findings) {
    Difference made;
    made.sides = {"staging.json", "evil\x1b[2J.json"};
    made.findings = std::move(findings);
    return made;
}

TEST(DiffRender, nothing_is_printed_when_nothing_differs) {
    EXPECT_EQ(diff_text(difference({}), Terminal(false, 80)), "");
    EXPECT_EQ(diff_markdown(difference({})), "");
}

TEST(DiffRender, text_names_both_files_the_reason_and_the_next_step) {
    const auto text = diff_text(difference({finding()}), Terminal(false, 80));
    for (const char* part :
         {"critical", "database", "connect", "tcp.timeout", "staging.json", "probably: security group",
          "next: compare security groups", "1 difference, 1 critical\n"}) {
        EXPECT_THAT(text, HasSubstr(part));
    }
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(DiffRender, markdown_keeps_a_value_in_its_cell) {
    const auto text = diff_markdown(difference({finding()}));
    EXPECT_THAT(text, HasSubstr("a \\| b"));
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(DiffRender, a_peers_words_become_no_link_and_no_mention_in_markdown) {
    auto hostile = finding();
    hostile.candidate = "see https://evil.example/ or www.evil.example, @everyone <b>now</b> ~x~";
    EXPECT_THAT(
        diff_markdown(difference({hostile})),
        HasSubstr(R"(see https\://evil.example/ or www\.evil.example, \@everyone \<b\>now\</b\> \~x\~)"));
}

TEST(DiffRender, json_has_the_findings_of_gate) {
    const auto value = boost::json::parse(diff_json(difference({finding()})));
    EXPECT_TRUE(value.at("different").as_bool());
    EXPECT_EQ(value.at("findings").at(0).at("cause").as_string(), "tcp.timeout");
    EXPECT_FALSE(boost::json::parse(diff_json(difference({}))).at("different").as_bool());
}

TEST(DiffRender, the_gravest_stand_first_and_the_last_line_counts_them) {
    auto warning = finding();
    warning.severity = judge::Severity::warning;
    warning.dependency = "cache";
    auto gauge = finding();
    gauge.subject = "gauge:redis.clients";
    const auto text = diff_text(difference(by_weight({warning, gauge, finding()})), Terminal(false, 80));
    EXPECT_LT(text.find("tcp.timeout"), text.find("gauge:redis.clients"));
    EXPECT_LT(text.find("gauge:redis.clients"), text.find("cache"));
    EXPECT_THAT(text, testing::EndsWith("3 differences, 2 critical\n"));
}

TEST(DiffRender, what_one_explains_and_what_was_accepted_stands_in_a_line_each) {
    auto root = finding();
    root.subject = "fact:image.os";
    auto libc = finding();
    libc.subject = "fact:image.libc";
    libc.baseline = "glibc 2.36";
    libc.candidate = "musl 1.2.4";
    root.folded = {libc};
    auto made = difference({root});
    made.accepted.push_back({{"dependency", "task"},
                             {"subject", "fact:task.kernel"},
                             {"reason", "other hosts"},
                             {"owner", "platform"},
                             {"until", "2027-01-31T00:00:00Z"}});
    const auto text = diff_text(made, Terminal(false, 80));
    EXPECT_THAT(text, HasSubstr("explains: fact:image.libc (glibc 2.36 → musl 1.2.4)\n"));
    EXPECT_THAT(text, HasSubstr("accepted task  fact:task.kernel: other hosts (platform)\n"));
    EXPECT_THAT(text, testing::EndsWith("1 difference, 1 critical; 1 accepted\n"));
    EXPECT_THAT(diff_markdown(made), HasSubstr("explains fact:image.libc"));
    EXPECT_EQ(boost::json::parse(diff_json(made)).at("accepted").as_array().size(), 1U);
}

TEST(DiffRender, how_many_are_critical_is_always_said) {
    auto warning = finding();
    warning.severity = judge::Severity::warning;
    EXPECT_THAT(diff_text(difference({warning}), Terminal(false, 80)),
                testing::EndsWith("1 difference, none critical\n"));
    EXPECT_THAT(diff_text(difference({finding(), finding()}), Terminal(false, 80)),
                testing::EndsWith("2 differences, 2 critical\n"));
}

std::size_t widest_line(const std::string& text) {
    std::size_t widest = 0;
    std::size_t at = 0;
    while (at < text.size()) {
        const auto end = text.find('\n', at);
        widest = std::max(widest, display_width(std::string_view(text).substr(at, end - at)));
        at = end + 1;
    }
    return widest;
}

TEST(DiffRender, long_texts_hang_within_the_terminals_width) {
    auto wordy = finding();
    const auto words = [](const char* word) {
        std::string out;
        for (int i = 0; i < 30; ++i)
            out += (i == 0 ? "" : " ") + std::string(word);
        return out;
    };
    wordy.candidate = words("value");
    wordy.reason = words("reason");
    wordy.action = words("action");
    auto made = difference({wordy});
    made.sides = {"staging.json", "production.json"};
    for (const int width : {40, 60, 100}) {
        const auto text = diff_text(made, Terminal(false, width));
        EXPECT_LE(widest_line(text), static_cast<std::size_t>(width)) << text;
        EXPECT_THAT(text, HasSubstr("\n                   value"));  // below the first word
        EXPECT_THAT(text, HasSubstr("\n            reason"));
        EXPECT_THAT(text, HasSubstr("\n        action"));
    }
    made.sides.candidate = std::string(120, 'x');
    EXPECT_THAT(diff_text(made, Terminal(false, 60)), HasSubstr("xx\n    value value"));
    wordy.candidate = "two  spaces";
    EXPECT_THAT(diff_text(difference({wordy}), Terminal(false, 60)), HasSubstr("two  spaces"));
}

}  // namespace
}  // namespace plumb::ctl

#include "base/strict_yaml.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::yaml {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

struct Parsed {
    Complaints complaints{"plumb.yaml", {}};
    std::optional<Reader> root;
    explicit Parsed(const std::string& text) { root = parse(text, complaints); }
    Parsed(const Parsed&) = delete;
    Parsed& operator=(const Parsed&) = delete;
};

std::string only_complaint(const std::string& text) {
    Parsed parsed(text);
    return parsed.complaints.joined();
}

TEST(StrictYaml, reads_each_type) {
    Parsed doc(
        "url: tcp://db:5432\ninterval: 15s\nratio: 1.5\ncount: 12\non: true\nlist: [a, b]\nmap: {k: v}\n");
    ASSERT_TRUE(doc.root);
    doc.root->expect_keys({"url", "interval", "ratio", "count", "on", "list", "map"});
    EXPECT_EQ(doc.root->get("url")->text(), "tcp://db:5432");
    EXPECT_EQ(doc.root->get("interval")->duration(), 15s);
    EXPECT_EQ(doc.root->get("ratio")->number(), 1.5);
    EXPECT_EQ(doc.root->get("count")->integer(1, 100), 12);
    EXPECT_EQ(doc.root->get("on")->boolean(), true);
    EXPECT_EQ(doc.root->get("list")->items().at(1).text(), "b");
    EXPECT_EQ(doc.root->get("map")->entries().at(0).first, "k");
    EXPECT_THAT(doc.complaints.lines, IsEmpty());
}

TEST(StrictYaml, an_empty_document_is_an_empty_map) {
    for (const char* text : {"", "\n", "# only a comment\n", "---\n", "~\n", "{}\n"}) {
        Parsed doc(text);
        ASSERT_TRUE(doc.root) << text;
        EXPECT_TRUE(doc.root->is_map());
        EXPECT_THAT(doc.root->entries(), IsEmpty());
        EXPECT_TRUE(doc.complaints.empty());
    }
}

TEST(StrictYaml, absent_and_null_are_the_same) {
    Parsed doc("a:\nb: ~\nc: null\n");
    EXPECT_FALSE(doc.root->get("a"));
    EXPECT_FALSE(doc.root->get("b"));
    EXPECT_FALSE(doc.root->get("c"));
    EXPECT_FALSE(doc.root->get("d"));
}

TEST(StrictYaml, an_unknown_key_names_the_nearest_known_one) {
    Parsed doc("interval: 1s\nintervall: 2s\n");
    doc.root->expect_keys({"interval", "timeout"});
    EXPECT_THAT(doc.complaints.lines,
                ElementsAre("plumb.yaml:2: unknown key 'intervall'; did you mean 'interval'?"));
}

TEST(StrictYaml, an_unknown_key_far_from_all_lists_what_is_known) {
    Parsed doc("\n\nsomething: 2s\n");
    doc.root->expect_keys({"url", "timeout"});
    EXPECT_THAT(doc.complaints.lines,
                ElementsAre("plumb.yaml:3: unknown key 'something'; known here: url, timeout"));
}

TEST(StrictYaml, a_duplicate_key_is_refused_with_both_lines) {
    EXPECT_EQ(only_complaint("a: 1\nb: 2\na: 3\n"),
              "plumb.yaml:3: duplicate key 'a'; it stands already in line 1");
    EXPECT_THAT(only_complaint("x:\n  k: 1\n  \"k\": 2\n"), HasSubstr("plumb.yaml:3: duplicate key 'k'"));
}

TEST(StrictYaml, a_wrong_type_says_what_was_expected_and_found) {
    Parsed doc("a: [1]\nb: x\nc: yes\nd: 5\ne: \"5\"\nf: 1e400\ng: 101\nh: .nan\n");
    doc.root->get("a")->text();
    doc.root->get("b")->number();
    doc.root->get("c")->boolean();
    doc.root->get("d")->duration();
    doc.root->get("e")->integer(0, 10);
    doc.root->get("f")->number();
    doc.root->get("g")->integer(1, 100);
    doc.root->get("h")->number();
    EXPECT_THAT(
        doc.complaints.lines,
        ElementsAre("plumb.yaml:1: expected text, found a list", "plumb.yaml:2: expected a number, found 'x'",
                    "plumb.yaml:3: expected true or false, found 'yes'",
                    "plumb.yaml:4: '5' has no unit; write 5s for seconds, or ms, m, h, d",
                    "plumb.yaml:5: expected a whole number from 0 to 10, found the quoted text '5'",
                    "plumb.yaml:6: expected a number, found '1e400'",
                    "plumb.yaml:7: expected a whole number from 1 to 100, found '101'",
                    "plumb.yaml:8: expected a number, found '.nan'"));
}

TEST(StrictYaml, a_map_where_a_list_belongs_and_the_reverse) {
    Parsed doc("a: {k: v}\nb: [1]\nc: text\n");
    EXPECT_THAT(doc.root->get("a")->items(), IsEmpty());
    EXPECT_THAT(doc.root->get("b")->entries(), IsEmpty());
    doc.root->get("c")->expect_keys({"k"});
    EXPECT_THAT(doc.complaints.lines,
                ElementsAre("plumb.yaml:1: expected a list, found a map",
                            "plumb.yaml:2: expected a map of keys and values, found a list",
                            "plumb.yaml:3: expected a map of keys and values, found 'text'"));
}

TEST(StrictYaml, a_syntax_error_has_its_line) {
    EXPECT_THAT(only_complaint("a: 1\nb: [1, 2\nc: 3\n"), HasSubstr("plumb.yaml:3: YAML syntax: "));
    EXPECT_THAT(only_complaint("a: 1\n b: 2\n"), HasSubstr("plumb.yaml:2: YAML syntax: "));
    EXPECT_THAT(only_complaint("a: \"never closed\n"), HasSubstr("YAML syntax: "));
    EXPECT_FALSE(Parsed("a: [\n").root);
}

TEST(StrictYaml, a_tab_in_the_indentation_is_named) {
    EXPECT_EQ(only_complaint("a:\n\tb: 1\n"), "plumb.yaml:2: a tab in the indentation; use spaces");
    EXPECT_EQ(only_complaint("a:\n  \tb: 1\n"), "plumb.yaml:2: a tab in the indentation; use spaces");
    EXPECT_EQ(only_complaint("a: 1\t# tabs elsewhere are fine\n\t\n\t# comment\n"), "");
}

TEST(StrictYaml, control_characters_are_refused) {
    EXPECT_EQ(only_complaint(std::string("a: 1\nb: \0\n", 10)),
              "plumb.yaml:2: control character \\x00; is this a text file?");
    EXPECT_THAT(only_complaint("\x7f"
                               "ELF"),
                HasSubstr("control character"));
}

TEST(StrictYaml, an_alias_stands_for_its_anchor) {
    Parsed doc("base: &b {timeout: 2s}\nother: *b\n");
    ASSERT_TRUE(doc.root);
    EXPECT_EQ(doc.root->get("other")->get("timeout")->duration(), 2s);
}

TEST(StrictYaml, an_alias_bomb_is_refused) {
    std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
    for (int i = 1; i < 10; ++i) {
        const std::string before = "*a" + std::to_string(i - 1);
        bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
        for (int j = 0; j < 10; ++j)
            bomb += (j == 0 ? "" : ",") + before;
        bomb += "]\n";
    }
    Parsed doc(bomb);
    EXPECT_FALSE(doc.root);
    EXPECT_THAT(doc.complaints.joined(), HasSubstr("too many values once aliases are followed"));
}

TEST(StrictYaml, an_alias_to_itself_is_refused) {
    EXPECT_EQ(only_complaint("a: &a [*a]\n"), "plumb.yaml:1: an alias that refers to itself");
    EXPECT_THAT(only_complaint("a: *none\n"), HasSubstr("YAML syntax"));
}

TEST(StrictYaml, deep_nesting_is_refused_in_block_and_flow_style) {
    std::string block;
    std::string flow;
    for (int i = 0; i < 200'000; ++i) {
        block += "- ";
        flow += "{a: [";
    }
    EXPECT_THAT(only_complaint(block), HasSubstr("nested deeper than 32 levels"));
    EXPECT_FALSE(Parsed(flow).root);
    EXPECT_FALSE(Parsed(std::string(1'000'000, '[')).root);
    EXPECT_FALSE(Parsed(std::string(1'000'000, '?')).complaints.lines.size() > 200);
}

TEST(StrictYaml, nesting_through_aliases_counts) {
    std::string text;
    for (int i = 0; i < 12; ++i) {
        const std::string inner = i == 0 ? "x" : "*a" + std::to_string(i - 1);
        text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [[[" + inner + "]]]\n";
    }
    EXPECT_THAT(only_complaint(text), HasSubstr("nested deeper than 32 levels"));
}

TEST(StrictYaml, tags_second_documents_and_odd_keys_are_refused) {
    EXPECT_THAT(only_complaint("a: !!binary aGk=\n"), HasSubstr("tags such as"));
    EXPECT_THAT(only_complaint("a: 1\n---\nb: 2\n"), HasSubstr("a second document"));
    EXPECT_THAT(only_complaint("? [a, b]\n: c\n"), HasSubstr("a key must be plain text"));
    EXPECT_EQ(only_complaint("a: !!str 5\n"), "");
}

TEST(StrictYaml, collects_every_complaint_up_to_a_bound) {
    std::string text;
    for (int i = 0; i < 5000; ++i)
        text += "key" + std::to_string(i) + ": 1\n";
    Parsed doc(text);
    doc.root->expect_keys({"url"});
    EXPECT_GE(doc.complaints.lines.size(), 100U);
    EXPECT_LE(doc.complaints.lines.size(), 101U);
}

TEST(StrictYaml, a_password_in_a_misplaced_url_is_not_repeated) {
    Parsed doc("postgres://app:hunter2@db/x: 1\ntimeout: redis://:hunter2@cache\n");
    doc.root->expect_keys({"timeout"});
    doc.root->get("timeout")->duration();
    doc.root->get("timeout")->number();
    EXPECT_EQ(doc.complaints.joined().find("hunter2"), std::string::npos) << doc.complaints.joined();
    EXPECT_EQ(doc.complaints.lines.size(), 3U);
}

TEST(StrictYaml, complaints_are_escaped) {
    Parsed doc("\"a\\e[31m\\u202E\": 1\n");
    ASSERT_TRUE(doc.root);
    doc.root->expect_keys({"url"});
    EXPECT_THAT(doc.complaints.joined(), HasSubstr("\\x1B[31m\\u{202E}"));
}

}  // namespace
}  // namespace plumb::yaml

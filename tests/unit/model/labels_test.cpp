#include "model/labels.hpp"

#include <gtest/gtest.h>

namespace plumb {
namespace {

std::string complaint(std::string_view text) {
    const auto selector = parse_selector(text);
    return selector ? "" : selector.error().message;
}

TEST(Selector, a_bare_word_is_an_environment) {
    EXPECT_EQ(parse_selector("staging")->pairs, (Labels{{"environment", "staging"}}));
    EXPECT_EQ(parse_selector(" staging ")->text(), "environment=staging");
}

TEST(Selector, pairs_are_sorted_by_name) {
    const auto selector = *parse_selector("zone=us-east-1b, environment=production,revision=42");
    EXPECT_EQ(selector.text(), "environment=production,revision=42,zone=us-east-1b");
    EXPECT_EQ(parse_selector(selector.text())->pairs, selector.pairs);
}

TEST(Selector, every_pair_must_match) {
    const auto selector = *parse_selector("environment=production,zone=a");
    EXPECT_TRUE(selector.matches({{"environment", "production"}, {"zone", "a"}, {"task", "1"}}));
    EXPECT_FALSE(selector.matches({{"environment", "production"}, {"zone", "b"}}));
    EXPECT_FALSE(selector.matches({{"environment", "production"}}));
    EXPECT_FALSE(selector.matches({}));
}

TEST(Selector, values_may_hold_what_ecs_puts_there) {
    EXPECT_EQ(parse_selector("image=sha256:ab12,task=arn:aws:ecs:us-east-1:123:task/x")->pairs.at("image"),
              "sha256:ab12");
}

TEST(Selector, says_what_would_be_right) {
    EXPECT_EQ(complaint(""),
              "the selector is empty; write an environment such as staging, or name=value,name=value");
    EXPECT_EQ(complaint("production,zone=a"),
              "'production' is no name=value; did you mean environment=production?");
    EXPECT_EQ(complaint("zone="), "label 'zone' has no value; write zone=VALUE");
    EXPECT_EQ(complaint("=a"), "a label has no name before '='; write name=value");
    EXPECT_EQ(complaint("zone=a,zone=b"), "label 'zone' stands twice in the selector");
    EXPECT_EQ(complaint("zone==a"), "'zone==a' has more than one '='; separate labels by commas");
    EXPECT_EQ(complaint("zone=a,,x=y"), "the selector 'zone=a,,x=y' has an empty part between commas");
    EXPECT_EQ(complaint("my zone=a"), "label name 'my zone' may hold only letters, digits and _ - . /");
    EXPECT_EQ(complaint("zone=a\x1b"), "the value of label 'zone' holds characters that cannot be shown");
}

TEST(Selector, is_bounded) {
    EXPECT_TRUE(parse_selector("a=" + std::string(256, 'x')));
    EXPECT_FALSE(parse_selector("a=" + std::string(257, 'x')));
    EXPECT_TRUE(parse_selector(std::string(64, 'n') + "=x"));
    EXPECT_FALSE(parse_selector(std::string(65, 'n') + "=x"));
    std::string many;
    for (int i = 0; i < 33; ++i)
        many += (i == 0 ? "l" : ",l") + std::to_string(i) + "=x";
    EXPECT_EQ(complaint(many), "the selector has more than 32 labels");
    EXPECT_LT(complaint(std::string(100'000, '\x1b')).size(), 300U);
}

}  // namespace
}  // namespace plumb

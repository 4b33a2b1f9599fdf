// Every cause as the table tells it on a terminal of 80 columns.
#include "agent/check/table/page.hpp"
#include "base/text.hpp"
#include "model/cause.hpp"

#include <gtest/gtest.h>

namespace plumb::agent {
namespace {

std::size_t lines_of(std::string_view text, std::size_t most) {
    Page page(Terminal(false, 80), false);
    page.thoughts("reason", text, most);
    const auto shown = page.take();
    return split(shown, '\n').size() - 1;
}

TEST(Causes, reason_and_next_action_are_a_line_each) {
    for (const auto& info : all_causes()) {
        EXPECT_LE(lines_of(std::string(info.code) + ": " + std::string(info.meaning), 2), 2U) << info.code;
        EXPECT_EQ(lines_of(info.reason, 1), 1U) << info.code << ": " << info.reason;
        EXPECT_EQ(lines_of(info.action, 1), 1U) << info.code << ": " << info.action;
    }
}

TEST(Thoughts, as_many_are_shown_as_the_lines_hold_and_none_is_cut) {
    Page page(Terminal(false, 40), false);
    EXPECT_FALSE(page.thoughts("next",
                               "Ask for the first; then (as it is; always) for the second. And a third "
                               "one that is too long.",
                               2));
    EXPECT_EQ(page.take(), "    next    Ask for the first; …\n");
    EXPECT_FALSE(page.thoughts("next", "Ask for the first; then the second.", 1));
    EXPECT_EQ(page.take(), "    next    Ask for the first; …\n");
    EXPECT_TRUE(page.thoughts("next", "Ask for the first; then the second.", 2));
    EXPECT_EQ(page.take(), "    next    Ask for the first; then the\n            second.\n");
    EXPECT_TRUE(
        page.thoughts("next", "One thought that is longer than two lines of this width can hold it.", 2));
    EXPECT_EQ(page.take(),
              "    next    One thought that is longer\n            than two lines of this width\n"
              "            can hold it.\n");
}

TEST(Thoughts, they_end_outside_parentheses_only) {
    const std::string text = "One (a; b. c) two; three? Four.";
    EXPECT_EQ(text.substr(0, end_of_thoughts(text, 1)), "One (a; b. c) two;");
    EXPECT_EQ(text.substr(0, end_of_thoughts(text, 2)), "One (a; b. c) two; three?");
    EXPECT_EQ(end_of_thoughts(text, 3), text.size());
    EXPECT_EQ(end_of_thoughts(text, 9), text.size());
    EXPECT_EQ(end_of_thoughts("", 1), 0U);
}

}  // namespace
}  // namespace plumb::agent

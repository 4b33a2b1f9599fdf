#include "base/terminal.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

namespace plumb {
namespace {

TEST(Terminal, paints_only_where_there_is_colour) {
    EXPECT_EQ(Terminal(true, 80).paint(Style::red, "no"), "\x1b[31mno\x1b[0m");
    EXPECT_EQ(Terminal(true, 80).paint(Style::plain, "no"), "no");
    EXPECT_EQ(Terminal(false, 80).paint(Style::red, "no"), "no");
}

TEST(Terminal, a_pipe_has_no_colour_and_a_usual_width) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const Terminal pipe(ends[1]);
    EXPECT_FALSE(pipe.colour());
    EXPECT_EQ(pipe.width(), 80);
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST(Terminal, width_counts_columns_not_bytes) {
    EXPECT_EQ(display_width("310 µs"), 6U);
    EXPECT_EQ(display_width("\x1b[31m✗\x1b[0m süß"), 5U);
    EXPECT_EQ(display_width("接続"), 4U);
    EXPECT_EQ(display_width("e\u0301"), 1U);
    EXPECT_EQ(display_width("🙂"), 2U);
    EXPECT_EQ(display_width("\x1b["), 0U);
    const std::vector<char> cut{'\xF0', '\x9F'};  // on the heap, without an end: who reads further is caught
    EXPECT_EQ(display_width({cut.data(), cut.size()}), 1U);
    EXPECT_EQ(pad("µs", 4), "µs  ");
    EXPECT_EQ(pad("longer", 4), "longer");
}

TEST(Terminal, what_fits_ends_between_characters) {
    EXPECT_EQ(fitting("abc", 2), "ab");
    EXPECT_EQ(fitting("abc", 3), "abc");
    EXPECT_EQ(fitting("接続", 3), "接");
    EXPECT_EQ(fitting("e\u0301a", 1), "e\u0301");
    EXPECT_EQ(fitting("\x1b[31mab\x1b[0m", 1), "\x1b[31ma");
    EXPECT_EQ(fitting("abc", 0), "");
    EXPECT_EQ(fitting("", 3), "");
}

}  // namespace
}  // namespace plumb

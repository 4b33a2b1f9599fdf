#include "base/terminal.hpp"

#include <fcntl.h>
#include <unistd.h>

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

TEST(Terminal, width_counts_characters_not_bytes) {
    EXPECT_EQ(display_width("310 µs"), 6U);
    EXPECT_EQ(pad("µs", 4), "µs  ");
    EXPECT_EQ(pad("longer", 4), "longer");
}

}  // namespace
}  // namespace plumb

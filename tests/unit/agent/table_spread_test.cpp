#include "agent/check/table/amounts.hpp"
#include "agent/check/table/page.hpp"
#include "agent/check/table/spread.hpp"
#include "base/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::agent {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

std::vector<nanoseconds> from_1_to(int count) {
    std::vector<nanoseconds> out;
    for (int i = count; i >= 1; --i)
        out.push_back(milliseconds(i));
    return out;
}

TEST(Spread, a_percentile_is_told_from_the_number_of_runs_on_that_supports_it) {
    const auto nine = spread_of(from_1_to(9));
    EXPECT_EQ(nine.p50, milliseconds(5));
    EXPECT_EQ(nine.p90, std::nullopt);
    EXPECT_EQ(nine.min, milliseconds(1));
    EXPECT_EQ(nine.max, milliseconds(9));
    const auto ten = spread_of(from_1_to(10));
    EXPECT_EQ(ten.p90, milliseconds(9));
    EXPECT_EQ(ten.p99, std::nullopt);
    const auto hundred = spread_of(from_1_to(100));
    EXPECT_EQ(hundred.p50, milliseconds(50));
    EXPECT_EQ(hundred.p90, milliseconds(90));
    EXPECT_EQ(hundred.p99, milliseconds(99));
    EXPECT_EQ(spread_of({milliseconds(3)}).p50, milliseconds(3));
}

TEST(Spread, a_histogram_has_a_bar_for_each_bucket_and_blanks_between) {
    std::vector<nanoseconds> durations(8, milliseconds(1));
    durations.push_back(milliseconds(1000));
    EXPECT_EQ(histogram(durations, 4), "█  ▁");
    // Each bucket is ten times as long as the one before.
    EXPECT_EQ(histogram({milliseconds(1), milliseconds(20), milliseconds(200), milliseconds(1000)}, 3),
              "▄▄█");
    EXPECT_EQ(histogram({milliseconds(2), milliseconds(2)}, 10), "█");
    EXPECT_EQ(histogram({nanoseconds(0), nanoseconds(0)}, 10), "█");
}

TEST(Bars, a_length_shows_to_an_eighth_and_what_is_more_than_nothing_shows) {
    EXPECT_EQ(length_bar(1, 3), "███");
    EXPECT_EQ(length_bar(0.5, 3), "█▌");
    EXPECT_EQ(length_bar(0.0001, 40), "▏");
    EXPECT_EQ(length_bar(0, 40), "");
    EXPECT_EQ(length_bar(7, 2), "██");
    EXPECT_EQ(level_bar(0.5, 4), "██░░");
    EXPECT_EQ(level_bar(2, 4), "████");
}

TEST(Words, a_text_is_cut_at_the_end_of_a_word) {
    EXPECT_EQ(cut_words("one two three", 13), "one two three");
    EXPECT_EQ(cut_words("one two three", 12), "one two…");
    EXPECT_EQ(cut_words("one two, three", 9), "one two…");
    EXPECT_EQ(cut_words("one two three", 4), "one…");
    EXPECT_EQ(cut_words("wonderful", 5), "wond…");
    EXPECT_EQ(cut_words("süß süß süß", 8), "süß süß…");
    for (std::size_t columns = 1; columns < 40; ++columns)
        EXPECT_LE(display_width(cut_words("a security group, or a missing route: look", columns)), columns);
}

}  // namespace
}  // namespace plumb::agent

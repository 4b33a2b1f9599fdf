#include "base/duration.hpp"

#include <gtest/gtest.h>

namespace plumb {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using std::chrono::system_clock;

std::string complaint(std::string_view text) {
    const auto result = parse_duration(text);
    return result ? "" : result.error().message;
}

TEST(ParseDuration, reads_each_unit) {
    EXPECT_EQ(*parse_duration("250ms"), 250ms);
    EXPECT_EQ(*parse_duration("2s"), 2s);
    EXPECT_EQ(*parse_duration("15m"), 15min);
    EXPECT_EQ(*parse_duration("1h"), 1h);
    EXPECT_EQ(*parse_duration("30d"), 720h);
    EXPECT_EQ(*parse_duration("7us"), 7us);
    EXPECT_EQ(*parse_duration("7µs"), 7us);
    EXPECT_EQ(*parse_duration("9ns"), 9ns);
    EXPECT_EQ(*parse_duration("1.5s"), 1500ms);
    EXPECT_EQ(*parse_duration("0s"), 0s);
}

TEST(ParseDuration, refuses_a_number_without_unit_and_shows_the_remedy) {
    EXPECT_EQ(complaint("5"), "'5' has no unit; write 5s for seconds, or ms, m, h, d");
}

TEST(ParseDuration, refuses_what_is_no_duration) {
    for (const char* text :
         {"", "s", "-2s", "+2s", "2 s", "2x", "2sec", "1e3s", "nan", "inf", "0x10s", ".5s", "2s2", "２s"}) {
        EXPECT_FALSE(parse_duration(text)) << text;
    }
    EXPECT_NE(complaint("2x").find("250ms, 2s, 15m"), std::string::npos);
}

TEST(ParseDuration, refuses_what_would_overflow) {
    EXPECT_EQ(*parse_duration("3650d"), 3650 * 24h);
    EXPECT_FALSE(parse_duration("3651d"));
    EXPECT_FALSE(parse_duration("99999999999999999999999999d"));
    EXPECT_FALSE(parse_duration(std::string(5000, '9') + "s"));
}

TEST(ParseDuration, escapes_what_it_quotes) {
    EXPECT_EQ(complaint("2\x1b").find('\x1b'), std::string::npos);
}

TEST(FormatDuration, shows_three_significant_digits_in_the_unit_that_suits) {
    EXPECT_EQ(format_duration(310us), "310 µs");
    EXPECT_EQ(format_duration(1234us), "1.23 ms");
    EXPECT_EQ(format_duration(2s), "2.00 s");
    EXPECT_EQ(format_duration(12345us), "12.3 ms");
    EXPECT_EQ(format_duration(812ns), "812 ns");
    EXPECT_EQ(format_duration(0ns), "0 s");
    EXPECT_EQ(format_duration(90s), "1.50 min");
    EXPECT_EQ(format_duration(36h), "1.50 d");
    EXPECT_EQ(format_duration(-5ms), "-5.00 ms");
}

TEST(FormatDuration, rounds_into_the_next_unit) {
    EXPECT_EQ(format_duration(999'700ns), "1.00 ms");
    EXPECT_EQ(format_duration(999'400ns), "999 µs");
    EXPECT_EQ(format_duration(9'996us), "10.0 ms");
    EXPECT_EQ(format_duration(99'960us), "100 ms");
    EXPECT_EQ(format_duration(59'999ms), "1.00 min");
}

TEST(FormatDuration, survives_the_extremes) {
    EXPECT_FALSE(format_duration(nanoseconds::max()).empty());
    EXPECT_EQ(format_duration(nanoseconds::min()).front(), '-');
}

TEST(Time, round_trips_in_rfc_3339) {
    const auto time = *parse_time("2026-11-23T10:00:00Z");
    EXPECT_EQ(time.time_since_epoch(), std::chrono::seconds(1795428000));
    EXPECT_EQ(format_time(time), "2026-11-23T10:00:00Z");
    EXPECT_EQ(format_time(system_clock::time_point{}), "1970-01-01T00:00:00Z");
}

TEST(Time, takes_fractions_and_offsets) {
    const auto time = *parse_time("2026-11-23T10:00:00Z");
    EXPECT_EQ(*parse_time("2026-11-23T12:30:00+02:30"), time);
    EXPECT_EQ(*parse_time("2026-11-23T05:00:00.000-05:00"), time);
    EXPECT_EQ(*parse_time("2026-11-23T10:00:00.25Z") - time, 250ms);
    EXPECT_EQ(*parse_time("2026-11-23T10:00:00.123456789999Z") - time, 123456789ns);
    EXPECT_EQ(*parse_time("2026-11-23 10:00:00Z"), time);
    EXPECT_TRUE(parse_time("2024-02-29T00:00:00Z"));
}

TEST(Time, refuses_what_is_no_time) {
    for (const char* text :
         {"", "2026-11-23", "2026-11-23T10:00:00", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z",
          "2025-02-29T00:00:00Z", "2026-11-23T24:00:00Z", "2026-11-23T10:60:00Z", "2026-11-23T10:00:00.Z",
          "2026-11-23T10:00:00Zx", "2026-11-23T10:00:00+2:00", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
          "-026-11-23T10:00:00Z"}) {
        EXPECT_FALSE(parse_time(text)) << text;
    }
}

TEST(Day, ends_where_the_next_begins) {
    EXPECT_EQ(format_time(*parse_day_end("2027-01-31")), "2027-02-01T00:00:00Z");
    EXPECT_EQ(format_time(*parse_day_end("2028-02-28")), "2028-02-29T00:00:00Z");
    EXPECT_FALSE(parse_day_end("2027-02-30"));
    EXPECT_FALSE(parse_day_end("31.1.2027"));
    EXPECT_FALSE(parse_day_end("2027-01-31T00:00:00Z"));
}

}  // namespace
}  // namespace plumb

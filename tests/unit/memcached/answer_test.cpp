#include "probes/memcached/answer.hpp"

#include <gtest/gtest.h>

namespace plumb::memcached {
namespace {

Cause cause_of_version(std::string_view line) {
    const auto version = parse_version(line);
    return version ? Cause::unknown : version.error().cause;
}

TEST(MemcachedLines, come_however_the_bytes_are_cut) {
    LineReader reader;
    for (const char byte : std::string_view("VERSION 1.6.18\r\nEND\nrest")) {
        reader.feed({&byte, 1});
    }
    EXPECT_EQ(reader.take().value(), "VERSION 1.6.18");
    EXPECT_EQ(reader.take().value(), "END");
    EXPECT_EQ(reader.take().value(), std::nullopt);
    reader.feed("\r");
    EXPECT_EQ(reader.take().value(), std::nullopt);
    reader.feed("\n\r\n");
    EXPECT_EQ(reader.take().value(), "rest");
    EXPECT_EQ(reader.take().value(), "");
}

TEST(MemcachedLines, a_line_without_end_is_too_large) {
    LineReader reader;
    reader.feed(std::string(kMaxLine, 'x'));
    EXPECT_EQ(reader.take().value(), std::nullopt);
    reader.feed("x");
    EXPECT_EQ(reader.take().error().cause, Cause::peer_too_large);
    LineReader with_end;
    with_end.feed(std::string(kMaxLine + 1, 'x') + "\r\n");
    EXPECT_EQ(with_end.take().error().cause, Cause::peer_too_large);
}

TEST(MemcachedVersion, is_what_follows_the_word) {
    EXPECT_EQ(parse_version("VERSION 1.6.18").value(), "1.6.18");
    EXPECT_EQ(cause_of_version("VERSION "), Cause::peer_garbage);
    EXPECT_EQ(cause_of_version("VERSIONS 1"), Cause::peer_garbage);
    EXPECT_EQ(cause_of_version("HTTP/1.1 400 Bad Request"), Cause::peer_garbage);
    EXPECT_EQ(cause_of_version(""), Cause::peer_garbage);
    EXPECT_EQ(cause_of_version("ERRORS 1"), Cause::peer_garbage);
}

TEST(MemcachedVersion, an_error_is_told_in_the_servers_words) {
    for (const std::string_view line : {"ERROR", "ERROR Too many open connections",
                                        "CLIENT_ERROR unauthenticated", "SERVER_ERROR out of memory"}) {
        EXPECT_EQ(cause_of_version(line), Cause::peer_unexpected);
        EXPECT_EQ(parse_version(line).error().detail, "“" + std::string(line) + "”");
    }
}

TEST(MemcachedStatistics, are_read_up_to_the_end) {
    Statistics statistics;
    EXPECT_TRUE(statistics.add("STAT curr_connections 7").value());
    EXPECT_TRUE(statistics.add("STAT libevent 2.1.12-stable").value());
    EXPECT_TRUE(statistics.add("STAT empty").value());
    EXPECT_TRUE(statistics.add("STAT bad 1x").value());
    EXPECT_TRUE(statistics.add("STAT below -3").value());
    EXPECT_TRUE(statistics.add("STAT huge 1e999").value());
    EXPECT_FALSE(statistics.add("END").value());
    EXPECT_EQ(statistics.number("curr_connections"), 7);
    EXPECT_EQ(statistics.text("libevent"), "2.1.12-stable");
    for (const std::string_view name : {"absent", "empty", "bad", "below", "huge", "libevent"})
        EXPECT_FALSE(statistics.number(name)) << name;
}

TEST(MemcachedStatistics, nonsense_and_floods_are_refused) {
    EXPECT_EQ(Statistics().add("STATS a 1").error().cause, Cause::peer_garbage);
    EXPECT_EQ(Statistics().add("SERVER_ERROR out of memory").error().cause, Cause::peer_unexpected);
    Statistics statistics;
    for (std::size_t i = 0; i < kMaxStatistics; ++i)
        EXPECT_TRUE(statistics.add("STAT s" + std::to_string(i) + " 1").value());
    EXPECT_EQ(statistics.add("STAT one more").error().cause, Cause::peer_too_large);
}

}  // namespace
}  // namespace plumb::memcached

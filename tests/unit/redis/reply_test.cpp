#include "probes/redis/reply.hpp"

#include <random>

#include <gtest/gtest.h>

namespace plumb::redis {
namespace {

// One byte at a time: the hardest way for bytes to arrive.
net::IoResult<std::optional<Reply>> drip(ReplyReader& reader, std::string_view bytes) {
    for (const char byte : bytes) {
        const auto fed = reader.feed(std::string_view(&byte, 1));
        if (!fed) return fed.error();
    }
    return reader.take();
}

Cause cause_of(std::string_view bytes) {
    ReplyReader reader;
    const auto fed = reader.feed(bytes);
    return fed ? Cause::unknown : fed.error().cause;
}

TEST(ReplyReader, every_type_arrives_byte_by_byte) {
    ReplyReader reader;
    auto status = drip(reader, "+PONG\r\n");
    ASSERT_TRUE(status && *status);
    EXPECT_EQ((*status)->type, Reply::Type::status);
    EXPECT_EQ((*status)->text, "PONG");

    auto error = drip(reader, "-NOAUTH Authentication required.\r\n");
    ASSERT_TRUE(error && *error);
    EXPECT_EQ((*error)->type, Reply::Type::error);

    auto text = drip(reader, "$12\r\nwith\r\nbreaks\r\n");
    ASSERT_TRUE(text && *text);
    EXPECT_EQ((*text)->text, "with\r\nbreaks");

    auto nil = drip(reader, "$-1\r\n");
    ASSERT_TRUE(nil && *nil);
    EXPECT_EQ((*nil)->type, Reply::Type::nil);

    auto array = drip(reader, "*2\r\n$10\r\nmaxclients\r\n:7\r\n");
    ASSERT_TRUE(array && *array);
    ASSERT_EQ((*array)->elements.size(), 2U);
    EXPECT_EQ((*array)->elements[0].text, "maxclients");
    EXPECT_EQ((*array)->elements[1].integer, 7);
}

TEST(ReplyReader, an_incomplete_reply_wants_more_bytes) {
    ReplyReader reader;
    for (const std::string_view part : {"$5", "\r\nhe", "ll", "o\r"}) {
        const auto reply = drip(reader, part);
        ASSERT_TRUE(reply);
        EXPECT_FALSE(*reply);
    }
    const auto reply = drip(reader, "\n");
    ASSERT_TRUE(reply && *reply);
    EXPECT_EQ((*reply)->text, "hello");
}

TEST(ReplyReader, two_replies_in_one_read_are_taken_in_order) {
    ReplyReader reader;
    ASSERT_TRUE(reader.feed("+OK\r\n+PONG\r\n"));
    EXPECT_EQ((*reader.take())->text, "OK");
    EXPECT_EQ((*reader.take())->text, "PONG");
    EXPECT_FALSE(*reader.take());
}

TEST(ReplyReader, replies_before_garbage_are_given_first_however_the_bytes_are_cut) {
    ReplyReader reader;
    ASSERT_TRUE(reader.feed("-NOAUTH Authentication required.\r\nHTTP/1.1"));
    const auto reply = reader.take();
    ASSERT_TRUE(reply && *reply);
    EXPECT_EQ((*reply)->type, Reply::Type::error);
    const auto after = reader.take();
    ASSERT_FALSE(after);
    EXPECT_EQ(after.error().cause, Cause::peer_garbage);
    EXPECT_FALSE(reader.feed("+OK\r\n"));
}

TEST(ReplyReader, large_headers_are_refused_before_anything_is_allocated) {
    EXPECT_EQ(cause_of("$2000000000\r\n"), Cause::peer_too_large);
    EXPECT_EQ(cause_of("*1000000000\r\n"), Cause::peer_too_large);
    EXPECT_EQ(cause_of("*2\r\n*1000000000\r\n"), Cause::peer_too_large);
    EXPECT_EQ(cause_of("$99999999999999999999\r\n"), Cause::peer_garbage);
    EXPECT_EQ(cause_of("$-7\r\n"), Cause::peer_garbage);
    EXPECT_EQ(cause_of("$05\r\n"), Cause::peer_garbage);
}

TEST(ReplyReader, a_line_without_end_is_refused) {
    EXPECT_EQ(cause_of("-" + std::string(kMaxLine + 1, 'x')), Cause::peer_too_large);
    EXPECT_EQ(cause_of("$" + std::string(kMaxLine + 1, '1')), Cause::peer_too_large);
}

TEST(ReplyReader, deep_nesting_is_refused) {
    std::string bytes;
    for (int i = 0; i < kMaxDepth + 1; ++i)
        bytes += "*1\r\n";
    EXPECT_EQ(cause_of(bytes), Cause::peer_too_large);
}

TEST(ReplyReader, many_elements_together_cannot_pass_the_bound) {
    const std::string element = "$60000\r\n" + std::string(60000, 'x') + "\r\n";
    std::string bytes = "*100\r\n";
    for (int i = 0; i < 20; ++i)
        bytes += element;
    EXPECT_EQ(cause_of(bytes), Cause::peer_too_large);

    // Small ones, which cost more than their bytes.
    std::string small = "*8\r\n";
    for (int i = 0; i < 8; ++i) {
        small += "*16384\r\n";
        for (int j = 0; j < 16'384; ++j)
            small += ":0\r\n";
    }
    ASSERT_LT(small.size(), kMaxReply);
    EXPECT_EQ(cause_of(small), Cause::peer_too_large);
}

TEST(ReplyReader, the_slots_of_a_cluster_that_was_moved_about_are_read) {
    std::string bytes = "*4000\r\n";
    for (int i = 0; i < 4000; ++i) {
        const std::string slot = ":" + std::to_string(i) + "\r\n";
        const std::string node =
            "*4\r\n$13\r\n10.100.100.10\r\n:16379\r\n$40\r\n" + std::string(40, 'a') + "\r\n*0\r\n";
        bytes += "*4\r\n" + slot + slot + node + node;
    }
    ReplyReader reader;
    ASSERT_TRUE(reader.feed(bytes));
    const auto reply = reader.take();
    ASSERT_TRUE(reply && *reply);
    EXPECT_EQ((*reply)->elements.size(), 4000U);
}

TEST(ReplyReader, other_protocols_are_garbage_that_names_one_byte_only) {
    ReplyReader reader;
    const auto fed = reader.feed("HTTP/1.1 400 Bad Request\r\n");
    ASSERT_FALSE(fed);
    EXPECT_EQ(fed.error().cause, Cause::peer_garbage);
    EXPECT_EQ(fed.error().detail, "a Redis reply cannot begin with 'H'");
    EXPECT_EQ(cause_of(std::string_view("\x15\x03\x03\x00\x02", 5)), Cause::peer_garbage);
    EXPECT_EQ(cause_of("%1\r\n+a\r\n+b\r\n"), Cause::peer_garbage);  // RESP3 was never asked for
}

TEST(ReplyReader, a_failure_stays) {
    ReplyReader reader;
    EXPECT_FALSE(reader.feed("hello"));
    EXPECT_FALSE(reader.feed("+OK\r\n"));
}

TEST(ReplyReader, lines_must_end_with_cr_lf) {
    EXPECT_EQ(cause_of("+OK\n"), Cause::peer_garbage);
    EXPECT_EQ(cause_of("+O\rK\r\n"), Cause::peer_garbage);
}

// The text of all replies read, and how it ended: the same however the bytes are cut.
std::string read_in_pieces(std::string_view bytes, std::size_t piece) {
    ReplyReader reader;
    std::string seen;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        const auto fed = reader.feed(bytes.substr(at, piece));
        if (!fed) return "failed: " + std::string(to_string(fed.error().cause));
        while (true) {
            const auto reply = reader.take();
            if (!reply) return "failed: " + std::string(to_string(reply.error().cause));
            if (!*reply) break;
            seen += (*reply)->text + ";" + std::to_string((*reply)->elements.size()) + ";";
        }
    }
    return seen;
}

TEST(ReplyReader, mutated_replies_read_alike_in_every_cut) {
    const std::string seed =
        "+PONG\r\n-ERR x\r\n$12\r\nwith\r\nbreaks\r\n*2\r\n$3\r\nabc\r\n:12\r\n*-1\r\n$-1\r\n*0\r\n";
    std::mt19937 random(11);
    for (int round = 0; round < 3000; ++round) {
        std::string bytes = seed;
        for (unsigned change = random() % 4; change > 0; --change) {
            bytes[random() % bytes.size()] = static_cast<char>(random() % 256);
        }
        const std::string whole = read_in_pieces(bytes, bytes.size());
        EXPECT_EQ(read_in_pieces(bytes, 1), whole) << round;
        EXPECT_EQ(read_in_pieces(bytes, 5), whole) << round;
    }
}

}  // namespace
}  // namespace plumb::redis

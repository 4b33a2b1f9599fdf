#include "probes/grpc/session.hpp"

#include "tests/integration/grpc/frames.hpp"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::grpc_health {
namespace {

namespace h2 = test::h2;

struct Read {
    bool failed = false;
    bool done = false;
    std::optional<int> status;
    std::string body;
};

Read read_in_pieces(std::string_view bytes, std::size_t piece) {
    const Settings settings = settings_of(parse_url("grpc://h:1").value()).value();
    Session session(settings);
    Read read;
    bool started = false;
    for (std::size_t at = 0; at < bytes.size() && !read.failed && !session.done(); at += piece) {
        session.take_output();
        if (session.ready() && !started) {
            session.start(std::chrono::seconds(1));
            session.take_output();
            started = true;
        }
        read.failed = !session.feed(bytes.substr(at, piece));
    }
    session.take_output();
    read.failed = read.failed || (session.broken() && !session.done());
    read.done = session.done();
    read.status = session.answer().status;
    read.body = session.answer().body;
    return read;
}

TEST(GrpcSession, waits_for_the_servers_settings_and_then_calls) {
    const Settings settings = settings_of(parse_url("grpc://h:1/a.B").value()).value();
    Session session(settings);
    EXPECT_THAT(session.take_output(), testing::StartsWith("PRI * HTTP/2.0"));
    EXPECT_FALSE(session.ready());
    ASSERT_TRUE(session.feed(h2::settings()));
    EXPECT_TRUE(session.ready());
    session.start(std::chrono::milliseconds(1500));
    EXPECT_THAT(session.take_output(), testing::EndsWith(h2::data(1, check_request("a.B"), true)));
    ASSERT_TRUE(session.feed(h2::answer(1)));
    EXPECT_TRUE(session.answered());
    EXPECT_TRUE(session.done());
    EXPECT_EQ(session.answer().status, 0);
    session.goodbye();
    EXPECT_EQ(session.take_output(), h2::goaway(0, 0));
    EXPECT_FALSE(session.broken() && !session.done());
}

TEST(GrpcSession, an_answer_arrives_byte_by_byte) {
    const Read read = read_in_pieces(h2::settings() + h2::answer(1), 1);
    EXPECT_FALSE(read.failed);
    EXPECT_TRUE(read.done);
    EXPECT_EQ(read.status, 0);
}

TEST(GrpcSession, the_first_byte_already_tells_another_protocol) {
    const Settings settings = settings_of(parse_url("grpc://h:1").value()).value();
    for (const char* opening : {"H", "-", "\x15", "S"}) {
        Session session(settings);
        const auto fed = session.feed(opening);
        ASSERT_FALSE(fed) << opening;
        EXPECT_EQ(fed.error().cause, Cause::peer_garbage);
    }
}

// Whatever arrives, nothing grows without a bound, and a failure stays one.
TEST(GrpcSession, mutated_answers_end_in_an_answer_or_a_failure) {
    const std::string seed = h2::settings() +
                             h2::headers(1, {{":status", "200"}, {"content-type", "application/grpc"}}) +
                             h2::ping() + h2::data(1, std::string("\0\0\0\0\2\x08\1", 7)) +
                             h2::headers(1, {{"grpc-status", "0"}}, true) + h2::goaway(1, 0);
    std::mt19937 random(7);
    for (int round = 0; round < 3000; ++round) {
        std::string bytes = seed;
        for (unsigned change = random() % 4; change > 0; --change)
            bytes[random() % bytes.size()] = static_cast<char>(random() % 256);
        const Read read = read_in_pieces(bytes, 9);
        EXPECT_LE(read.body.size(), kMaxMessage);
    }
}

}  // namespace
}  // namespace plumb::grpc_health

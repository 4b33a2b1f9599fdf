#include "probes/grpc/session.hpp"

#include "tests/integration/grpc/frames.hpp"

#include <map>
#include <memory>
#include <nghttp2/nghttp2.h>
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

struct InflaterFree {
    void operator()(nghttp2_hd_inflater* inflater) const { nghttp2_hd_inflate_del(inflater); }
};

// The header of the call, as a server reads it from the first HEADERS frame of `frames`.
std::map<std::string, std::string> call_header(std::string_view frames) {
    const auto byte = [&frames](std::size_t at) { return static_cast<unsigned char>(frames.at(at)); };
    const auto size = [&byte] { return std::size_t{byte(0)} << 16U | std::size_t{byte(1)} << 8U | byte(2); };
    while (byte(3) != NGHTTP2_HEADERS)
        frames.remove_prefix(9 + size());
    const auto block = frames.substr(9, size());
    nghttp2_hd_inflater* made = nullptr;
    EXPECT_EQ(nghttp2_hd_inflate_new(&made), 0);
    const std::unique_ptr<nghttp2_hd_inflater, InflaterFree> inflater(made);
    std::map<std::string, std::string> fields;
    const auto* at = reinterpret_cast<const std::uint8_t*>(block.data());
    for (std::size_t left = block.size(); left > 0;) {
        nghttp2_nv field{};
        int flags = 0;
        const auto taken = nghttp2_hd_inflate_hd2(made, &field, &flags, at, left, 1);
        if (taken < 0) break;
        at += taken;
        left -= static_cast<std::size_t>(taken);
        if ((flags & NGHTTP2_HD_INFLATE_EMIT) == 0) continue;
        const auto text = [](const std::uint8_t* bytes, std::size_t length) {
            return std::string(reinterpret_cast<const char*>(bytes), length);
        };
        fields[text(field.name, field.namelen)] = text(field.value, field.valuelen);
    }
    return fields;
}

std::string timeout_sent_for(std::chrono::nanoseconds left) {
    const Settings settings = settings_of(parse_url("grpc://h:1").value()).value();
    Session session(settings);
    session.take_output();
    EXPECT_TRUE(session.feed(h2::settings()));
    session.start(left);
    return call_header(session.take_output())["grpc-timeout"];
}

// At most eight digits (doc/PROTOCOL-HTTP2.md).
TEST(GrpcSession, tells_the_server_how_long_we_wait) {
    EXPECT_EQ(timeout_sent_for(std::chrono::milliseconds(1500)), "1500000u");
    EXPECT_EQ(timeout_sent_for(std::chrono::microseconds(99'999'999)), "99999999u");
    EXPECT_EQ(timeout_sent_for(std::chrono::microseconds(100'000'999)), "100000m");
    EXPECT_EQ(timeout_sent_for(std::chrono::nanoseconds(-1)), "1u");
}

TEST(GrpcSession, the_call_is_what_grpc_wants) {
    const Settings settings =
        settings_of(parse_url("grpcs://h:1/a.B?header=x-key:t0ken&authority=api.test").value()).value();
    Session session(settings);
    session.take_output();
    ASSERT_TRUE(session.feed(h2::settings()));
    session.start(std::chrono::seconds(1));
    auto fields = call_header(session.take_output());
    EXPECT_EQ(fields[":method"], "POST");
    EXPECT_EQ(fields[":scheme"], "https");
    EXPECT_EQ(fields[":path"], "/grpc.health.v1.Health/Check");
    EXPECT_EQ(fields[":authority"], "api.test");
    EXPECT_EQ(fields["content-type"], "application/grpc");
    EXPECT_EQ(fields["te"], "trailers");
    EXPECT_EQ(fields["x-key"], "t0ken");
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

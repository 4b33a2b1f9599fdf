#include "probes/http/response.hpp"

#include "probes/http/status.hpp"

#include <random>

#include <gtest/gtest.h>

namespace plumb::http {
namespace {

net::IoResult<void> drip(Response& response, std::string_view bytes) {
    for (const char byte : bytes) {
        auto fed = response.feed(std::string_view(&byte, 1));
        if (!fed) return fed;
    }
    return {};
}

Cause cause_of(std::string_view bytes) {
    Response response(false);
    const auto fed = response.feed(bytes);
    return fed ? Cause::unknown : fed.error().cause;
}

TEST(HttpResponse, a_whole_answer_arrives_byte_by_byte) {
    Response response(false);
    ASSERT_TRUE(drip(response, "HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Length: 5\r\n\r\nhell"));
    EXPECT_TRUE(response.head_done());
    EXPECT_FALSE(response.done());
    EXPECT_EQ(response.head().status, 200);
    EXPECT_EQ(response.head().version, 11);
    EXPECT_EQ(response.head().field("server"), "nginx");
    ASSERT_TRUE(drip(response, "o"));
    EXPECT_TRUE(response.done());
}

TEST(HttpResponse, chunks_and_trailers_end_the_body) {
    Response response(false);
    ASSERT_TRUE(drip(
        response, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-T: 1\r\n\r\n"));
    EXPECT_TRUE(response.done());
}

TEST(HttpResponse, interim_answers_are_passed_over) {
    Response response(false);
    ASSERT_TRUE(drip(response, "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"));
    EXPECT_FALSE(response.head_done());
    ASSERT_TRUE(drip(response, "HTTP/1.1 204 No Content\r\n\r\n"));
    EXPECT_TRUE(response.done());
    EXPECT_EQ(response.head().status, 204);
}

TEST(HttpResponse, interim_answers_without_end_are_refused) {
    std::string bytes;
    for (int i = 0; i < 100; ++i)
        bytes += "HTTP/1.1 100 Continue\r\n\r\n";
    EXPECT_EQ(cause_of(bytes), Cause::peer_unexpected);
}

TEST(HttpResponse, a_bare_line_feed_ends_a_line_of_the_header) {
    for (const std::string bytes : {"HTTP/1.1 200 OK\nServer: x\nContent-Length: 2\n\nhi",
                                    "HTTP/1.1 200\r\nServer: x\nContent-Length: 2\r\n\nhi"}) {
        Response response(false, Keep{{}, true});
        ASSERT_TRUE(drip(response, bytes));
        EXPECT_TRUE(response.done());
        EXPECT_EQ(response.head().status, 200);
        EXPECT_EQ(response.head().field("server"), "x");
        EXPECT_EQ(response.body(), "hi");
    }
    EXPECT_EQ(cause_of("HTTP/1.1 200 OK\r\nA: b\rC: d\r\n\r\n"), Cause::peer_garbage);
}

TEST(HttpResponse, what_is_asked_for_is_kept_whole) {
    Response response(false, Keep{{"set-cookie"}, true});
    const std::string cookie(4000, 'c');
    ASSERT_TRUE(response.feed("HTTP/1.1 200 OK\r\nSet-Cookie: a\r\nset-cookie: " + cookie +
                              "\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"));
    EXPECT_TRUE(response.done());
    EXPECT_EQ(response.body(), "abcde");
    ASSERT_EQ(response.head().lines.size(), 2U);
    EXPECT_EQ(response.head().lines[1].second, cookie);
    EXPECT_EQ(response.head().lines[0].second, "a");
    EXPECT_TRUE(response.keeps_alive());
}

TEST(HttpResponse, a_kept_body_is_bounded) {
    Response response(false, Keep{{}, true});
    ASSERT_TRUE(response.feed("HTTP/1.1 200 OK\r\n\r\n"));
    const std::string block(65536, 'x');
    for (int i = 0; i < 20; ++i)
        ASSERT_TRUE(response.feed(block));
    EXPECT_TRUE(response.enough());
    EXPECT_EQ(response.body().size(), kMaxBody);
}

TEST(HttpResponse, only_a_server_that_says_so_keeps_the_connection) {
    const auto keeps = [](std::string_view bytes) {
        Response response(false);
        return response.feed(bytes).has_value() && response.done() && response.keeps_alive();
    };
    EXPECT_TRUE(keeps("HTTP/1.1 204 No Content\r\n\r\n"));
    EXPECT_FALSE(keeps("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"));
    EXPECT_FALSE(keeps("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"));
    EXPECT_TRUE(keeps("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n"));
}

TEST(HttpResponse, an_answer_to_head_has_no_body) {
    Response response(true);
    ASSERT_TRUE(response.feed("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"));
    EXPECT_TRUE(response.done());
}

TEST(HttpResponse, a_body_without_length_lasts_until_the_end) {
    Response response(false);
    ASSERT_TRUE(response.feed("HTTP/1.0 200 OK\r\n\r\nhello"));
    EXPECT_FALSE(response.done());
    EXPECT_TRUE(response.end_of_stream());
    EXPECT_EQ(response.head().version, 10);
}

TEST(HttpResponse, an_early_end_is_closed) {
    for (const char* bytes : {"", "HTTP/1.1 20", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
                              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"}) {
        Response response(false);
        ASSERT_TRUE(response.feed(bytes));
        const auto ended = response.end_of_stream();
        ASSERT_FALSE(ended) << bytes;
        EXPECT_EQ(ended.error().cause, Cause::peer_closed);
    }
}

TEST(HttpResponse, other_protocols_are_garbage) {
    EXPECT_EQ(cause_of("SSH-2.0-OpenSSH_9.2\r\n"), Cause::peer_garbage);
    EXPECT_EQ(cause_of("-ERR unknown command\r\n"), Cause::peer_garbage);
    EXPECT_EQ(cause_of("HTTP/9.9 200 OK\r\n\r\n"), Cause::peer_garbage);
    EXPECT_EQ(cause_of("HTTP/1.1 abc OK\r\n\r\n"), Cause::peer_garbage);
    EXPECT_EQ(cause_of("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"), Cause::peer_garbage);
    EXPECT_EQ(cause_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), Cause::peer_garbage);
    Response split(false);
    ASSERT_TRUE(split.feed("HTT"));
    EXPECT_FALSE(split.feed("X"));
    Response response(false);
    EXPECT_FALSE(response.feed("SSH-2.0-OpenSSH_9.2p1 Debian\r\n"));
    EXPECT_EQ(response.opening(), "SSH-2.0-OpenSSH_9.2p1 De");
}

TEST(HttpResponse, an_oversized_header_is_refused) {
    std::string bytes = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 40; ++i)
        bytes += "X-" + std::to_string(i) + ": " + std::string(1000, 'x') + "\r\n";
    EXPECT_EQ(cause_of(bytes), Cause::peer_too_large);
    EXPECT_EQ(cause_of("HTTP/1.1 200 OK\r\nX: " + std::string(kMaxHeader, 'x')), Cause::peer_too_large);
}

TEST(HttpResponse, an_endless_chunk_extension_is_refused_with_bounded_memory) {
    Response response(false);
    ASSERT_TRUE(response.feed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;"));
    const std::string block(4096, 'x');
    Cause cause = Cause::unknown;
    for (int i = 0; i < 64 && cause == Cause::unknown; ++i) {
        const auto fed = response.feed(block);
        if (!fed) cause = fed.error().cause;
    }
    EXPECT_TRUE(cause == Cause::peer_too_large || cause == Cause::peer_garbage);
}

TEST(HttpResponse, a_large_body_is_enough_at_the_bound) {
    Response response(false);
    ASSERT_TRUE(response.feed("HTTP/1.1 200 OK\r\n\r\n"));
    const std::string block(65536, 'x');
    for (int i = 0; i < 16; ++i)
        ASSERT_TRUE(response.feed(block));
    EXPECT_FALSE(response.enough());
    ASSERT_TRUE(response.feed("x"));
    EXPECT_TRUE(response.enough());
}

// Whole: what is scrubbed of secrets must not have been cut before.
TEST(HttpResponse, fields_are_whole_and_the_first_counts) {
    Response response(false);
    ASSERT_TRUE(response.feed("HTTP/1.1 200 OK\r\nserver: " + std::string(5000, 's') +
                              "\r\nServer: other\r\nX-Unknown: 1\r\n\r\n"));
    EXPECT_EQ(response.head().field("server"), std::string(5000, 's'));
    EXPECT_EQ(response.head().field("x-unknown"), "");
}

// Whatever arrives, and however it is cut, the verdict is the same.
struct Seen {
    Cause failed = Cause::unknown;
    int status = 0;
    bool done = false;
    friend bool operator==(const Seen&, const Seen&) = default;
};

Seen read_in_pieces(std::string_view bytes, std::size_t piece) {
    Response response(false);
    Seen seen;
    for (std::size_t at = 0; at < bytes.size() && !response.done(); at += piece) {
        const auto fed = response.feed(bytes.substr(at, piece));
        if (!fed) {
            seen.failed = fed.error().cause;
            return seen;
        }
    }
    seen.done = response.done();
    if (response.head_done()) seen.status = response.head().status;
    return seen;
}

TEST(HttpResponse, mutated_answers_read_alike_in_every_cut) {
    const std::vector<std::string> seeds{
        "HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nA: b\r\n\r\n",
        "HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 429 Slow\r\nRetry-After: 1\r\nContent-Length: "
        "0\r\n\r\n"};
    std::mt19937 random(7);
    for (int round = 0; round < 3000; ++round) {
        std::string bytes = seeds[random() % seeds.size()];
        for (unsigned change = random() % 4; change > 0; --change) {
            bytes[random() % bytes.size()] = static_cast<char>(random() % 256);
        }
        const Seen whole = read_in_pieces(bytes, bytes.size());
        for (const std::size_t piece : {1UL, 7UL}) {
            const Seen seen = read_in_pieces(bytes, piece);
            EXPECT_EQ(seen, whole) << round;
        }
    }
}

TEST(HttpStatus, each_status_has_its_cause) {
    EXPECT_EQ(cause_of_status(401), Cause::http_unauthorized);
    EXPECT_EQ(cause_of_status(403), Cause::http_unauthorized);
    EXPECT_EQ(cause_of_status(404), Cause::http_not_found);
    EXPECT_EQ(cause_of_status(429), Cause::http_rate_limited);
    EXPECT_EQ(cause_of_status(500), Cause::http_server_error);
    EXPECT_EQ(cause_of_status(502), Cause::http_bad_gateway);
    EXPECT_EQ(cause_of_status(503), Cause::http_unavailable);
    EXPECT_EQ(cause_of_status(504), Cause::http_gateway_timeout);
    EXPECT_EQ(cause_of_status(507), Cause::http_server_error);
    EXPECT_EQ(cause_of_status(418), Cause::http_status);
    EXPECT_EQ(cause_of_status(999), Cause::http_status);  // what some answer to clients they do not like
    EXPECT_EQ(cause_of_status(204), Cause::http_status);  // when only 200 was expected
}

TEST(HttpStatus, two_and_three_hundreds_are_expected_by_default) {
    const std::vector<StatusRange> usual{StatusRange{}};
    EXPECT_TRUE(is_expected(200, usual));
    EXPECT_TRUE(is_expected(399, usual));
    EXPECT_FALSE(is_expected(400, usual));
    EXPECT_FALSE(is_expected(101, usual));
}

}  // namespace
}  // namespace plumb::http

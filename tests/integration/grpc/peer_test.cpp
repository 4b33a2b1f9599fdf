// The grpc probe against peers that speak HTTP/2 wrongly, endlessly or not at all.
#include "probes/grpc/grpc.hpp"
#include "tests/integration/grpc/frames.hpp"
#include "tests/integration/probe_run/probe_run.hpp"
#include "tests/support/servers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb {
namespace {

namespace h2 = test::h2;
using test::Connection;
using test::failure_of;
using test::Script;
using test::ScriptedServer;
using testing::HasSubstr;

Outcome outcome_against(const Script& script, const std::string& rest = "") {
    const ScriptedServer peer(script);
    Outcome outcome = test::run_probe(grpc_kind(), "grpc://127.0.0.1:" + std::to_string(peer.port()) + rest);
    test::expect_sound(outcome, {"t0ken-word"});
    return outcome;
}

// Says `first` at once, waits for the call, says `then`, and stays until the client goes.
Script speaking(std::string first, std::string then) {
    return [first = std::move(first), then = std::move(then)](Connection& connection) {
        connection.write(first);
        connection.read_until(h2::call());
        connection.write(then);
        connection.wait_for_close();
    };
}
Script answering(std::string bytes) {
    return speaking(h2::settings(), std::move(bytes));
}
std::string failure_for(const std::string& answer) {
    return failure_of(outcome_against(answering(answer)));
}

const h2::Fields kHead{{":status", "200"}, {"content-type", "application/grpc"}};

h2::Fields trailers_only(const std::string& status, const std::string& words) {
    h2::Fields fields = kHead;
    fields.emplace_back("grpc-status", status);
    fields.emplace_back("grpc-message", words);
    return fields;
}

TEST(GrpcPeer, an_answer_of_our_own_frames_is_understood) {
    EXPECT_EQ(failure_for(h2::answer(1)), "ok");
    EXPECT_EQ(failure_for(h2::answer(0)), "first_byte grpc.not_serving");
    EXPECT_EQ(failure_for(h2::answer(2)), "first_byte grpc.not_serving");
    EXPECT_EQ(failure_for(h2::answer(3)), "first_byte grpc.unknown_service");
}

TEST(GrpcPeer, each_status_has_its_cause_also_in_trailers_alone) {
    const std::vector<std::pair<std::string, std::string>> table{
        {"4", "grpc.deadline_exceeded"},  {"5", "grpc.unknown_service"},  {"7", "grpc.permission_denied"},
        {"8", "grpc.resource_exhausted"}, {"12", "grpc.unimplemented"},   {"13", "grpc.error"},
        {"14", "grpc.unavailable"},       {"16", "grpc.unauthenticated"}, {"99", "grpc.error"}};
    for (const auto& [status, cause] : table)
        EXPECT_EQ(failure_for(h2::headers(1, trailers_only(status, "x"), true)), "first_byte " + cause)
            << status;
}

TEST(GrpcPeer, its_words_are_decoded_escaped_and_without_our_secrets) {
    const auto words = "no%20entry%0Afor Bearer t0ken-word";
    const Outcome outcome = outcome_against(answering(h2::headers(1, trailers_only("16", words), true)),
                                            "?header=authorization:Bearer%20t0ken-word");
    EXPECT_EQ(outcome.failure->detail, "UNAUTHENTICATED: “no entry\\x0Afor ***”");
}

TEST(GrpcPeer, http_without_a_status_of_grpc_is_translated) {
    EXPECT_EQ(failure_for(h2::headers(1, {{":status", "503"}}, true)), "first_byte grpc.unavailable");
    EXPECT_EQ(failure_for(h2::headers(1, {{":status", "404"}}, true)), "first_byte grpc.unimplemented");
    EXPECT_EQ(failure_for(h2::headers(1, {{":status", "200"}, {"content-type", "text/html"}}, true)),
              "first_byte peer.unexpected");
    EXPECT_EQ(failure_for(h2::headers(1, kHead, true)), "first_byte peer.unexpected");
}

TEST(GrpcPeer, a_call_that_is_refused_says_why) {
    EXPECT_EQ(failure_for(h2::reset(1, 7)), "first_byte grpc.unavailable");          // REFUSED_STREAM
    EXPECT_EQ(failure_for(h2::reset(1, 11)), "first_byte grpc.resource_exhausted");  // ENHANCE_YOUR_CALM
    EXPECT_EQ(failure_for(h2::goaway(0, 0, "max_age")), "first_byte grpc.unavailable");
    const Outcome early = outcome_against(speaking(h2::settings() + h2::goaway(0, 11, "too_many_pings"), ""));
    EXPECT_EQ(failure_of(early), "send grpc.resource_exhausted");
    EXPECT_THAT(early.failure->detail, HasSubstr("too_many_pings"));
    EXPECT_EQ(failure_for(h2::goaway(1, 0) + h2::answer(1)), "ok");  // it lets this call pass
}

TEST(GrpcPeer, a_message_that_is_none_is_garbage) {
    const auto with = [](const std::string& message) {
        return h2::headers(1, kHead) + h2::data(1, message) + h2::headers(1, {{"grpc-status", "0"}}, true);
    };
    EXPECT_EQ(failure_for(with(std::string("\0\0\0\0\x09\x08\x01", 7))), "first_byte peer.garbage");
    EXPECT_EQ(failure_for(with(std::string("\0\0\0\0\2\xff\xff", 7))), "first_byte peer.garbage");
    EXPECT_EQ(failure_for(with(std::string("\1\0\0\0\2\x08\x01", 7))), "first_byte peer.unexpected");
    EXPECT_EQ(failure_for(with("")), "first_byte peer.unexpected");
}

TEST(GrpcPeer, other_protocols_are_garbage_and_say_what_they_are) {
    const Outcome http1 = outcome_against(test::answering("HTTP/1.1 400 Bad Request\r\n\r\n"));
    EXPECT_EQ(failure_of(http1), "send peer.garbage");
    EXPECT_THAT(http1.failure->detail, HasSubstr("HTTP/1"));
    const Outcome tls = outcome_against(test::answering(std::string("\x15\x03\x01\x00\x02\x02\x28", 7)));
    EXPECT_THAT(tls.failure->detail, HasSubstr("grpcs"));
    EXPECT_EQ(failure_of(outcome_against(test::answering("-ERR unknown command\r\n"))), "send peer.garbage");
    EXPECT_EQ(failure_of(outcome_against(test::answering(test::garbage()))), "send peer.garbage");
    EXPECT_EQ(failure_of(outcome_against(test::answering(h2::ping()))), "send peer.garbage");
    EXPECT_EQ(failure_of(outcome_against(test::closing_after_request())), "send peer.closed");
    EXPECT_EQ(failure_of(outcome_against(test::resetting())), "send peer.reset");
}

TEST(GrpcPeer, broken_frames_are_garbage) {
    EXPECT_EQ(failure_for(h2::frame(0, 0, 7, "data of no call")), "first_byte peer.garbage");
    EXPECT_EQ(failure_for(h2::frame(1, 4, 1, "\xff\xff\xff\xff\xff\xff")), "first_byte peer.garbage");
    EXPECT_EQ(failure_for(h2::frame(8, 0, 0, "x")), "first_byte peer.garbage");
}

// Floods whose end no bound of ours would wait for.
Script flooding(std::string once, std::string forever) {
    return [once = std::move(once), forever = std::move(forever)](Connection& connection) {
        connection.write(h2::settings());
        connection.read_until(h2::call());
        connection.write(once);
        std::string block;
        while (block.size() < 4096)
            block += forever;
        while (connection.write(block)) {
        }
    };
}

TEST(GrpcPeer, what_has_no_end_is_too_large) {
    for (const std::string& forever :
         {h2::ping(), h2::settings(), h2::frame(8, 0, 0, std::string("\0\0\0\1", 4)),
          h2::frame(0x7f, 0, 0, "an extension that nobody knows")}) {
        const auto failure = failure_of(outcome_against(flooding("", forever)));
        EXPECT_EQ(failure, "first_byte peer.too_large") << static_cast<int>(forever[3]);
    }
    const auto reset = failure_of(outcome_against(flooding("", h2::reset(3, 0))));
    EXPECT_THAT(reset, testing::StartsWith("first_byte peer."));
    const auto body =
        failure_of(outcome_against(flooding(h2::headers(1, kHead), h2::data(1, std::string(512, 'x')))));
    EXPECT_EQ(body, "transfer peer.too_large");
    h2::Fields many = kHead;
    for (int i = 0; i < 200; ++i)
        many.emplace_back("x-" + std::to_string(i), std::string(100, 'x'));
    const std::string block = h2::headers(1, many).substr(9);
    std::string frames = h2::frame(1, 0, 1, std::string_view(block).substr(0, 16000));
    frames += h2::frame(9, 4, 1, std::string_view(block).substr(16000));
    EXPECT_EQ(failure_for(frames), "first_byte peer.too_large");
}

// A header that goes on for ever, in frames of nothing and in frames of something (CVE-2024-28182).
TEST(GrpcPeer, a_header_without_end_is_not_waited_for) {
    const std::string begun = h2::frame(1, 0, 1, h2::headers(1, kHead).substr(9));
    EXPECT_THAT(failure_of(outcome_against(flooding(begun, h2::frame(9, 0, 1, "")))),
                testing::StartsWith("first_byte peer."));
    const std::string field = h2::headers(1, {{"x", "y"}}).substr(9);
    EXPECT_THAT(failure_of(outcome_against(flooding(begun, h2::frame(9, 0, 1, field)))),
                testing::StartsWith("first_byte peer."));
}

TEST(GrpcPeer, a_frame_larger_than_we_allow_is_garbage) {
    const std::string huge("\xff\xff\xff\0\0\0\0\0\1", 9);
    EXPECT_EQ(failure_for(huge + std::string(4096, 'x')), "first_byte peer.garbage");
}

TEST(GrpcPeer, gets_the_call_as_grpc_writes_it_and_a_goodbye) {
    std::string received;
    {
        const ScriptedServer peer([&received](Connection& connection) {
            connection.write(h2::settings());
            received = connection.read_until(h2::call());
            connection.write(h2::answer(1));
            received += connection.read_until("never");
        });
        EXPECT_EQ(failure_of(test::run_probe(grpc_kind(), "grpc://127.0.0.1:" + std::to_string(peer.port()))),
                  "ok");
    }
    EXPECT_THAT(received, testing::StartsWith("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
    EXPECT_THAT(received, testing::EndsWith(h2::goaway(0, 0)));
}

}  // namespace
}  // namespace plumb

#include "probes/grpc/health.hpp"

#include "probes/grpc/status.hpp"

#include <gtest/gtest.h>

namespace plumb::grpc_health {
namespace {

Answer ok(std::string body) {
    Answer answer;
    answer.http_status = 200;
    answer.content_type = "application/grpc";
    answer.status = kOk;
    answer.body = std::move(body);
    return answer;
}
Cause cause_of(const Answer& answer) {
    const auto verdict = judge(answer, "");
    return verdict.bad ? verdict.bad->cause : Cause::unknown;
}

TEST(GrpcHealth, a_request_is_a_message_behind_its_prefix) {
    EXPECT_EQ(check_request(""), std::string(5, '\0'));
    EXPECT_EQ(check_request("a.B"), std::string("\0\0\0\0\5\x0a\3a.B", 10));
}

TEST(GrpcHealth, an_answer_says_how_the_service_is) {
    EXPECT_EQ(judge(ok(std::string("\0\0\0\0\2\x08\1", 7)), "").health, "SERVING");
    EXPECT_FALSE(judge(ok(std::string("\0\0\0\0\2\x08\1", 7)), "").bad);
    EXPECT_EQ(cause_of(ok(std::string("\0\0\0\0\2\x08\2", 7))), Cause::grpc_not_serving);
    EXPECT_EQ(cause_of(ok(std::string("\0\0\0\0\0", 5))), Cause::grpc_not_serving);  // UNKNOWN is the default
    EXPECT_EQ(cause_of(ok(std::string("\0\0\0\0\2\x08\x63", 7))), Cause::grpc_not_serving);
    EXPECT_EQ(judge(ok(std::string("\0\0\0\0\6\x08\1\x12\2hi", 11)), "").health,
              "SERVING");  // a field of later
}

TEST(GrpcHealth, what_is_no_message_is_told) {
    EXPECT_EQ(cause_of(ok("")), Cause::peer_unexpected);
    EXPECT_EQ(cause_of(ok(std::string("\1\0\0\0\0", 5))), Cause::peer_unexpected);
    EXPECT_EQ(cause_of(ok(std::string("\0\0\0\0\1", 5))), Cause::peer_garbage);
    EXPECT_EQ(cause_of(ok(std::string("\0\xff\xff\xff\xff\x08", 6))), Cause::peer_garbage);
}

TEST(GrpcStatus, codes_have_names_and_what_is_none_is_unknown) {
    EXPECT_EQ(status_name(parse_status("0")), "OK");
    EXPECT_EQ(status_name(parse_status("16")), "UNAUTHENTICATED");
    for (const char* text : {"", "17", "-1", "1x", "999999999999"})
        EXPECT_EQ(parse_status(text), kUnknown) << text;
    EXPECT_EQ(cause_of_status(kUnknown), Cause::grpc_error);
}

TEST(GrpcStatus, http_and_resets_are_translated) {
    EXPECT_EQ(cause_of_status(status_of_http(401)), Cause::grpc_unauthenticated);
    EXPECT_EQ(cause_of_status(status_of_http(403)), Cause::grpc_permission_denied);
    EXPECT_EQ(cause_of_status(status_of_http(404)), Cause::grpc_unimplemented);
    EXPECT_EQ(cause_of_status(status_of_http(429)), Cause::grpc_unavailable);
    EXPECT_EQ(cause_of_status(status_of_http(418)), Cause::grpc_error);
    EXPECT_EQ(cause_of_status(status_of_reset(7)), Cause::grpc_unavailable);
    EXPECT_EQ(cause_of_status(status_of_reset(12)), Cause::grpc_permission_denied);
    EXPECT_EQ(cause_of_status(status_of_reset(2)), Cause::grpc_error);
}

}  // namespace
}  // namespace plumb::grpc_health

#include "probes/http/transcript.hpp"

#include "probes/http/request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::http {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

std::string no_variables(const char*) {
    return {};
}
Settings of(std::string_view text) {
    return settings_of(parse_url(text).value(), true, no_variables).value();
}

std::vector<std::string> words(const Run& run) {
    std::vector<std::string> out;
    for (const auto& step : run.outcome.said)
        out.push_back((step.sent ? "> " : "< ") + step.words);
    return out;
}

std::vector<std::string> of_request(const Settings& settings) {
    Run run(Clock::now() + std::chrono::seconds(1));
    run.listen({});
    say_request(run, request(settings, first_hop(settings), {}).reveal(), settings);
    return words(run);
}

std::vector<std::string> of_answer(std::string_view header, std::string_view url = "http://h/") {
    const Settings settings = of(url);
    Run run(Clock::now() + std::chrono::seconds(1));
    run.listen({});
    say_answer(run, header, settings);
    return words(run);
}

TEST(HttpTranscript, a_request_is_told_line_by_line) {
    const auto said = of_request(of("http://api.example.com/health"));
    ASSERT_GE(said.size(), 4U);
    EXPECT_EQ(said[0], "> GET /health HTTP/1.1");
    EXPECT_EQ(said[1], "> Host: api.example.com");
}

TEST(HttpTranscript, nothing_of_a_request_that_may_be_secret_is_told) {
    const auto said =
        of_request(of("http://app:hunter2pass@h/"
                      "a?key=hunter2query&n=1#header=X-Team:hunter2header&header=Authorization:Bearer%20"
                      "hunter2bearer&body=hunter2body&method=POST"));
    EXPECT_EQ(said[0], "> POST /a?*** HTTP/1.1");
    EXPECT_THAT(said, Contains("> X-Team: ***"));
    EXPECT_THAT(said, Contains("> Authorization: ***"));
    EXPECT_THAT(said, Contains("> and a body of 11 bytes"));
    for (const auto& line : said) {
        EXPECT_THAT(line, Not(HasSubstr("hunter2")));
        EXPECT_THAT(line, Not(HasSubstr("n=1")));
    }
    for (const auto& line : of_request(of("http://app:hunter2pass@h/")))
        EXPECT_THAT(line, Not(HasSubstr("YXBwOmh1bnRlcjJwYXNz")));
}

TEST(HttpTranscript, nothing_of_an_answer_that_may_let_somebody_in_is_told) {
    const auto said = of_answer(
        "HTTP/1.1 302 Found\r\nSet-Cookie: id=hunter2\r\nX-Api-Token: hunter2\r\nX-Amz-Signature: hunter2\r\n"
        "Location: https://u:hunter2@other/login?next=hunter2\r\nServer: nginx\r\nEcho: hunter2\r\n\r\n",
        "http://h/?key=hunter2");
    EXPECT_THAT(said, Contains("< HTTP/1.1 302 Found"));
    EXPECT_THAT(said, Contains("< Set-Cookie: ***"));
    EXPECT_THAT(said, Contains("< Location: https://***@other/login?***"));
    EXPECT_THAT(said, Contains("< Server: nginx"));
    EXPECT_THAT(said, Contains("< Echo: ***"));
    for (const auto& line : said)
        EXPECT_THAT(line, Not(HasSubstr("hunter2")));
}

TEST(HttpTranscript, a_challenge_is_shown_and_a_header_without_end_is_cut) {
    EXPECT_THAT(of_answer("HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"x\"\r\n\r\n"),
                Contains("< WWW-Authenticate: Basic realm=\"x\""));
    std::string header = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 1000; ++i)
        header += "X-N: " + std::string(1000, 'n') + "\r\n";
    const auto said = of_answer(header + "\r\n");
    EXPECT_EQ(said.size(), 25U);
    EXPECT_EQ(said.back(), "< …");
}

}  // namespace
}  // namespace plumb::http

#include "probes/postgres/trace.hpp"

#include "probes/postgres/authentication.hpp"

#include <gtest/gtest.h>

namespace plumb::postgres {
namespace {

std::string told(std::string_view line) {
    const auto message = parse_trace_line(line);
    if (!message) return "(nothing)";
    return (message->sent ? "> " : "< ") + message->name +
           (message->words.empty() ? "" : " " + message->words);
}

// Lines of libpq 15, as PQtrace() writes them without time stamps.
TEST(PostgresTrace, messages_are_told_by_their_names) {
    EXPECT_EQ(told("F\t8\tUnknown message: length is 8"), "> SSLRequest");
    EXPECT_EQ(told("F\t36\tUnknown message: length is 36"), "> StartupMessage");
    EXPECT_EQ(told("F\t20\tQuery\t \"SELECT 1 AS one\""), "> Query SELECT 1 AS one");
    EXPECT_EQ(told("F\t4\tTerminate"), "> Terminate");
    EXPECT_EQ(told("B\t13\tCommandComplete\t \"SELECT 1\""), "< CommandComplete SELECT 1");
    EXPECT_EQ(told("B\t5\tReadyForQuery\t I"), "< ReadyForQuery");
    EXPECT_EQ(told("B\t103\tErrorResponse\t S \"ERROR\" V \"ERROR\" C \"42703\" M \"column \"nope\" does not "
                   "exist\" P "
                   "\"8\" F \"parse_relation.c\" L \"3665\" R \"errorMissingColumn\" \\x00"),
              "< ErrorResponse ERROR 42703: column \"nope\" does not exist");
}

TEST(PostgresTrace, passwords_keys_settings_and_rows_are_not_told) {
    EXPECT_EQ(told("F\t54\tUnknown message: 70"), "> PasswordMessage or SASLResponse ***");
    EXPECT_EQ(told("B\t12\tBackendKeyData\t 7210 880425500"), "< BackendKeyData");
    EXPECT_EQ(told("B\t50\tParameterStatus\t \"server_version\" \"15.20\""), "< ParameterStatus");
    EXPECT_EQ(told("B\t11\tDataRow\t 1 7 'hunter2'"), "< DataRow");
}

std::string request(char kind, char code) {
    return std::string{kind, 0, 0, 0, 12, 0, 0, 0, code, 'x', 'y', 'z', 'w'};
}

TEST(PostgresTrace, the_servers_requests_to_log_in_have_names) {
    EXPECT_EQ(authentication_name(request('R', 5)), "AuthenticationMD5Password");
    EXPECT_EQ(authentication_name(request('R', 10)), "AuthenticationSASL");
    EXPECT_EQ(authentication_name(request('R', 11)), "AuthenticationSASLContinue");
    EXPECT_EQ(authentication_name(request('R', 12)), "AuthenticationSASLFinal");
    EXPECT_EQ(authentication_name(request('R', 0)), "");
    EXPECT_EQ(authentication_name(request('E', 10)), "");
    EXPECT_EQ(authentication_name("R"), "");
}

// What PQtrace() leaves out stands between what it tells, and no byte of it with the name.
TEST(PostgresTrace, they_are_told_once_each_and_without_their_contents) {
    plumb::Run run(Clock::now() + std::chrono::seconds(1));
    run.listen({});
    const Login login;
    {
        Trace trace(run, login);
        run.begin("authenticate");
        trace.arriving(request('R', 10));
        trace.arriving(request('R', 10));
        trace.arriving(request('R', 11));
        trace.arriving(request('S', 11));
        trace.no_answer("SSH-2.0-OpenSSH_9.2\r\n" + std::string(100, 'x'));
    }
    std::vector<std::string> words;
    for (const auto& step : run.outcome.said)
        words.push_back(step.words);
    ASSERT_EQ(words.size(), 3U);
    EXPECT_EQ(words[0], "AuthenticationSASL");
    EXPECT_EQ(words[1], "AuthenticationSASLContinue");
    EXPECT_EQ(words[2].substr(0, 22), "“SSH-2.0-OpenSSH_9.2");
    EXPECT_LT(words[2].size(), 80U);
}

TEST(PostgresTrace, what_is_no_line_of_a_message_is_none) {
    EXPECT_EQ(told("mismatched message length: consumed 4, expected 54"), "(nothing)");
    EXPECT_EQ(told("AS one\""), "(nothing)");
    EXPECT_EQ(told(""), "(nothing)");
    EXPECT_EQ(told("F\t"), "(nothing)");
    EXPECT_EQ(told("B\t5\t"), "< ");
    EXPECT_EQ(told("B\t103\tErrorResponse\t S \"ERR"), "< ErrorResponse ERR: ");
}

}  // namespace
}  // namespace plumb::postgres

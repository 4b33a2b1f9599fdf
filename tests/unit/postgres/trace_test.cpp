#include "probes/postgres/trace.hpp"

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

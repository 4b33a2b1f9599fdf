#include "probes/postgres/failure.hpp"

#include <gtest/gtest.h>

namespace plumb::postgres {
namespace {

constexpr const char* kPrefix = "connection to server at \"db\" (127.0.0.1), port 5432 failed: ";

std::string code(const net::Failed& failed) {
    return std::string(to_string(failed.cause));
}

struct Case {
    const char* message;
    Cause cause;
    const char* detail;
};

class LoginWords : public testing::TestWithParam<Case> {};

TEST_P(LoginWords, have_their_cause) {
    const auto failed = login_failure(kPrefix + std::string(GetParam().message));
    EXPECT_EQ(failed.cause, GetParam().cause) << code(failed);
    EXPECT_EQ(failed.detail, GetParam().detail);
}

INSTANTIATE_TEST_SUITE_P(
    FromServer, LoginWords,
    testing::Values(
        Case{"FATAL:  28P01: password authentication failed for user \"app\"\nLOCATION:  "
             "auth_failed, auth.c:338\n",
             Cause::postgres_auth_failed, "28P01: “password authentication failed for user \"app\"”"},
        Case{"FATAL:  28000: no pg_hba.conf entry for host \"::1\"\n", Cause::postgres_not_authorized,
             "28000: “no pg_hba.conf entry for host \"::1\"”"},
        Case{"FATAL:  3D000: database \"x\" does not exist\n", Cause::postgres_no_database,
             "3D000: “database \"x\" does not exist”"},
        Case{"FATAL:  53300: sorry, too many clients already\n", Cause::postgres_too_many_connections,
             "53300: “sorry, too many clients already”"},
        Case{"FATAL:  57P03: the database system is starting up\n", Cause::postgres_starting_up,
             "57P03: “the database system is starting up”"},
        Case{"FATAL:  57P03: the database system is shutting down\n", Cause::postgres_shutting_down,
             "57P03: “the database system is shutting down”"},
        Case{"FATAL:  57P01: terminating connection\n", Cause::postgres_shutting_down,
             "57P01: “terminating connection”"},
        Case{"SCHWERWIEGEND:  42501: keine Berechtigung\n", Cause::postgres_insufficient_privilege,
             "42501: “keine Berechtigung”"},
        Case{"FATAL:  XX000: Tenant or user not found\n", Cause::postgres_error,
             "XX000: “Tenant or user not found”"},
        Case{"FATAL:  08P01: no more connections allowed (max_client_conn)\n",
             Cause::postgres_too_many_connections, "08P01: “no more connections allowed (max_client_conn)”"},
        Case{"FATAL:  08P01: no such database: shop\n", Cause::postgres_no_database,
             "08P01: “no such database: shop”"},
        Case{"FATAL:  08P01: query_wait_timeout\n", Cause::postgres_too_many_connections,
             "08P01: “query_wait_timeout”"},
        Case{"FATAL:  08P01: not allowed\n", Cause::postgres_not_authorized, "08P01: “not allowed”"},
        Case{"ERROR:  08P01: unsupported startup parameter: x\n", Cause::postgres_error,
             "08P01: “unsupported startup parameter: x”"}));

INSTANTIATE_TEST_SUITE_P(
    FromLibpq, LoginWords,
    testing::Values(Case{"fe_sendauth: no password supplied\n", Cause::postgres_auth_failed,
                         "the server asks for a password and the target has none"},
                    Case{"server does not support SSL, but SSL was required\n", Cause::tls_refused,
                         "server does not support SSL, but SSL was required"},
                    Case{"received invalid response to SSL negotiation: H\n", Cause::peer_garbage,
                         "received invalid response to SSL negotiation: H"},
                    Case{"expected authentication request from server, but received H\n", Cause::peer_garbage,
                         "expected authentication request from server, but received H"},
                    Case{"server closed the connection unexpectedly\n\tThis probably means\n",
                         Cause::peer_closed, "server closed the connection unexpectedly"},
                    Case{"could not receive data from server: Connection reset by peer\n", Cause::peer_reset,
                         "could not receive data from server: Connection reset by peer"},
                    Case{"GSSAPI name import error\n", Cause::postgres_unsupported_auth,
                         "the server asks for GSSAPI (Kerberos)"},
                    Case{"authentication method 99 not supported\n", Cause::postgres_unsupported_auth,
                         "authentication method 99 not supported"},
                    Case{"channel binding required, but not supported by server's authentication request\n",
                         Cause::postgres_unsupported_auth,
                         "channel binding required, but not supported by server's authentication request"},
                    Case{"private key file \"/k\" has group or world access\n", Cause::local_error,
                         "private key file \"/k\" has group or world access"},
                    Case{"SSL error: sslv3 alert handshake failure\n", Cause::tls_handshake_failure,
                         "SSL error: sslv3 alert handshake failure"},
                    Case{"server sent an error response during SSL exchange\n", Cause::postgres_error,
                         "server sent an error response during SSL exchange"},
                    Case{"something new\n", Cause::postgres_error, "something new"},
                    Case{"", Cause::postgres_error, "libpq gave no reason"}));

TEST(PostgresFailure, an_error_message_is_read_in_either_form_and_cut_anywhere) {
    using namespace std::string_literals;
    const auto modern = "E\0\0\0\x2aSFATAL\0C53300\0Msorry, too many clients already\0\0"s;
    const auto whole = error_message_failure(modern);
    EXPECT_EQ(code(whole), "postgres.too_many_connections");
    EXPECT_EQ(whole.detail, "53300: “sorry, too many clients already”");
    for (std::size_t size = 0; size <= modern.size(); ++size)
        EXPECT_EQ(code(error_message_failure(modern.substr(0, size))).substr(0, 9), "postgres.");
    const auto bare = error_message_failure("Ecould not fork new process for connection: x\n\0"s);
    EXPECT_EQ(code(bare), "postgres.error");
    EXPECT_EQ(bare.detail, "“could not fork new process for connection: x”");
}

TEST(PostgresFailure, of_several_tries_the_last_counts) {
    const auto message =
        kPrefix + std::string("FATAL:  28000: with TLS\n") + kPrefix + "FATAL:  28P01: without\n";
    EXPECT_EQ(code(login_failure(message)), "postgres.auth_failed");
    EXPECT_EQ(code(login_failure(message + kPrefix)), "postgres.auth_failed");  // a third has just begun
}

TEST(PostgresFailure, a_servers_words_without_a_code_are_not_taken_for_one) {
    EXPECT_EQ(code(login_failure("FATAL:  hello: world")), "postgres.error");
    EXPECT_EQ(code(login_failure("FATAL:  28P01")), "postgres.auth_failed");
}

TEST(PostgresFailure, connect_errors_are_known_by_the_kernels_words) {
    const auto words = [](const char* text) {
        return code(connect_words_failure(kPrefix + std::string(text)));
    };
    EXPECT_EQ(words("Connection refused\n\tIs the server running?\n"), "tcp.refused");
    EXPECT_EQ(words("Network is unreachable\n"), "tcp.unreachable");
    EXPECT_EQ(words("No route to host\n"), "tcp.unreachable");
    EXPECT_EQ(words("Cannot assign requested address\n"), "tcp.no_local_address");
    EXPECT_EQ(words("Operation not permitted\n"), "tcp.not_permitted");
    EXPECT_EQ(code(connect_words_failure("could not create socket: Too many open files\n")),
              "local.descriptors");
    EXPECT_EQ(words("Protocol error\n"), "tcp.failed");
}

TEST(PostgresFailure, statement_errors_go_by_their_code) {
    EXPECT_EQ(code(server_failure("57014", "canceling statement due to statement timeout")),
              "postgres.statement_timeout");
    EXPECT_EQ(code(server_failure("25006", "read only")), "postgres.read_only");
    EXPECT_EQ(server_failure("42501", "").detail, "42501");
}

}  // namespace
}  // namespace plumb::postgres

#include "probes/postgres/inspect.hpp"

#include "probes/postgres/sections.hpp"
#include "tests/unit/postgres/tables.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::postgres {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

Server server15() {
    Server server;
    server.version = 150020;
    server.key_pid = 4711;
    return server;
}

Table settings() {
    return table({{"server_version", "15.20 (Debian)"},
                  {"in_recovery", "f"},
                  {"own_pid", "4711"},
                  {"max_connections", "100"}});
}

Reply refused(std::size_t answered, const char* state, const char* words) {
    Reply reply;
    for (std::size_t i = 0; i < answered; ++i)
        reply.tables.push_back(settings());
    reply.refusal = net::Failed(Cause::postgres_insufficient_privilege, std::string(state) + ": " + words);
    return reply;
}

TEST(PostgresInspection, asks_everything_in_one_message_and_is_done_when_all_is_answered) {
    Refusals refusals;
    Inspection inspection(server15(), refusals);
    const auto sql = inspection.next(2s);
    ASSERT_TRUE(sql);
    for (const char* part : {"pg_stat_activity", "pg_extension", "pg_stat_replication"})
        EXPECT_THAT(*sql, HasSubstr(part));
    EXPECT_THAT(*sql, Not(HasSubstr("pg_database_size")));
    Outcome outcome;
    Reply reply;
    reply.tables.assign(4, settings());
    EXPECT_FALSE(inspection.take(reply, outcome));
    EXPECT_FALSE(inspection.next(2s));
    EXPECT_EQ(fact(outcome, "postgres.inspection_refused"), "(absent)");
}

TEST(PostgresInspection, the_size_is_read_only_against_a_limit) {
    Refusals refusals;
    auto server = server15();
    server.size_limit = 1000;
    Inspection inspection(server, refusals);
    EXPECT_THAT(inspection.next(2s).value(), HasSubstr("pg_database_size"));
}

TEST(PostgresInspection, only_what_waits_for_nothing_comes_before_the_bound) {
    Refusals refusals;
    Inspection inspection(server15(), refusals);
    const auto sql = inspection.next(2s).value();
    const auto bound = sql.find("; SET LOCAL statement_timeout = 1800; ");
    ASSERT_NE(bound, std::string::npos);
    EXPECT_EQ(sql.substr(0, bound).find("FROM"), std::string::npos);  // a table may be locked
    EXPECT_EQ(sql.find("SET LOCAL", bound + 3), std::string::npos);
}

TEST(PostgresInspection, a_refused_section_is_left_out_and_the_rest_asked_for_again) {
    Refusals refusals;
    Inspection inspection(server15(), refusals);
    inspection.next(2s);
    Outcome outcome;
    EXPECT_FALSE(inspection.take(refused(1, "42501", "permission denied"), outcome));
    EXPECT_EQ(fact(outcome, "postgres.inspection_refused"), "activity: 42501: permission denied");
    EXPECT_EQ(fact(outcome, "postgres.role"), "primary");
    const auto again = inspection.next(1s).value();
    EXPECT_EQ(again.find("SET LOCAL statement_timeout = 900; "), 0U);
    EXPECT_THAT(again, Not(HasSubstr("pg_stat_activity")));
    EXPECT_THAT(again, HasSubstr("pg_extension"));
}

TEST(PostgresInspection, what_was_refused_is_not_asked_again_for_a_while_and_still_told) {
    Refusals refusals;
    {
        Inspection first(server15(), refusals);
        first.next(2s);
        Outcome outcome;
        first.take(refused(1, "42501", "no"), outcome);
    }
    for (int i = 1; i < Refusals::kRemembered; ++i) {
        Inspection later(server15(), refusals);
        EXPECT_THAT(later.next(2s).value(), Not(HasSubstr("pg_stat_activity")));
        Outcome outcome;
        Reply reply;
        reply.tables.assign(3, settings());
        EXPECT_FALSE(later.take(reply, outcome));
        EXPECT_EQ(fact(outcome, "postgres.inspection_refused"), "activity: 42501: no");
    }
    Inspection anew(server15(), refusals);
    EXPECT_THAT(anew.next(2s).value(), HasSubstr("pg_stat_activity"));
}

TEST(PostgresInspection, a_server_without_time_fails_the_run_but_not_for_the_size) {
    auto server = server15();
    server.size_limit = 1000;
    const auto failed_at = [&server](std::size_t section) {
        Refusals refusals;
        Inspection inspection(server, refusals);
        inspection.next(2s);
        Outcome outcome;
        auto reply = refused(section, "57014", "canceling statement");
        reply.refusal->cause = Cause::postgres_statement_timeout;
        return inspection.take(reply, outcome).has_value();
    };
    EXPECT_TRUE(failed_at(1));
    EXPECT_FALSE(failed_at(4));
}

TEST(PostgresInspection, a_session_that_the_server_ended_is_not_asked_again) {
    Refusals refusals;
    Inspection inspection(server15(), refusals);
    inspection.next(2s);
    Outcome outcome;
    auto reply = refused(2, "57P01", "terminating connection");
    reply.refusal->cause = Cause::postgres_shutting_down;
    reply.ended = true;
    const auto failed = inspection.take(reply, outcome);
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->cause, Cause::postgres_shutting_down);
}

TEST(PostgresInspection, empty_answers_are_survived) {
    Refusals refusals;
    Inspection inspection(server15(), refusals);
    inspection.next(2s);
    Outcome outcome;
    Reply reply;
    reply.tables.assign(9, Table{});
    EXPECT_FALSE(inspection.take(reply, outcome));
    EXPECT_TRUE(outcome.gauges.empty());
}

TEST(PostgresInspection, the_server_gives_up_before_the_deadline_and_never_waits_for_ever) {
    EXPECT_EQ(query_sql(2s, false), "SET LOCAL statement_timeout = 1800; SELECT 1 AS one");
    EXPECT_EQ(query_sql(0s, false), "SET LOCAL statement_timeout = 1; SELECT 1 AS one");
    EXPECT_THAT(query_sql(2s, true), HasSubstr("transaction_read_only"));
}

TEST(PostgresInspection, what_an_old_server_has_not_is_not_asked_for) {
    Refusals refusals;
    auto server = server15();
    server.version = 90624;
    Inspection old(server, refusals);
    const auto sql = old.next(2s).value();
    for (const char* later : {"backend_type", "replay_lag", "datlocprovider"})
        EXPECT_THAT(sql, Not(HasSubstr(later)));
    server.version = 110000;
    EXPECT_THAT(activity_sql(server), HasSubstr("walsender"));
    server.version = 120000;
    EXPECT_THAT(activity_sql(server), Not(HasSubstr("walsender")));
    server.version = 170000;
    EXPECT_THAT(database_sql(server), HasSubstr("datlocale"));
}

}  // namespace
}  // namespace plumb::postgres

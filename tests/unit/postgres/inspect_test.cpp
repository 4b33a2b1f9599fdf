#include "probes/postgres/inspect.hpp"

#include <gtest/gtest.h>

namespace plumb::postgres {
namespace {

using namespace std::chrono_literals;

Table table(const std::vector<std::pair<std::string, std::optional<std::string>>>& cells) {
    Table made;
    made.rows.emplace_back();
    for (const auto& [name, value] : cells) {
        made.columns.push_back(name);
        made.rows[0].push_back(value);
    }
    return made;
}

Table settings() {
    return table({{"server_version", "15.20 (Debian 15.20-0+deb12u1)"},
                  {"in_recovery", "f"},
                  {"max_connections", "100"},
                  {"superuser_reserved", "3"},
                  {"role_reserved", std::nullopt},
                  {"server_encoding", "UTF8"},
                  {"timezone", "Etc/UTC"},
                  {"isolation", "read committed"},
                  {"read_only", "off"},
                  {"statement_timeout", "30s"}});
}

Table activity(const char* hidden) {
    return table({{"used", "87"},
                  {"active", "4"},
                  {"idle", "80"},
                  {"idle_in_transaction", "3"},
                  {"hidden", hidden},
                  {"role_used", "50"},
                  {"database_used", "19"},
                  {"role_limit", "-1"},
                  {"database_limit", "20"}});
}

std::string fact(const Outcome& outcome, std::string_view name) {
    const auto* found = outcome.find_fact(name);
    return found == nullptr ? "(absent)" : found->value;
}

TEST(PostgresInspect, settings_become_facts_with_their_classes) {
    Outcome outcome;
    read_settings(settings(), outcome);
    EXPECT_EQ(fact(outcome, "postgres.server_version"), "15.20");
    EXPECT_EQ(outcome.find_fact("postgres.server_version")->cls, FactClass::ordered);
    EXPECT_EQ(fact(outcome, "postgres.role"), "primary");
    EXPECT_EQ(outcome.find_fact("postgres.role")->cls, FactClass::must_match);
    EXPECT_EQ(fact(outcome, "postgres.statement_timeout"), "30s");
    EXPECT_EQ(fact(outcome, "postgres.default_transaction_isolation"), "read committed");
    EXPECT_EQ(fact(outcome, "postgres.max_connections"), "100");
    EXPECT_EQ(outcome.find_fact("postgres.max_connections")->cls, FactClass::informational);
    EXPECT_EQ(fact(outcome, "postgres.reserved_connections"), "3");
    EXPECT_EQ(fact(outcome, "postgres.idle_in_transaction_session_timeout"), "(absent)");
}

TEST(PostgresInspect, reserved_slots_are_taken_off_the_limit) {
    Outcome outcome;
    read_activity(settings(), activity("0"), outcome);
    const auto* gauge = outcome.find_gauge("postgres.connections");
    ASSERT_NE(gauge, nullptr);
    EXPECT_EQ(gauge->value, 87);
    EXPECT_EQ(gauge->limit, 97);
    EXPECT_TRUE(gauge->refuses_at_limit);
    EXPECT_EQ(outcome.find_gauge("postgres.connections.idle")->value, 80);
    EXPECT_FALSE(outcome.find_gauge("postgres.connections.idle")->limit);
}

TEST(PostgresInspect, a_limit_of_the_database_is_a_gauge_of_its_own_and_no_limit_is_none) {
    Outcome outcome;
    read_activity(settings(), activity("0"), outcome);
    ASSERT_NE(outcome.find_gauge("postgres.connections.database"), nullptr);
    EXPECT_EQ(outcome.find_gauge("postgres.connections.database")->value, 19);
    EXPECT_EQ(outcome.find_gauge("postgres.connections.database")->limit, 20);
    EXPECT_EQ(outcome.find_gauge("postgres.connections.role"), nullptr);
}

TEST(PostgresInspect, states_of_a_part_are_not_told_as_states_of_the_whole) {
    Outcome outcome;
    read_activity(settings(), activity("80"), outcome);
    EXPECT_EQ(outcome.find_gauge("postgres.connections")->value, 87);
    EXPECT_EQ(outcome.find_gauge("postgres.connections.idle"), nullptr);
    EXPECT_NE(fact(outcome, "postgres.visibility").find("pg_read_all_stats"), std::string::npos);
}

TEST(PostgresInspect, nonsense_from_the_server_makes_no_gauge) {
    Outcome outcome;
    read_settings(table({{"server_version", "\x1b[31m"}, {"in_recovery", "maybe"}}), outcome);
    read_activity(table({{"max_connections", "many"}}), table({{"used", "all"}}), outcome);
    EXPECT_EQ(fact(outcome, "postgres.role"), "(absent)");
    EXPECT_EQ(fact(outcome, "postgres.server_version").find('\x1b'), std::string::npos);
    EXPECT_TRUE(outcome.gauges.empty());
}

TEST(PostgresInspect, empty_tables_are_survived) {
    Outcome outcome;
    read_settings(Table{}, outcome);
    read_activity(Table{}, Table{}, outcome);
    EXPECT_TRUE(outcome.gauges.empty());
}

TEST(PostgresInspect, the_server_gives_up_before_the_deadline_and_never_waits_for_ever) {
    EXPECT_EQ(query_sql(2s), "SET LOCAL statement_timeout = 1800; SELECT 1 AS one");
    EXPECT_EQ(query_sql(0s), "SET LOCAL statement_timeout = 1; SELECT 1 AS one");
}

TEST(PostgresInspect, only_what_waits_for_nothing_comes_before_the_bound) {
    const auto sql = inspect_sql(2s);
    const auto bound = sql.find("; SET LOCAL statement_timeout = 1800; ");
    ASSERT_NE(bound, std::string::npos);
    EXPECT_EQ(sql.substr(0, bound).find("FROM"), std::string::npos);  // a table may be locked
}

TEST(Inspect, a_count_that_cannot_be_one_is_none) {
    for (const char* odd : {"-1", "1e300", "nan", "inf", "87 "}) {
        Outcome outcome;
        auto odd_settings = table({{"max_connections", "100"}, {"superuser_reserved", odd}});
        read_settings(odd_settings, outcome);
        read_activity(odd_settings, table({{"used", odd}}), outcome);
        EXPECT_EQ(outcome.find_fact("postgres.reserved_connections")->value, "0") << odd;
        EXPECT_EQ(outcome.find_gauge("postgres.connections"), nullptr) << odd;
    }
}

}  // namespace
}  // namespace plumb::postgres

#include "probes/postgres/sections.hpp"

#include "tests/unit/postgres/tables.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::postgres {
namespace {

using testing::HasSubstr;

Table settings() {
    return table({{"server_version", "15.20 (Debian 15.20-0+deb12u1)"},
                  {"in_recovery", "f"},
                  {"own_pid", "4711"},
                  {"max_connections", "100"},
                  {"superuser_reserved_connections", "3"},
                  {"reserved_connections", std::nullopt},
                  {"max_parallel_workers", "8"},
                  {"server_encoding", "UTF8"},
                  {"default_transaction_isolation", "read committed"},
                  {"statement_timeout", "30s"}});
}

Table activity() {
    return table({{"used", "87"},
                  {"active", "4"},
                  {"idle", "80"},
                  {"idle_in_transaction", "3"},
                  {"waiting", "2"},
                  {"untracked", "0"},
                  {"hidden", "0"},
                  {"lookalikes", std::nullopt},
                  {"database_lookalikes", std::nullopt},
                  {"role_used", "50"},
                  {"database_used", "19"},
                  {"oldest", "12.5"},
                  {"role_limit", "-1"},
                  {"database_limit", "20"},
                  {"sees_all", "t"},
                  {"grantee", "app"}});
}

Seen seen(int key_pid = 4711) {
    Seen made;
    made.server.version = 150020;
    made.server.key_pid = key_pid;
    return made;
}

// Settings, then these sessions.
Outcome outcome_of(const Table& sessions, Seen state = seen(), const Table& known = settings()) {
    Outcome outcome;
    read_settings(known, state, outcome);
    read_activity(sessions, state, outcome);
    return outcome;
}

TEST(PostgresSettings, become_facts_with_their_classes) {
    const auto outcome = outcome_of(activity());
    EXPECT_EQ(fact(outcome, "postgres.server_version"), "15.20");
    EXPECT_EQ(outcome.find_fact("postgres.server_version")->cls, FactClass::ordered);
    EXPECT_EQ(fact(outcome, "postgres.role"), "primary");
    EXPECT_EQ(outcome.find_fact("postgres.role")->cls, FactClass::must_match);
    EXPECT_EQ(fact(outcome, "postgres.statement_timeout"), "30s");
    EXPECT_EQ(fact(outcome, "postgres.default_transaction_isolation"), "read committed");
    EXPECT_EQ(fact(outcome, "postgres.max_connections"), "100");
    EXPECT_EQ(outcome.find_fact("postgres.max_connections")->cls, FactClass::informational);
    EXPECT_EQ(fact(outcome, "postgres.reserved_connections"), "3");
    EXPECT_EQ(fact(outcome, "postgres.idle_session_timeout"), "(absent)");
}

TEST(PostgresSettings, another_process_than_the_login_named_is_behind_a_pooler) {
    EXPECT_EQ(fact(outcome_of(activity()), "postgres.front"), "none");
    EXPECT_EQ(fact(outcome_of(activity(), seen(99)), "postgres.front"), "pooler");
    auto told = seen(99);
    told.server.pgbouncer = true;
    EXPECT_EQ(fact(outcome_of(activity(), told), "postgres.front"), "pgbouncer");
    auto proxy = seen(99);
    proxy.server.proxy_host = true;
    EXPECT_EQ(fact(outcome_of(activity(), proxy), "postgres.front"), "rds_proxy");
}

TEST(PostgresSettings, the_role_that_rds_makes_for_its_proxies_names_the_pooler) {
    const auto front = [](int key_pid, const char* has) {
        auto state = seen(key_pid);
        Outcome outcome;
        read_settings(settings(), state, outcome);
        read_database(table({{"has_rds_proxy", has}}), state, outcome);
        return fact(outcome, "postgres.front");
    };
    EXPECT_EQ(front(99, "t"), "rds_proxy");
    EXPECT_EQ(front(99, "f"), "pooler");
    EXPECT_EQ(front(4711, "t"), "none");  // the app goes past the proxy
}

TEST(PostgresSettings, nonsense_from_the_server_makes_no_gauge) {
    const auto outcome = outcome_of(table({{"used", "all"}}), seen(),
                                    table({{"server_version", "\x1b[31m"}, {"in_recovery", "maybe"}}));
    EXPECT_EQ(fact(outcome, "postgres.role"), "(absent)");
    EXPECT_EQ(fact(outcome, "postgres.server_version").find('\x1b'), std::string::npos);
    EXPECT_TRUE(outcome.gauges.empty());
}

TEST(PostgresActivity, a_count_that_cannot_be_one_is_none) {
    for (const char* odd : {"-1", "1e300", "nan", "inf", "-inf", "87 "}) {
        const auto outcome =
            outcome_of(with(activity(), {{"used", odd}, {"oldest", odd}, {"database_limit", odd}}), seen(),
                       with(settings(), {{"max_connections", odd}, {"superuser_reserved_connections", odd}}));
        EXPECT_EQ(outcome.find_gauge("postgres.connections"), nullptr) << odd;
        EXPECT_EQ(outcome.find_gauge("postgres.connections.database"), nullptr) << odd;
        EXPECT_EQ(fact(outcome, "postgres.reserved_connections"), "0") << odd;
    }
}

TEST(PostgresActivity, reserved_slots_are_taken_off_the_limit_and_are_a_gauge_of_their_own) {
    const auto outcome = outcome_of(activity());
    const auto* used = outcome.find_gauge("postgres.connections");
    ASSERT_NE(used, nullptr);
    EXPECT_EQ(used->value, 87);
    EXPECT_EQ(used->limit, 97);
    EXPECT_TRUE(used->refuses_at_limit);
    const auto* reserved = outcome.find_gauge("postgres.connections.reserved");
    ASSERT_NE(reserved, nullptr);
    EXPECT_EQ(reserved->value, 0);
    EXPECT_EQ(reserved->limit, 3);
    EXPECT_EQ(gauge(outcome_of(with(activity(), {{"used", "99"}})), "postgres.connections.reserved"), 2);
}

TEST(PostgresActivity, states_waits_and_ages_are_gauges_without_a_limit) {
    const auto outcome = outcome_of(activity());
    EXPECT_EQ(gauge(outcome, "postgres.connections.active"), 4);
    EXPECT_EQ(gauge(outcome, "postgres.connections.idle"), 80);
    EXPECT_EQ(gauge(outcome, "postgres.connections.idle_in_transaction"), 3);
    EXPECT_EQ(gauge(outcome, "postgres.waiting_on_locks"), 2);
    EXPECT_EQ(gauge(outcome, "postgres.oldest_transaction"), 12.5);
    EXPECT_FALSE(outcome.find_gauge("postgres.connections.idle")->limit);
    EXPECT_EQ(gauge(outcome_of(with(activity(), {{"oldest", std::nullopt}})), "postgres.oldest_transaction"),
              0);
    EXPECT_EQ(fact(outcome, "postgres.visibility"), "everything");
}

TEST(PostgresActivity, a_limit_of_the_database_is_a_gauge_of_its_own_and_no_limit_is_none) {
    const auto outcome = outcome_of(activity());
    ASSERT_NE(outcome.find_gauge("postgres.connections.database"), nullptr);
    EXPECT_EQ(outcome.find_gauge("postgres.connections.database")->value, 19);
    EXPECT_EQ(outcome.find_gauge("postgres.connections.database")->limit, 20);
    EXPECT_EQ(outcome.find_gauge("postgres.connections.role"), nullptr);
}

TEST(PostgresActivity, states_of_a_part_are_not_told_as_states_of_the_whole) {
    const auto outcome = outcome_of(with(activity(), {{"hidden", "80"}, {"sees_all", "f"}}));
    EXPECT_EQ(gauge(outcome, "postgres.connections"), 87);
    for (const char* name :
         {"postgres.connections.idle", "postgres.waiting_on_locks", "postgres.oldest_transaction"})
        EXPECT_EQ(outcome.find_gauge(name), nullptr) << name;
    EXPECT_THAT(fact(outcome, "postgres.visibility"), HasSubstr("GRANT pg_monitor TO app"));
}

TEST(PostgresActivity, a_lesser_role_that_is_alone_knows_all_states) {
    const auto outcome = outcome_of(with(activity(), {{"sees_all", "f"}}));
    EXPECT_EQ(gauge(outcome, "postgres.connections.idle"), 80);
    EXPECT_THAT(fact(outcome, "postgres.visibility"), HasSubstr("GRANT pg_monitor"));
}

TEST(PostgresActivity, states_that_the_server_does_not_track_are_not_zero) {
    const auto outcome = outcome_of(with(activity(), {{"untracked", "87"}, {"active", "0"}}));
    EXPECT_EQ(outcome.find_gauge("postgres.connections.active"), nullptr);
    EXPECT_THAT(fact(outcome, "postgres.visibility"), HasSubstr("track_activities"));
}

TEST(PostgresActivity, what_looks_like_a_parallel_worker_takes_no_slot_up_to_as_many_as_may_run) {
    const auto hidden =
        with(activity(), {{"hidden", "80"}, {"lookalikes", "5"}, {"database_lookalikes", "2"}});
    EXPECT_EQ(gauge(outcome_of(hidden), "postgres.connections"), 82);
    EXPECT_EQ(gauge(outcome_of(hidden), "postgres.connections.database"), 17);
    EXPECT_EQ(gauge(outcome_of(with(hidden, {{"lookalikes", "50"}})), "postgres.connections"), 79);
}

TEST(PostgresActivity, behind_a_pooler_the_session_that_asks_stays_and_counts) {
    EXPECT_EQ(gauge(outcome_of(activity(), seen(99)), "postgres.connections"), 88);
    EXPECT_EQ(gauge(outcome_of(activity(), seen(99)), "postgres.connections.database"), 20);
}

Outcome database_outcome(const Cells& cells) {
    Outcome outcome;
    auto state = seen();
    read_database(table(cells), state, outcome);
    return outcome;
}

TEST(PostgresDatabase, extensions_are_told_by_name_and_with_their_versions) {
    const auto outcome = database_outcome({{"extensions", "pg_trgm 1.6\nplpgsql 1.0\nuuid-ossp 1.1"}});
    EXPECT_EQ(fact(outcome, "postgres.extensions"), "pg_trgm, plpgsql, uuid-ossp");
    EXPECT_EQ(outcome.find_fact("postgres.extensions")->cls, FactClass::must_match);
    EXPECT_EQ(fact(outcome, "postgres.extension_versions"), "pg_trgm 1.6, plpgsql 1.0, uuid-ossp 1.1");
    EXPECT_EQ(outcome.find_fact("postgres.extension_versions")->cls, FactClass::ordered);
    EXPECT_EQ(fact(database_outcome({{"extensions", std::nullopt}}), "postgres.extensions"), "none");
}

TEST(PostgresDatabase, a_long_list_differs_also_in_what_was_cut_off) {
    std::string many;
    for (int i = 10; i < 60; ++i)
        many += "extension_" + std::to_string(i) + " 1.0\n";
    const auto a = fact(database_outcome({{"extensions", many + "last_a 1.0"}}), "postgres.extensions");
    const auto b = fact(database_outcome({{"extensions", many + "last_b 1.0"}}), "postgres.extensions");
    EXPECT_LE(a.size(), kMaxFactValue);
    EXPECT_THAT(a, HasSubstr(" more ("));
    EXPECT_NE(a, b);
}

TEST(PostgresDatabase, one_locale_written_in_two_ways_is_one) {
    EXPECT_EQ(fact(database_outcome({{"collation", "en_US.utf8"}}), "postgres.collation"), "en_US.UTF-8");
    EXPECT_EQ(fact(database_outcome({{"collation", "en_US.UTF-8"}}), "postgres.collation"), "en_US.UTF-8");
    EXPECT_EQ(fact(database_outcome({{"collation", "C"}}), "postgres.collation"), "C");
}

TEST(PostgresDatabase, wraparound_refuses_where_the_server_stops) {
    const auto outcome = database_outcome({{"wraparound", "1900000000"}});
    const auto* gauge = outcome.find_gauge("postgres.wraparound");
    ASSERT_NE(gauge, nullptr);
    EXPECT_EQ(gauge->value, 1900000000);
    EXPECT_EQ(gauge->limit, 2144483647);
    EXPECT_TRUE(gauge->refuses_at_limit);
}

TEST(PostgresDatabase, the_size_is_held_against_the_targets_limit) {
    auto state = seen();
    state.server.size_limit = 5000;
    Outcome outcome;
    read_size(table({{"size", "4000"}}), state, outcome);
    ASSERT_NE(outcome.find_gauge("postgres.database_size"), nullptr);
    EXPECT_EQ(outcome.find_gauge("postgres.database_size")->value, 4000);
    EXPECT_EQ(outcome.find_gauge("postgres.database_size")->limit, 5000);
}

Outcome replication_outcome(const Cells& cells) {
    Outcome outcome;
    auto state = seen();
    read_replication(table(cells), state, outcome);
    return outcome;
}

TEST(PostgresReplication, a_primary_tells_its_slowest_follower) {
    const auto outcome = replication_outcome({{"recovering", "f"},
                                              {"replicas", "2"},
                                              {"hidden", "0"},
                                              {"lag", "0.25"},
                                              {"lag_bytes", "4096"},
                                              {"inactive", "1"},
                                              {"retained", "1048576"}});
    EXPECT_EQ(gauge(outcome, "postgres.replicas"), 2);
    EXPECT_EQ(gauge(outcome, "postgres.replication_lag"), 0.25);
    EXPECT_EQ(gauge(outcome, "postgres.replication_lag_bytes"), 4096);
    EXPECT_EQ(gauge(outcome, "postgres.replication_slots.inactive"), 1);
    EXPECT_EQ(gauge(outcome, "postgres.replication_slots.retained"), 1048576);
    EXPECT_EQ(fact(outcome, "postgres.wal_receiver"), "(absent)");
}

TEST(PostgresReplication, of_followers_that_are_hidden_no_lag_is_told) {
    const auto outcome = replication_outcome({{"recovering", "f"}, {"replicas", "2"}, {"hidden", "2"}});
    EXPECT_EQ(gauge(outcome, "postgres.replicas"), 2);
    EXPECT_EQ(outcome.find_gauge("postgres.replication_lag"), nullptr);
}

TEST(PostgresReplication, a_replica_tells_its_own_age_and_whether_it_is_fed) {
    const auto outcome = replication_outcome({{"recovering", "t"}, {"receiving", "f"}, {"behind", "30.5"}});
    EXPECT_EQ(fact(outcome, "postgres.wal_receiver"), "stopped");
    EXPECT_EQ(gauge(outcome, "postgres.replication_lag"), 30.5);
}

TEST(PostgresReplication, aurora_tells_its_name_and_no_lag) {
    const auto outcome = replication_outcome({{"rds", "t"}, {"aurora", "t"}, {"recovering", "t"}});
    EXPECT_EQ(fact(outcome, "postgres.platform"), "aurora");
    EXPECT_TRUE(outcome.gauges.empty());
}

}  // namespace
}  // namespace plumb::postgres

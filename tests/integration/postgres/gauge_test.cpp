// What a real server shows of its load: locks, transactions, parallel workers, replication, size.
#include "probes/postgres/postgres.hpp"
#include "tests/integration/postgres/run_probe.hpp"
#include "tests/support/postgres_server.hpp"

#include <functional>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::test {
namespace {

using testing::HasSubstr;

PostgresSpec spec() {
    const auto password = "'" + std::string(kPassword) + "'";
    PostgresSpec made;
    made.settings = {"max_prepared_transactions = 2", "max_connections = 20"};
    // Of those who may do nothing but connect, and of those who may watch besides.
    made.setup =
        "REVOKE ALL ON DATABASE postgres FROM PUBLIC; REVOKE ALL ON SCHEMA public FROM PUBLIC;"
        "CREATE ROLE lesser LOGIN PASSWORD " +
        password +
        "; GRANT CONNECT ON DATABASE postgres TO lesser;"
        "CREATE ROLE monitor LOGIN PASSWORD " +
        password +
        " IN ROLE pg_monitor;"
        "GRANT CONNECT ON DATABASE postgres TO monitor;"
        "CREATE TABLE numbers AS SELECT generate_series(1, 2000) AS n";
    return made;
}

double gauge_of(const Outcome& outcome, std::string_view name) {
    const auto* found = outcome.find_gauge(name);
    return found == nullptr ? -1 : found->value;
}

class PostgresGauges : public testing::Test {
  public:
    static void SetUpTestSuite() { server_ = std::make_unique<PostgresServer>(spec()); }
    static void TearDownTestSuite() { server_.reset(); }

    static std::string url(const std::string& user, const std::string& options = "") {
        return "postgres://" + user + ":" + std::string(kPassword) +
               "@127.0.0.1:" + std::to_string(server_->port()) + "/postgres" + options;
    }
    static PostgresServer::Held admin() { return PostgresServer::Held(server_->admin_conninfo("postgres")); }

    // Sessions of earlier tests leave the server a moment after they have left us.
    static void await_idle() {
        server_->await_sql(
            "SELECT count(*) FROM pg_stat_activity WHERE backend_type IN ('client backend', 'parallel "
            "worker') AND pid <> pg_backend_pid()",
            "0");
    }
    // The last outcome: the first that fits, or the one after which patience ends.
    static Outcome run_until(const std::string& url, const std::function<bool(const Outcome&)>& fits) {
        Outcome outcome = run_postgres(url);
        for (int tries = 0; tries < 200 && !fits(outcome); ++tries)
            outcome = run_postgres(url);
        return outcome;
    }

    static std::unique_ptr<PostgresServer> server_;
};

std::unique_ptr<PostgresServer> PostgresGauges::server_;

TEST_F(PostgresGauges, a_role_that_may_only_connect_and_watch_sees_everything) {
    await_idle();
    const auto outcome = run_postgres(url("monitor", "?size_limit=1TB"));
    ASSERT_EQ(failure_of(outcome), "ok") << outcome.failure->detail;
    EXPECT_EQ(fact_of(outcome, "postgres.visibility"), "everything");
    EXPECT_EQ(fact_of(outcome, "postgres.inspection_refused"), "(absent)");
    for (const char* name :
         {"postgres.connections", "postgres.connections.reserved", "postgres.connections.active",
          "postgres.connections.idle", "postgres.connections.idle_in_transaction",
          "postgres.waiting_on_locks", "postgres.oldest_transaction", "postgres.replicas",
          "postgres.replication_slots.inactive", "postgres.wraparound", "postgres.database_size"})
        EXPECT_NE(outcome.find_gauge(name), nullptr) << name;
    EXPECT_EQ(gauge_of(outcome, "postgres.database_size"),
              std::stod(server_->sql("SELECT pg_database_size('postgres')")));
    EXPECT_EQ(outcome.find_gauge("postgres.database_size")->limit, 1024.0 * (1ULL << 30));
    EXPECT_EQ(gauge_of(outcome, "postgres.wraparound"),
              std::stod(server_->sql("SELECT max(age(datfrozenxid)) FROM pg_database")));
}

TEST_F(PostgresGauges, a_role_that_may_only_connect_is_told_what_is_hidden_and_what_to_grant) {
    await_idle();
    const auto held = admin();
    const auto outcome = run_until(
        url("lesser"), [](const Outcome& each) { return gauge_of(each, "postgres.connections") == 1; });
    ASSERT_EQ(failure_of(outcome), "ok");
    EXPECT_EQ(gauge_of(outcome, "postgres.connections"), 1);
    EXPECT_EQ(outcome.find_gauge("postgres.connections.idle"), nullptr);
    EXPECT_EQ(fact_of(outcome, "postgres.inspection_refused"), "(absent)");
    EXPECT_THAT(fact_of(outcome, "postgres.visibility"), HasSubstr("GRANT pg_monitor TO lesser"));
    EXPECT_NE(outcome.find_gauge("postgres.wraparound"), nullptr);
}

TEST_F(PostgresGauges, waiting_on_locks_idle_in_transaction_and_the_oldest_transaction_are_counted) {
    await_idle();
    const auto holder = admin();
    holder.run("BEGIN; LOCK numbers");
    const auto waiter = admin();
    std::thread waiting([&waiter] { waiter.run("SELECT count(*) FROM numbers"); });
    const auto outcome = run_until(
        url("monitor"), [](const Outcome& each) { return gauge_of(each, "postgres.waiting_on_locks") == 1; });
    holder.run("ROLLBACK");
    waiting.join();
    EXPECT_EQ(gauge_of(outcome, "postgres.waiting_on_locks"), 1);
    EXPECT_EQ(gauge_of(outcome, "postgres.connections.idle_in_transaction"), 1);
    EXPECT_EQ(gauge_of(outcome, "postgres.connections.active"), 1);
    EXPECT_GT(gauge_of(outcome, "postgres.oldest_transaction"), 0);
}

TEST_F(PostgresGauges, a_forgotten_prepared_transaction_has_an_age_although_nobody_is_there) {
    server_->sql("BEGIN; CREATE TABLE forgotten (); PREPARE TRANSACTION 'forgotten'");
    await_idle();
    const auto outcome = run_postgres(url("monitor"));
    server_->sql("ROLLBACK PREPARED 'forgotten'");
    EXPECT_GT(gauge_of(outcome, "postgres.oldest_transaction"), 0);
}

// Three sessions' worth of processes, and one session.
TEST_F(PostgresGauges, parallel_workers_take_no_slot_whoever_looks) {
    await_idle();
    const auto leader = admin();
    leader.run(
        "SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;"
        "SET max_parallel_workers_per_gather = 2; SET parallel_leader_participation = off;"
        "ALTER TABLE numbers SET (parallel_workers = 2)");
    std::thread working([&leader] {
        try {
            leader.run("SELECT count(*) FROM numbers WHERE pg_sleep(0.05) IS NOT NULL");
        } catch (const std::runtime_error&) {
            // ended below
        }
    });
    server_->await_sql("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'parallel worker'", "2");
    for (const char* user : {"monitor", "lesser"}) {
        const auto outcome = run_until(
            url(user), [](const Outcome& each) { return gauge_of(each, "postgres.connections") == 1; });
        EXPECT_EQ(gauge_of(outcome, "postgres.connections"), 1) << user;
    }
    EXPECT_EQ(server_->sql("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'parallel worker'"),
              "2");
    server_->sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(0.05)%' AND "
        "backend_type = 'client backend' AND pid <> pg_backend_pid()");
    working.join();
}

TEST(PostgresReplicas, a_primary_and_its_standby_tell_how_far_apart_they_are) {
    const PostgresServer primary(spec());
    auto following = spec();
    following.setup.clear();
    following.primary = &primary;
    const auto url = [](const PostgresServer& server, const std::string& user) {
        return "postgres://" + user + ":" + std::string(kPassword) +
               "@127.0.0.1:" + std::to_string(server.port()) + "/postgres";
    };
    primary.sql("SELECT pg_create_physical_replication_slot('nobody', true)");
    const PostgresServer standby(following);
    primary.await_sql("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'", "1");
    const auto from_primary = run_postgres(url(primary, "monitor"));
    EXPECT_EQ(gauge_of(from_primary, "postgres.replicas"), 1);
    EXPECT_GE(gauge_of(from_primary, "postgres.replication_lag"), 0);
    EXPECT_GE(gauge_of(from_primary, "postgres.replication_lag_bytes"), 0);
    EXPECT_EQ(gauge_of(from_primary, "postgres.replication_slots.inactive"), 1);
    EXPECT_GE(gauge_of(from_primary, "postgres.replication_slots.retained"), 0);
    const auto hidden = run_postgres(url(primary, "lesser"));
    EXPECT_EQ(gauge_of(hidden, "postgres.replicas"), 1);
    EXPECT_EQ(hidden.find_gauge("postgres.replication_lag"), nullptr);

    const auto from_standby = run_postgres(url(standby, "monitor"));
    ASSERT_EQ(failure_of(from_standby), "ok") << from_standby.failure->detail;
    EXPECT_EQ(fact_of(from_standby, "postgres.role"), "replica");
    EXPECT_EQ(fact_of(from_standby, "postgres.wal_receiver"), "running");
    EXPECT_GE(gauge_of(from_standby, "postgres.replication_lag"), 0);
    EXPECT_EQ(fact_of(from_standby, "postgres.inspection_refused"), "(absent)");
}

// A stand-in for what cannot be run here: the settings by which RDS and Aurora are known, and functions that
// refuse to be run.
TEST(PostgresPlatforms, aurora_is_known_and_not_asked_what_it_refuses) {
    auto made = spec();
    made.settings.insert(made.settings.end(), {"rds.extensions = 'x'", "allow_system_table_mods = on"});
    made.setup +=
        ";CREATE FUNCTION refuse() RETURNS bigint LANGUAGE plpgsql AS "
        "$$BEGIN RAISE 'Function is currently not supported for Aurora'; END$$;"
        "GRANT USAGE ON SCHEMA public TO monitor;"
        "DROP VIEW pg_catalog.pg_replication_slots CASCADE;"
        "CREATE VIEW pg_catalog.pg_replication_slots AS SELECT 'x'::name AS slot_name,"
        " public.refuse()::text::pg_lsn AS restart_lsn, public.refuse() > 0 AS active;"
        "GRANT SELECT ON pg_catalog.pg_replication_slots TO PUBLIC;"
        "DO $$ BEGIN EXECUTE (SELECT 'CREATE OR REPLACE VIEW pg_catalog.pg_settings AS SELECT ' ||"
        " string_agg(CASE attname WHEN 'name' THEN"
        " $q$CASE name WHEN 'zero_damaged_pages' THEN 'apg_ccm_enabled' ELSE name END AS name$q$"
        " ELSE attname::text END, ', ' ORDER BY attnum) || ' FROM pg_show_all_settings()'"
        " FROM pg_attribute WHERE attrelid = 'pg_settings'::regclass AND attnum > 0); END $$";
    const PostgresServer server(made);
    const auto outcome = run_postgres("postgres://monitor:" + std::string(kPassword) +
                                      "@127.0.0.1:" + std::to_string(server.port()) + "/postgres");
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_EQ(fact_of(outcome, "postgres.platform"), "aurora");
    EXPECT_EQ(fact_of(outcome, "postgres.inspection_refused"), "(absent)");
}

}  // namespace
}  // namespace plumb::test

// The probe against a real PostgreSQL without TLS: logins, refusals, facts and gauges.
#include "probes/postgres/postgres.hpp"
#include "tests/integration/postgres/run_probe.hpp"
#include "tests/integration/probe_run/kept_probe.hpp"
#include "tests/support/postgres_server.hpp"

#include <algorithm>
#include <stdexcept>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string quoted(std::string_view text) {
    return "'" + std::string(text) + "'";
}

PostgresSpec plain_spec() {
    PostgresSpec spec;
    spec.settings = {"max_connections = 8", "superuser_reserved_connections = 2",
                     "timezone = 'Europe/Vienna'"};
    spec.hba =
        "host all old 127.0.0.1/32 md5\n"
        "host all trusted 127.0.0.1/32 trust\n"
        "host all plain 127.0.0.1/32 password\n"
        "host all kerberos 127.0.0.1/32 gss include_realm=0\n"
        "hostssl all only_tls 127.0.0.1/32 trust\n"
        "host all app,monitor,narrow,locked 127.0.0.1/32 scram-sha-256\n";
    const auto password = quoted(kPassword);
    spec.setup = "CREATE ROLE app LOGIN PASSWORD " + password +
                 ";"
                 "CREATE ROLE plain LOGIN PASSWORD " +
                 password +
                 ";"
                 "CREATE ROLE trusted LOGIN; CREATE ROLE kerberos LOGIN; CREATE ROLE only_tls LOGIN;"
                 "CREATE ROLE narrow LOGIN CONNECTION LIMIT 1 PASSWORD " +
                 password +
                 ";"
                 "CREATE ROLE monitor LOGIN PASSWORD " +
                 password +
                 " IN ROLE pg_monitor;"
                 "CREATE ROLE locked LOGIN PASSWORD " +
                 password +
                 ";"
                 "ALTER ROLE app SET statement_timeout = '7s';"
                 "SET password_encryption = 'md5'; CREATE ROLE old LOGIN PASSWORD " +
                 password;
    return spec;
}

class PostgresPlain : public testing::Test {
  public:
    static void SetUpTestSuite() { server_ = std::make_unique<PostgresServer>(plain_spec()); }
    static void TearDownTestSuite() { server_.reset(); }

    static std::string url(const std::string& user, const std::string& rest = "postgres",
                           std::string_view password = kPassword) {
        return "postgres://" + user + ":" + std::string(password) +
               "@127.0.0.1:" + std::to_string(server_->port()) + "/" + rest;
    }

    // Runs until the gauge of connections says so: the session by which a test asked the server something is
    // counted for a moment after it has left us.
    static Outcome run_until_used(const std::string& url, double used) {
        Outcome outcome = run_postgres(url);
        for (int tries = 0; tries < 200; ++tries) {
            const auto* gauge = outcome.find_gauge("postgres.connections");
            if (gauge == nullptr || gauge->value == used) break;
            outcome = run_postgres(url);
        }
        return outcome;
    }

    // Sessions of earlier tests leave the server a moment after they have left us.
    static void await_idle() {
        server_->await_sql(
            "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> "
            "pg_backend_pid()",
            "0");
    }

    // A session leaves pg_stat_activity a moment before its slot is free.
    static PostgresServer::Held hold_once_free(const std::string& user) {
        for (int tries = 0; tries < 1000; ++tries) {
            try {
                return server_->hold(user, std::string(kPassword));
            } catch (const std::runtime_error&) {
                std::this_thread::sleep_for(std::chrono::milliseconds(2));
            }
        }
        return server_->hold(user, std::string(kPassword));
    }

    static std::unique_ptr<PostgresServer> server_;
};

std::unique_ptr<PostgresServer> PostgresPlain::server_;

TEST_F(PostgresPlain, a_good_login_shows_every_phase_fact_and_gauge) {
    await_idle();
    const auto held = server_->hold("app", std::string(kPassword));
    const auto outcome = run_until_used(url("monitor"), 1);
    ASSERT_EQ(failure_of(outcome), "ok") << outcome.failure->detail;
    EXPECT_THAT(phases_of(outcome),
                ElementsAre("resolve", "connect", "handshake", "authenticate", "query", "inspect"));
    EXPECT_EQ(outcome.address, "127.0.0.1:" + std::to_string(server_->port()));
    ASSERT_EQ(outcome.attempts.size(), 1U);
    EXPECT_FALSE(outcome.attempts[0].failed);
    EXPECT_TRUE(outcome.rtt);
    EXPECT_EQ(fact_of(outcome, "postgres.server_version").substr(0, 3),
              server_->sql("SHOW server_version").substr(0, 3));
    EXPECT_EQ(fact_of(outcome, "postgres.role"), "primary");
    EXPECT_EQ(fact_of(outcome, "tcp.family"), "IPv4");
    EXPECT_EQ(fact_of(outcome, "postgres.ssl"), "off");
    EXPECT_EQ(fact_of(outcome, "postgres.ssl_fallback"), "(absent)");
    EXPECT_EQ(fact_of(outcome, "postgres.server_encoding"), "UTF8");
    EXPECT_EQ(fact_of(outcome, "postgres.timezone"), "Europe/Vienna");
    EXPECT_EQ(fact_of(outcome, "postgres.default_transaction_isolation"), "read committed");
    EXPECT_EQ(fact_of(outcome, "postgres.statement_timeout"), "0");
    EXPECT_EQ(fact_of(outcome, "postgres.max_connections"), "8");
    EXPECT_EQ(fact_of(outcome, "postgres.reserved_connections"), "2");
    EXPECT_EQ(fact_of(outcome, "postgres.visibility"), "everything");
    EXPECT_EQ(fact_of(outcome, "postgres.front"), "none");
    EXPECT_EQ(fact_of(outcome, "postgres.authentication"), "scram-sha-256");
    EXPECT_EQ(fact_of(outcome, "postgres.server_ssl"), "off");
    EXPECT_EQ(fact_of(outcome, "postgres.collation"), "C");
    EXPECT_EQ(fact_of(outcome, "postgres.extensions"), "plpgsql");
    EXPECT_EQ(fact_of(outcome, "postgres.extension_versions"), "plpgsql 1.0");
    EXPECT_EQ(fact_of(outcome, "postgres.lock_timeout"), "0");
    EXPECT_EQ(fact_of(outcome, "postgres.idle_session_timeout"), "0");
    EXPECT_EQ(fact_of(outcome, "postgres.transaction_timeout"), "(absent)");  // of version 17
    EXPECT_EQ(fact_of(outcome, "postgres.inspection_refused"), "(absent)");
    const auto* used = outcome.find_gauge("postgres.connections");
    ASSERT_NE(used, nullptr);
    EXPECT_EQ(used->value, 1);
    EXPECT_EQ(used->limit, 6);
    EXPECT_TRUE(used->refuses_at_limit);
    EXPECT_EQ(outcome.find_gauge("postgres.connections.idle")->value, 1);
    EXPECT_EQ(outcome.find_gauge("postgres.connections.active")->value, 0);
    EXPECT_EQ(outcome.find_gauge("postgres.connections.idle_in_transaction")->value, 0);
}

TEST_F(PostgresPlain, what_is_said_is_told_message_by_message_without_the_password) {
    const auto said = said_in(run_postgres(url("app"), Depth::login));
    const auto holds = [&](std::string_view words) {
        EXPECT_THAT(said, testing::Contains(HasSubstr(words))) << testing::PrintToString(said);
    };
    holds("> TCP SYN to 127.0.0.1:");
    holds("< SYN-ACK");
    holds("> SSLRequest");
    holds("< N: no TLS");
    holds("> StartupMessage");
    holds("< AuthenticationSASL");
    holds("> PasswordMessage or SASLResponse ***");
    holds("< AuthenticationSASLContinue");
    holds("< AuthenticationSASLFinal");
    holds("< AuthenticationOk, ParameterStatus × ");
    holds("BackendKeyData, ReadyForQuery");
    holds("> Query SET LOCAL statement_timeout");
    holds("RowDescription, DataRow, CommandComplete SELECT 1, ReadyForQuery");
    holds("> Terminate");
    const auto refused = said_in(run_postgres(url("app", "postgres", kWrongPassword)));
    EXPECT_THAT(refused, testing::Contains(HasSubstr("< ErrorResponse "))) << testing::PrintToString(refused);
}

TEST_F(PostgresPlain, the_roles_own_statement_timeout_is_told_not_the_probes) {
    const auto outcome = run_postgres(url("app"));
    ASSERT_EQ(failure_of(outcome), "ok");
    EXPECT_EQ(fact_of(outcome, "postgres.statement_timeout"), "7s");
}

TEST_F(PostgresPlain, a_role_without_rights_still_counts_the_sessions_of_others) {
    await_idle();
    const auto held = server_->hold("app", std::string(kPassword));
    const auto outcome = run_until_used(url("locked"), 1);
    ASSERT_EQ(failure_of(outcome), "ok");
    EXPECT_EQ(outcome.find_gauge("postgres.connections")->value, 1);
    EXPECT_EQ(outcome.find_gauge("postgres.connections.idle"), nullptr);
    EXPECT_THAT(fact_of(outcome, "postgres.visibility"), HasSubstr("GRANT pg_monitor TO locked"));
}

TEST_F(PostgresPlain, a_role_with_a_limit_of_its_own_has_a_gauge_for_it) {
    const auto outcome = run_postgres(url("narrow"));
    ASSERT_EQ(failure_of(outcome), "ok");
    ASSERT_NE(outcome.find_gauge("postgres.connections.role"), nullptr);
    EXPECT_EQ(outcome.find_gauge("postgres.connections.role")->value, 0);
    EXPECT_EQ(outcome.find_gauge("postgres.connections.role")->limit, 1);
}

TEST_F(PostgresPlain, md5_trust_and_password_logins_work) {
    const auto md5 = run_postgres(url("old"));
    EXPECT_EQ(failure_of(md5), "ok");
    EXPECT_EQ(fact_of(md5, "postgres.authentication"), "md5");
    const auto trust =
        run_postgres("postgres://trusted@127.0.0.1:" + std::to_string(server_->port()) + "/postgres");
    EXPECT_EQ(failure_of(trust), "ok");
    EXPECT_EQ(fact_of(trust, "postgres.authentication"), "none");
    const auto password = run_postgres(url("plain"));
    EXPECT_EQ(failure_of(password), "ok");
    EXPECT_EQ(fact_of(password, "postgres.authentication"), "password");
}

TEST_F(PostgresPlain, a_wrong_password_fails_to_authenticate_and_is_sent_once) {
    const auto before = server_->log().size();
    const auto outcome = run_postgres(url("app", "postgres", kWrongPassword));
    EXPECT_EQ(failure_of(outcome), "authenticate postgres.auth_failed");
    EXPECT_EQ(outcome.failure->detail, "28P01: “password authentication failed for user \"app\"”");
    EXPECT_EQ(fact_of(outcome, "postgres.ssl"), "off");
    EXPECT_EQ(fact_of(outcome, "postgres.authentication"), "scram-sha-256");
    const auto log = server_->log().substr(before);
    const auto first = log.find("password authentication failed");
    EXPECT_NE(first, std::string::npos);
    EXPECT_EQ(log.find("password authentication failed", first + 1), std::string::npos) << log;
}

TEST_F(PostgresPlain, a_missing_password_is_told_as_such) {
    const auto outcome =
        run_postgres("postgres://app@127.0.0.1:" + std::to_string(server_->port()) + "/postgres");
    EXPECT_EQ(failure_of(outcome), "authenticate postgres.auth_failed");
    EXPECT_THAT(outcome.failure->detail, HasSubstr("the target has none"));
}

TEST_F(PostgresPlain, a_missing_database_and_a_missing_rule_have_their_causes) {
    EXPECT_EQ(failure_of(run_postgres(url("app", "nowhere"))), "authenticate postgres.no_database");
    EXPECT_EQ(failure_of(run_postgres(url("only_tls"))), "authenticate postgres.not_authorized");
}

TEST_F(PostgresPlain, a_server_that_demands_kerberos_is_told_as_unsupported) {
    EXPECT_EQ(failure_of(run_postgres(url("kerberos"))), "authenticate postgres.unsupported_auth");
}

TEST_F(PostgresPlain, demanding_tls_of_a_server_without_it_is_refused_in_the_handshake) {
    const auto outcome = run_postgres(url("app", "postgres?sslmode=require"));
    EXPECT_EQ(failure_of(outcome), "handshake tls.refused");
    EXPECT_THAT(phases_of(outcome), ElementsAre("resolve", "connect", "handshake"));
}

TEST_F(PostgresPlain, options_of_other_drivers_do_no_harm) {
    const auto outcome =
        run_postgres(url("app", "postgres?sslmode=disable&schema=public&pgbouncer=true&connection_limit=3"));
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_THAT(phases_of(outcome), ElementsAre("resolve", "connect", "authenticate", "query", "inspect"));
}

TEST_F(PostgresPlain, variables_of_libpq_do_not_bend_what_the_url_says) {
    setenv("PGOPTIONS", "-c statement_timeout=1234", 1);
    setenv("PGSERVICE", "nowhere", 1);
    setenv("PGSSLROOTCERT", "/nonexistent", 1);
    setenv("PGHOSTADDR", "192.0.2.1", 1);
    const auto outcome = run_postgres(url("app"));
    for (const char* name : {"PGOPTIONS", "PGSERVICE", "PGSSLROOTCERT", "PGHOSTADDR"}) {
        EXPECT_NE(getenv(name), nullptr);
        unsetenv(name);
    }
    ASSERT_EQ(failure_of(outcome), "ok") << outcome.failure->detail;
    EXPECT_EQ(fact_of(outcome, "postgres.statement_timeout"), "7s");
}

TEST_F(PostgresPlain, slots_in_use_raise_the_gauge_and_a_full_server_refuses) {
    await_idle();
    std::vector<PostgresServer::Held> held;
    for (int i = 0; i < 5; ++i)
        held.push_back(server_->hold("app", std::string(kPassword)));
    const auto near = run_until_used(url("monitor"), 5);
    ASSERT_EQ(failure_of(near), "ok");
    EXPECT_EQ(near.find_gauge("postgres.connections")->value, 5);
    server_->await_sql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'monitor'", "0");
    held.push_back(hold_once_free("app"));
    const auto full = run_postgres(url("monitor"));
    EXPECT_EQ(failure_of(full), "authenticate postgres.too_many_connections");
    EXPECT_THAT(full.failure->detail, HasSubstr("53300: "));
}

TEST_F(PostgresPlain, a_refused_view_costs_its_section_and_one_line_of_the_log) {
    server_->sql("REVOKE SELECT ON pg_stat_activity FROM PUBLIC");
    const auto before = server_->log().size();
    KeptProbe probe(postgres_kind(), url("app"));
    const auto outcome = probe.run();
    EXPECT_EQ(failure_of(probe.run()), "ok");
    const auto again = probe.run();
    server_->sql("GRANT SELECT ON pg_stat_activity TO PUBLIC");
    const auto log = server_->log().substr(before);
    const auto complaint = log.find("permission denied");
    EXPECT_NE(complaint, std::string::npos);
    EXPECT_EQ(log.find("permission denied", complaint + 1), std::string::npos) << log;
    EXPECT_EQ(fact_of(again, "postgres.inspection_refused"), fact_of(outcome, "postgres.inspection_refused"));
    ASSERT_EQ(failure_of(outcome), "ok");
    EXPECT_EQ(fact_of(outcome, "postgres.role"), "primary");
    EXPECT_EQ(fact_of(outcome, "postgres.extensions"), "plpgsql");
    EXPECT_EQ(outcome.find_gauge("postgres.connections"), nullptr);
    EXPECT_THAT(fact_of(outcome, "postgres.inspection_refused"), HasSubstr("42501"));
}

TEST_F(PostgresPlain, a_login_that_waits_for_a_lock_ends_at_the_deadline) {
    const PostgresServer::Held locker(server_->admin_conninfo("template1"));
    locker.run("BEGIN; LOCK pg_catalog.pg_db_role_setting");  // every login reads it
    const auto outcome = run_postgres(url("app"), std::chrono::milliseconds(400));
    EXPECT_EQ(failure_of(outcome), "authenticate peer.timeout");
}

TEST_F(PostgresPlain, a_session_that_cannot_write_is_no_read_write_one) {
    server_->sql("ALTER ROLE app SET default_transaction_read_only = on");
    const auto needs = [](const char* what) {
        return failure_of(run_postgres(url("app", "postgres?target_session_attrs=" + std::string(what))));
    };
    EXPECT_EQ(needs("read-write"), "query postgres.read_only");
    EXPECT_EQ(needs("read-only"), "ok");
    EXPECT_EQ(needs("primary"), "ok");
    server_->sql("ALTER ROLE app RESET default_transaction_read_only");
    EXPECT_EQ(needs("read-write"), "ok");
}

TEST_F(PostgresPlain, the_server_sees_the_probe_by_name_and_a_clean_goodbye) {
    const auto before = server_->log().size();
    ASSERT_EQ(failure_of(run_postgres(url("app"))), "ok");
    ASSERT_EQ(failure_of(run_postgres(url("app", "postgres?sslmode=require"))), "handshake tls.refused");
    server_->await_log("disconnection: ", before);
    const auto log = server_->log().substr(before);
    EXPECT_THAT(log, HasSubstr("application_name=plumbline"));
    EXPECT_THAT(log, HasSubstr("disconnection: "));
    for (const char* complaint :
         {"unexpected EOF", "could not receive data", "incomplete startup packet", "ERROR"})
        EXPECT_THAT(log, Not(HasSubstr(complaint)));
}

TEST_F(PostgresPlain, the_probe_leaves_no_setting_behind_and_no_warning) {
    const auto before = server_->log().size();
    server_->sql("ALTER SYSTEM SET log_statement = 'all'; ");
    server_->sql("SELECT pg_reload_conf()");
    server_->await_sql("SHOW log_statement", "all");
    ASSERT_EQ(failure_of(run_postgres(url("app"))), "ok");
    server_->sql("ALTER SYSTEM RESET log_statement");
    server_->sql("SELECT pg_reload_conf()");
    EXPECT_THAT(server_->log().substr(before), Not(HasSubstr("WARNING")));
}

TEST(PostgresRoles, a_replica_says_so_and_is_refused_where_a_primary_is_needed) {
    PostgresSpec spec;
    spec.standby = true;
    spec.hba = "host all admin 127.0.0.1/32 trust\n";
    const PostgresServer server(spec);
    const auto base =
        "postgres://admin@127.0.0.1:" + std::to_string(server.port()) + "/postgres?target_session_attrs=";
    const auto any = run_postgres(base + "any");
    ASSERT_EQ(failure_of(any), "ok") << any.failure->detail;
    EXPECT_EQ(fact_of(any, "postgres.role"), "replica");
    EXPECT_EQ(failure_of(run_postgres(base + "read-only")), "ok");
    EXPECT_EQ(failure_of(run_postgres(base + "read-write")), "query postgres.read_only");
    EXPECT_EQ(failure_of(run_postgres(base + "primary")), "query postgres.read_only");
    EXPECT_EQ(fact_of(any, "postgres.wal_receiver"), "stopped");
}

TEST(PostgresRoles, a_server_that_lets_nobody_in_yet_is_starting_up) {
    PostgresSpec spec;
    spec.refuses_sessions = true;
    const PostgresServer server(spec);
    const auto outcome =
        run_postgres("postgres://app@127.0.0.1:" + std::to_string(server.port()) + "/postgres");
    EXPECT_EQ(failure_of(outcome), "authenticate postgres.starting_up");
}

}  // namespace
}  // namespace plumb::test

// PgBouncer in front of a real PostgreSQL: what stands there is told, its pools are gauges, and nothing of
// ours stays in the sessions that it hands on.
#include "tests/integration/postgres/pgbouncer.hpp"
#include "tests/integration/postgres/run_probe.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

double gauge_of(const Outcome& outcome, std::string_view name) {
    const auto* found = outcome.find_gauge(name);
    return found == nullptr ? -1 : found->value;
}

class PostgresPooler : public testing::Test {
  public:
    static void SetUpTestSuite() {
        PostgresSpec spec;
        spec.setup = "CREATE ROLE app LOGIN PASSWORD '" + std::string(kPassword) + "' IN ROLE pg_monitor";
        server_ = std::make_unique<PostgresServer>(spec);
    }
    static void TearDownTestSuite() { server_.reset(); }

    static PostgresServer::Held hold(const PgBouncer& pooler) {
        return PostgresServer::Held("host=127.0.0.1 port=" + std::to_string(pooler.port()) +
                                    " user=app password=" + std::string(kPassword) + " dbname=postgres");
    }

    static std::unique_ptr<PostgresServer> server_;
};

std::unique_ptr<PostgresServer> PostgresPooler::server_;

TEST_F(PostgresPooler, works_and_is_told_in_either_way_of_pooling) {
    for (const std::string mode : {"session", "transaction", "statement"}) {
        const PgBouncer pooler(*server_, {"app"}, {"pool_mode = " + mode});
        const auto outcome = run_postgres(pooler.url("app", "postgres"));
        ASSERT_EQ(failure_of(outcome), "ok") << mode << " " << outcome.failure->detail;
        EXPECT_EQ(fact_of(outcome, "postgres.front"), "pgbouncer");
        EXPECT_EQ(fact_of(outcome, "postgres.inspection_refused"), "(absent)");
        EXPECT_EQ(fact_of(outcome, "postgres.role"), "primary");
        EXPECT_NE(outcome.find_gauge("postgres.connections"), nullptr);
        EXPECT_EQ(failure_of(run_postgres(pooler.url("app", "postgres?target_session_attrs=read-write"))),
                  "ok");
    }
}

TEST_F(PostgresPooler, hands_on_a_session_in_which_nothing_of_ours_stays) {
    const PgBouncer pooler(*server_, {"app"}, {"pool_mode = transaction", "default_pool_size = 1"});
    const auto app = hold(pooler);
    app.run("SELECT 1");
    ASSERT_EQ(failure_of(run_postgres(pooler.url("app", "postgres"))), "ok");
    // Fails where it is anything but the server's default.
    app.run("SELECT 1 / (current_setting('statement_timeout') = '0')::int");
}

TEST_F(PostgresPooler, counts_the_session_that_it_keeps) {
    const PgBouncer pooler(*server_, {"app"}, {"pool_mode = transaction"});
    const auto others =
        "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> "
        "pg_backend_pid()";
    ASSERT_EQ(failure_of(run_postgres(pooler.url("app", "postgres"))), "ok");
    server_->await_sql(others, "1");
    EXPECT_EQ(gauge_of(run_postgres(pooler.url("app", "postgres")), "postgres.connections"), 1);
}

TEST_F(PostgresPooler, shows_its_pools_at_its_console) {
    const PgBouncer pooler(*server_, {"app"},
                           {"pool_mode = transaction", "default_pool_size = 1", "max_client_conn = 50"});
    const auto busy = hold(pooler);
    busy.run("BEGIN");
    const auto idle = hold(pooler);
    const auto outcome = run_postgres(pooler.url("stats", "pgbouncer"));
    ASSERT_EQ(failure_of(outcome), "ok") << outcome.failure->detail;
    EXPECT_THAT(phases_of(outcome),
                ElementsAre("resolve", "connect", "handshake", "authenticate", "query", "inspect"));
    EXPECT_EQ(fact_of(outcome, "postgres.front"), "pgbouncer");
    EXPECT_THAT(fact_of(outcome, "postgres.pooler_version"), HasSubstr("1."));
    EXPECT_EQ(fact_of(outcome, "postgres.pool_mode"), "transaction");
    EXPECT_EQ(fact_of(outcome, "postgres.default_pool_size"), "1");
    EXPECT_EQ(fact_of(outcome, "postgres.max_client_conn"), "50");
    EXPECT_EQ(fact_of(outcome, "postgres.server_version"), "(absent)");
    EXPECT_EQ(gauge_of(outcome, "postgres.pooler.clients"), 2);
    EXPECT_EQ(outcome.find_gauge("postgres.pooler.clients")->limit, 50);
    EXPECT_EQ(gauge_of(outcome, "postgres.pooler.servers.active"), 1);
    EXPECT_EQ(gauge_of(outcome, "postgres.pooler.pool"), 1);
    EXPECT_EQ(outcome.find_gauge("postgres.pooler.pool")->limit, 1);
    EXPECT_EQ(gauge_of(outcome, "postgres.pooler.clients.waiting"), 0);
    EXPECT_THAT(phases_of(run_postgres(pooler.url("stats", "pgbouncer"), Depth::login)),
                ElementsAre("resolve", "connect", "handshake", "authenticate", "query"));
}

TEST_F(PostgresPooler, refusals_have_their_causes) {
    const PgBouncer pooler(*server_, {"app"}, {"max_client_conn = 1"});
    EXPECT_EQ(failure_of(run_postgres(pooler.url("app", "pgbouncer"))),
              "authenticate postgres.not_authorized");
    const auto nobody = run_postgres(pooler.url("nobody", "postgres"));
    EXPECT_EQ(failure_of(nobody), "authenticate postgres.auth_failed") << nobody.failure->detail;
    const auto held = hold(pooler);
    EXPECT_EQ(failure_of(run_postgres(pooler.url("app", "postgres"))),
              "authenticate postgres.too_many_connections");
}

TEST_F(PostgresPooler, an_exhausted_pool_that_gives_up_is_full) {
    const PgBouncer pooler(*server_, {"app"},
                           {"pool_mode = transaction", "default_pool_size = 1", "query_wait_timeout = 1"});
    const auto busy = hold(pooler);
    busy.run("BEGIN");
    EXPECT_EQ(failure_of(run_postgres(pooler.url("app", "postgres"))), "query postgres.too_many_connections");
}

TEST_F(PostgresPooler, sees_clean_goodbyes) {
    const PgBouncer pooler(*server_, {"app"}, {});
    ASSERT_EQ(failure_of(run_postgres(pooler.url("app", "postgres"))), "ok");
    ASSERT_EQ(failure_of(run_postgres(pooler.url("stats", "pgbouncer"))), "ok");
    EXPECT_THAT(pooler.log(), HasSubstr("closing because: client close request"));
    for (const char* complaint : {"unexpected eof", "WARNING", "ERROR"})
        EXPECT_THAT(pooler.log(), Not(HasSubstr(complaint)));
}

}  // namespace
}  // namespace plumb::test

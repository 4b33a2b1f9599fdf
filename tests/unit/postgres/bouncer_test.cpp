#include "probes/postgres/bouncer.hpp"

#include "tests/unit/postgres/tables.hpp"

#include <gtest/gtest.h>

namespace plumb::postgres {
namespace {

Table rows(std::vector<std::string> columns, std::vector<std::vector<std::optional<std::string>>> rows) {
    return Table{std::move(columns), std::move(rows)};
}

Table config() {
    return rows({"key", "value"},
                {{"max_client_conn", "100"}, {"default_pool_size", "20"}, {"pool_mode", "transaction"}});
}

Table pools() {
    return rows({"database", "user", "cl_active", "cl_waiting", "sv_active", "sv_idle", "sv_used",
                 "sv_tested", "sv_login", "maxwait", "maxwait_us"},
                {{"pgbouncer", "pgbouncer", "1", "0", "0", "0", "0", "0", "0", "0", "0"},
                 {"shop", "app", "30", "4", "5", "0", "0", "0", "0", "2", "500000"},
                 {"logs", "app", "9", "0", "8", "3", "1", "0", "0", "0", "0"}});
}

Table databases() {
    return rows({"name", "pool_size"}, {{"pgbouncer", "2"}, {"shop", "5"}});
}

TEST(PostgresBouncer, the_console_is_known_by_the_version_it_states) {
    EXPECT_TRUE(is_console("1.18.0/bouncer"));
    EXPECT_FALSE(is_console("15.20 (Debian 15.20-0+deb12u1)"));
    Outcome outcome;
    read_console_version("1.18.0/bouncer", outcome);
    EXPECT_EQ(fact(outcome, "postgres.front"), "pgbouncer");
    EXPECT_EQ(fact(outcome, "postgres.pooler_version"), "1.18.0");
}

TEST(PostgresBouncer, pools_add_up_and_the_fullest_counts) {
    Outcome outcome;
    read_console(config(), pools(), databases(), outcome);
    const auto* clients = outcome.find_gauge("postgres.pooler.clients");
    ASSERT_NE(clients, nullptr);
    EXPECT_EQ(clients->value, 43);  // less the probe's own
    EXPECT_EQ(clients->limit, 100);
    EXPECT_TRUE(clients->refuses_at_limit);
    EXPECT_EQ(gauge(outcome, "postgres.pooler.clients.active"), 39);
    EXPECT_EQ(gauge(outcome, "postgres.pooler.clients.waiting"), 4);
    EXPECT_EQ(gauge(outcome, "postgres.pooler.max_wait"), 2.5);
    EXPECT_EQ(gauge(outcome, "postgres.pooler.servers.active"), 13);
    EXPECT_EQ(gauge(outcome, "postgres.pooler.servers.idle"), 4);
    const auto* pool = outcome.find_gauge("postgres.pooler.pool");
    ASSERT_NE(pool, nullptr);
    EXPECT_EQ(pool->value, 5);
    EXPECT_EQ(pool->limit, 5);
    EXPECT_FALSE(pool->refuses_at_limit);
    EXPECT_EQ(fact(outcome, "postgres.pool_mode"), "transaction");
}

TEST(PostgresBouncer, what_it_does_not_answer_is_left_out) {
    Outcome outcome;
    read_console(Table{}, Table{}, Table{}, outcome);
    EXPECT_TRUE(outcome.gauges.empty());
    EXPECT_TRUE(outcome.facts.empty());
    read_console(Table{}, pools(), Table{}, outcome);
    EXPECT_FALSE(outcome.find_gauge("postgres.pooler.clients")->limit);
    EXPECT_EQ(outcome.find_gauge("postgres.pooler.pool"), nullptr);
}

}  // namespace
}  // namespace plumb::postgres

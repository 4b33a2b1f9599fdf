// A server that stalls in each phase.
#include "probes/postgres/postgres.hpp"
#include "tests/integration/postgres/messages.hpp"
#include "tests/integration/postgres/pgbouncer.hpp"
#include "tests/integration/postgres/run_probe.hpp"
#include "tests/integration/probe_run/stalls.hpp"
#include "tests/support/servers.hpp"
#include "tests/support/udp_server.hpp"

#include <gtest/gtest.h>

namespace plumb::test {
namespace {

std::string url(std::uint16_t port, const std::string& mode) {
    return "postgres://app:" + std::string(kPassword) + "@127.0.0.1:" + std::to_string(port) +
           "/postgres?sslmode=" + mode;
}

PostgresSpec spec() {
    PostgresSpec made;
    made.setup = "CREATE ROLE app LOGIN PASSWORD '" + std::string(kPassword) + "'";
    return made;
}

TEST(PostgresStalls, in_every_phase_end_on_time_and_name_it) {
    Stalls stalls(postgres_kind());
    const UdpServer silent_resolver;
    RunOptions with_silent_resolver;
    with_silent_resolver.name_servers = {silent_resolver.address()};
    stalls.expect("resolve", "dns.timeout", "postgres://app@db.internal/shop", with_silent_resolver);

    const FullQueueListener full;
    stalls.expect("connect", "tcp.timeout", url(full.port(), "disable"));

    const PostgresServer server(spec());
    server.freeze();
    stalls.expect("handshake", "peer.timeout", url(server.port(), "require"));
    stalls.expect("authenticate", "peer.timeout", url(server.port(), "disable"));
    server.thaw();
    const ScriptedServer silent_in_tls(answering("S"));
    stalls.expect("handshake", "tls.timeout", url(silent_in_tls.port(), "require"));

    // The pooler lets the session in and has no server connection left for it.
    const PgBouncer pooler(server, {"app"}, {"pool_mode = transaction", "default_pool_size = 1"});
    const PostgresServer::Held holder("host=127.0.0.1 port=" + std::to_string(pooler.port()) +
                                      " user=app password=" + std::string(kPassword) + " dbname=postgres");
    holder.run("BEGIN");
    stalls.expect("query", "peer.timeout", url(pooler.port(), "disable"));

    const ScriptedServer silent_about_itself([](Connection& connection) {
        connection.read_some();
        connection.write(wire::logged_in());
        connection.read_some();
        connection.write(wire::one());
        connection.hang();
    });
    stalls.expect("inspect", "peer.timeout", url(silent_about_itself.port(), "disable"));
    stalls.expect_complete();
}

// The server itself gives up a little before the limit, and says so.
TEST(PostgresStalls, an_inspection_that_waits_for_a_lock_is_ended_by_the_server) {
    const PostgresServer server(spec());
    const PostgresServer::Held locker(server.admin_conninfo("postgres"));
    locker.run("BEGIN; LOCK pg_catalog.pg_extension");
    const auto outcome = run_postgres(url(server.port(), "disable"), std::chrono::seconds(2));
    EXPECT_EQ(failure_of(outcome), "inspect postgres.statement_timeout");
    EXPECT_NE(fact_of(outcome, "postgres.server_version"), "(absent)");
    EXPECT_NE(outcome.find_gauge("postgres.connections"), nullptr);
}

}  // namespace
}  // namespace plumb::test

#include "probes/postgres/facts.hpp"
#include "probes/postgres/sections.hpp"

#include <algorithm>

namespace plumb::postgres {
namespace {

// Aurora replicates below the server, and its functions and views for WAL end in an error when they are run,
// so they stand where CASE does not come. It is known by its settings: aurora_version() is in no catalog.
constexpr std::string_view kSql =
    "WITH here AS (SELECT pg_catalog.pg_is_in_recovery() AS recovering, named.rds,"
    " named.rds AND EXISTS (SELECT FROM pg_catalog.pg_settings"
    " WHERE name LIKE 'apg\\_%' OR name LIKE 'aurora\\_%') AS aurora"
    " FROM (SELECT pg_catalog.current_setting('rds.extensions', true) IS NOT NULL AS rds) AS named)"
    " SELECT rds, aurora, recovering,"
    " CASE WHEN recovering AND NOT aurora THEN EXISTS (SELECT FROM pg_catalog.pg_stat_wal_receiver) END"
    " AS receiving,"
    " CASE WHEN aurora OR NOT recovering THEN NULL"
    " WHEN EXISTS (SELECT FROM pg_catalog.pg_stat_wal_receiver)"
    " AND pg_catalog.pg_last_wal_receive_lsn() = pg_catalog.pg_last_wal_replay_lsn() THEN 0"
    " ELSE pg_catalog.date_part('epoch',"
    " pg_catalog.clock_timestamp() - pg_catalog.pg_last_xact_replay_timestamp()) END AS behind,"
    " CASE WHEN NOT aurora THEN (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_replication) END AS "
    "replicas,"
    " CASE WHEN NOT aurora THEN (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_replication"
    " WHERE state IS NULL) END AS hidden,"
    " CASE WHEN NOT aurora THEN (SELECT pg_catalog.date_part('epoch', pg_catalog.max(replay_lag))"
    " FROM pg_catalog.pg_stat_replication) END AS lag,"
    " CASE WHEN NOT aurora AND NOT recovering THEN (SELECT pg_catalog.max("
    "pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), replay_lsn))"
    " FROM pg_catalog.pg_stat_replication) END AS lag_bytes,"
    " CASE WHEN NOT aurora THEN (SELECT pg_catalog.count(*) FROM pg_catalog.pg_replication_slots"
    " WHERE NOT active) END AS inactive,"
    " CASE WHEN NOT aurora AND NOT recovering THEN (SELECT pg_catalog.max("
    "pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), restart_lsn))"
    " FROM pg_catalog.pg_replication_slots) END AS retained"
    " FROM here";

void add(const Table& table, std::string_view column, const GaugeInfo& gauge, Outcome& outcome) {
    if (const auto value = table.number(column)) outcome.gauge(gauge, std::max(0.0, *value));
}

// Nobody who is fed is behind; of somebody who is hidden nothing is known.
void add_followers(const Table& table, Outcome& outcome) {
    const auto replicas = table.amount("replicas");
    if (!replicas) return;
    outcome.gauge(gauges::kReplicas, *replicas);
    if (*replicas == 0 || table.number("hidden").value_or(0) > 0 || table.is_true("recovering")) return;
    // A standby that has nothing left to apply has no lag either.
    outcome.gauge(gauges::kReplicationLag, std::max(0.0, table.number("lag").value_or(0)));
    add(table, "lag_bytes", gauges::kReplicationLagBytes, outcome);
}

}  // namespace

std::string replication_sql(const Server&) {
    return std::string(kSql);
}

void read_replication(const Table& table, Seen&, Outcome& outcome) {
    if (table.is_true("rds")) outcome.fact(facts::kPlatform, table.is_true("aurora") ? "aurora" : "rds");
    if (const auto receiving = table.cell("receiving"))
        outcome.fact(facts::kWalReceiver, *receiving == "t" ? "running" : "stopped");
    add(table, "behind", gauges::kReplicationLag, outcome);
    add_followers(table, outcome);
    add(table, "inactive", gauges::kInactiveSlots, outcome);
    add(table, "retained", gauges::kRetainedBytes, outcome);
}

}  // namespace plumb::postgres

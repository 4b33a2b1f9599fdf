#include "probes/postgres/facts.hpp"
#include "probes/postgres/sections.hpp"

#include <algorithm>
#include <array>

namespace plumb::postgres {
namespace {

constexpr int kVersion12 = 120000;

// Of a session that this role may not see, backend_type and state are NULL. A client's has a user and a
// database; so has a parallel worker, which takes none of the slots. It works with its leader's snapshot and
// under its name, so of hidden sessions that share both, one is counted and the others are `lookalikes`.
constexpr std::string_view kCounts =
    " SELECT pg_catalog.count(*) AS used,"
    " pg_catalog.count(*) FILTER (WHERE state IN ('active', 'fastpath function call')) AS active,"
    " pg_catalog.count(*) FILTER (WHERE state = 'idle') AS idle,"
    " pg_catalog.count(*) FILTER (WHERE state LIKE 'idle in transaction%') AS idle_in_transaction,"
    " pg_catalog.count(*) FILTER (WHERE wait_event_type = 'Lock') AS waiting,"
    " pg_catalog.count(*) FILTER (WHERE state = 'disabled') AS untracked,"
    " pg_catalog.count(*) FILTER (WHERE kind IS NULL) AS hidden,"
    " pg_catalog.count(*) FILTER (WHERE usename = session_user) AS role_used,"
    " pg_catalog.count(*) FILTER (WHERE datname = pg_catalog.current_database()) AS database_used,"
    " (SELECT pg_catalog.sum(same - 1) FROM (SELECT pg_catalog.count(*) AS same FROM session"
    " WHERE kind IS NULL AND backend_xmin IS NOT NULL"
    " GROUP BY usesysid, datid, application_name, backend_xmin::text) AS snapshot) AS lookalikes,"
    " (SELECT pg_catalog.sum(same - 1) FROM (SELECT pg_catalog.count(*) AS same FROM session"
    " WHERE kind IS NULL AND backend_xmin IS NOT NULL AND datname = pg_catalog.current_database()"
    " GROUP BY usesysid, application_name, backend_xmin::text) AS snapshot) AS database_lookalikes,"
    " pg_catalog.date_part('epoch', greatest("
    "pg_catalog.max(pg_catalog.clock_timestamp() - xact_start),"
    " (SELECT pg_catalog.max(pg_catalog.clock_timestamp() - prepared) FROM pg_catalog.pg_prepared_xacts)))"
    " AS oldest,"
    " (SELECT rolconnlimit FROM pg_catalog.pg_roles WHERE rolname = session_user) AS role_limit,"
    " (SELECT datconnlimit FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())"
    " AS database_limit,"
    " EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = session_user AND rolsuper)"
    " OR EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'pg_read_all_stats'"
    " AND pg_catalog.pg_has_role(oid, 'USAGE')) AS sees_all,"
    " pg_catalog.quote_ident(session_user) AS grantee"
    " FROM session";

// A limit of its own that this role or database has; -1 means none.
void own_limit(const Table& table, std::string_view name, double used, const GaugeInfo& gauge,
               Outcome& outcome) {
    const auto limit = table.amount(name);
    if (limit) outcome.gauge(gauge, used, *limit);
}

std::string visibility(const Table& table, const Server& server) {
    if (table.amount("untracked").value_or(0) > 0)
        return "no states: track_activities is off, so the server does not know what its sessions do";
    if (table.is_true("sees_all")) return "everything";
    std::string words =
        "hidden: state, lock wait and age of other roles' sessions, lag of standbys; what looks like a "
        "parallel worker is not counted";
    if (server.version >= kVersion10)
        words += "; GRANT pg_monitor TO " + table.cell("grantee").value_or("the role");
    return words;
}

void add_states(const Table& table, Outcome& outcome) {
    static constexpr std::array<std::pair<std::string_view, const GaugeInfo*>, 4> kStates{{
        {"active", &gauges::kActive},
        {"idle", &gauges::kIdle},
        {"idle_in_transaction", &gauges::kIdleInTransaction},
        {"waiting", &gauges::kWaitingOnLocks},
    }};
    for (const auto& [column, gauge] : kStates) {
        if (const auto count = table.amount(column)) outcome.gauge(*gauge, *count);
    }
    outcome.gauge(gauges::kOldestTransaction, std::max(0.0, table.number("oldest").value_or(0)));
}

void add_slots(double used, const Table& settings, Outcome& outcome) {
    const auto slots = settings.amount("max_connections");
    const double reserved = settings.amount("superuser_reserved_connections").value_or(0) +
                            settings.amount("reserved_connections").value_or(0);
    std::optional<double> usable;
    if (slots) usable = std::max(0.0, *slots - reserved);
    outcome.gauge(gauges::kConnections, used, usable);
    if (usable && reserved > 0)
        outcome.gauge(gauges::kReserved, std::clamp(used - *usable, 0.0, reserved), reserved);
}

}  // namespace

std::string activity_sql(const Server& server) {
    const bool typed = server.version == 0 || server.version >= kVersion10;
    const std::string kind = typed ? "backend_type" : "'client backend'::text";
    // Before version 12 a standby or subscriber took one of the clients' slots.
    const std::string clients = server.version != 0 && server.version < kVersion12
                                    ? "kind IN ('client backend', 'walsender')"
                                    : "kind = 'client backend'";
    return "WITH session AS (SELECT * FROM (SELECT *, " + kind +
           " AS kind FROM pg_catalog.pg_stat_activity) AS every"
           " WHERE pid <> pg_catalog.pg_backend_pid() AND (" +
           clients + " OR (kind IS NULL AND usesysid IS NOT NULL AND datid IS NOT NULL)))" +
           std::string(kCounts);
}

void read_activity(const Table& table, Seen& seen, Outcome& outcome) {
    const auto counted = table.amount("used");
    if (!counted) return;
    // Behind a pooler the session that asks is one of the pool's, and stays.
    const double own = seen.pooled ? 1 : 0;
    const double workers = seen.settings.amount("max_parallel_workers").value_or(0);
    const auto less_workers = [&](std::string_view count, std::string_view lookalikes) {
        const double taken = std::min(table.amount(lookalikes).value_or(0), workers);
        return std::max(0.0, table.amount(count).value_or(0) - taken) + own;
    };
    add_slots(less_workers("used", "lookalikes"), seen.settings, outcome);
    // Of this role's own sessions nothing is hidden.
    own_limit(table, "role_limit", table.amount("role_used").value_or(0) + own, gauges::kRoleConnections,
              outcome);
    own_limit(table, "database_limit", less_workers("database_used", "database_lookalikes"),
              gauges::kDatabaseConnections, outcome);
    outcome.fact(facts::kVisibility, visibility(table, seen.server));
    const bool known = table.amount("hidden").value_or(0) == 0 && table.amount("untracked").value_or(0) == 0;
    if (known) add_states(table, outcome);  // states of a part would read as states of the whole
}

}  // namespace plumb::postgres

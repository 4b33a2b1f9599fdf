// What the probe asks of a server, and what the answers mean. Pure: SQL text out, tables in.
//
// Both requests are one message each, which the server runs as one transaction: SET LOCAL binds the statement
// to the run's deadline and leaves nothing behind, so a pooler that hands the session on (PgBouncer) hands on
// a clean one, and there is no transaction to end.
#pragma once

#include "model/outcome.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::postgres {

struct Table {
    std::vector<std::string> columns;
    std::vector<std::vector<std::optional<std::string>>> rows;  // nullopt: NULL

    // Of the first row; nullopt: no such column or row, or NULL.
    std::optional<std::string> cell(std::string_view column) const;
};

// `limit` is what is left of the run; the server gives up a little earlier, so that it can say so.
std::string query_sql(std::chrono::nanoseconds limit);    // answers one table: 1
std::string inspect_sql(std::chrono::nanoseconds limit);  // answers two tables: settings, activity

// Facts of the server and of this role's session. Versions are ordered; what changes the behaviour of an app
// must match; max_connections is informational, since the gauge carries it as its limit and environments may
// differ in size.
void read_settings(const Table& settings, Outcome& outcome);

// Gauge postgres.connections: client backends of usable slots (max_connections less the slots kept for
// superusers and, from version 16 on, for reserved roles), the probe's own session left out. By state:
// .active, .idle, .idle_in_transaction. Where the role or the database has a limit of its own: .role,
// .database. A role that may not see other roles' sessions counts them all the same, but not their state:
// fact postgres.visibility.
void read_activity(const Table& settings, const Table& activity, Outcome& outcome);

// "primary" or "replica"; nullopt when the server did not say.
std::optional<std::string> role_of(const Table& settings);

}  // namespace plumb::postgres

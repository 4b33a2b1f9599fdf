#include "probes/postgres/inspect.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <charconv>

namespace plumb::postgres {
namespace {

using std::chrono::milliseconds;

// Comes before SET LOCAL, so statement_timeout is what an app of this role gets; so nothing here may wait for
// anything.
constexpr std::string_view kSettings =
    "SELECT current_setting('server_version') AS server_version,"
    " pg_catalog.pg_is_in_recovery() AS in_recovery,"
    " current_setting('max_connections') AS max_connections,"
    " current_setting('superuser_reserved_connections', true) AS superuser_reserved,"
    " current_setting('reserved_connections', true) AS role_reserved,"
    " current_setting('server_encoding') AS server_encoding,"
    " current_setting('TimeZone') AS timezone,"
    " current_setting('default_transaction_isolation') AS isolation,"
    " current_setting('default_transaction_read_only', true) AS read_only,"
    " current_setting('statement_timeout') AS statement_timeout,"
    " current_setting('idle_in_transaction_session_timeout', true) AS idle_timeout";

// A session that this role may not see has no backend_type; a client's has a user and a database. So has a
// parallel worker, which takes no slot and can then not be told from a client: it is counted.
constexpr std::string_view kActivity =
    "SELECT count(*) AS used,"
    " count(*) FILTER (WHERE state IN ('active', 'fastpath function call')) AS active,"
    " count(*) FILTER (WHERE state = 'idle') AS idle,"
    " count(*) FILTER (WHERE state LIKE 'idle in transaction%') AS idle_in_transaction,"
    " count(*) FILTER (WHERE backend_type IS NULL) AS hidden,"
    " count(*) FILTER (WHERE usename = current_user) AS role_used,"
    " count(*) FILTER (WHERE datname = current_database()) AS database_used,"
    " (SELECT rolconnlimit FROM pg_catalog.pg_roles WHERE rolname = current_user) AS role_limit,"
    " (SELECT datconnlimit FROM pg_catalog.pg_database WHERE datname = current_database()) AS database_limit"
    " FROM pg_catalog.pg_stat_activity"
    " WHERE pid <> pg_catalog.pg_backend_pid()"
    " AND (backend_type = 'client backend'"
    " OR (backend_type IS NULL AND usesysid IS NOT NULL AND datid IS NOT NULL))";

std::string bounded(std::chrono::nanoseconds limit) {
    const auto whole = std::chrono::duration_cast<milliseconds>(limit);
    return "SET LOCAL statement_timeout = " + std::to_string(std::max<long long>(1, whole.count() * 9 / 10));
}

// A count of sessions or slots. What cannot be one (PostgreSQL's -1 for "no limit", a number from nowhere) is
// none.
std::optional<double> number(const Table& table, std::string_view column) {
    constexpr double kMost = 1e9;
    const auto cell = table.cell(column);
    if (!cell) return std::nullopt;
    double value = 0;
    const auto [end, error] = std::from_chars(cell->data(), cell->data() + cell->size(), value);
    if (error != std::errc() || end != cell->data() + cell->size()) return std::nullopt;
    if (!(value >= 0 && value <= kMost)) return std::nullopt;
    return value;
}

void copy_fact(const Table& table, std::string_view column, Outcome& outcome, std::string_view name,
               FactClass cls) {
    if (const auto cell = table.cell(column)) outcome.fact(name, cls, sanitize(*cell, kMaxFactValue));
}

double reserved(const Table& settings) {
    return number(settings, "superuser_reserved").value_or(0) + number(settings, "role_reserved").value_or(0);
}

// A limit of its own that this role or database has.
void own_limit(const Table& activity, std::string_view limit_column, std::string_view used_column,
               std::string_view name, Outcome& outcome) {
    const auto limit = number(activity, limit_column);
    const auto used = number(activity, used_column);
    if (limit && used) outcome.gauge(name, *used, *limit, true);
}

}  // namespace

std::optional<std::string> Table::cell(std::string_view column) const {
    const auto found = std::find(columns.begin(), columns.end(), column);
    if (found == columns.end() || rows.empty()) return std::nullopt;
    const auto index = static_cast<std::size_t>(found - columns.begin());
    return index < rows.front().size() ? rows.front()[index] : std::nullopt;
}

std::string query_sql(std::chrono::nanoseconds limit) {
    return bounded(limit) + "; SELECT 1 AS one";
}

std::string inspect_sql(std::chrono::nanoseconds limit) {
    return std::string(kSettings) + "; " + bounded(limit) + "; " + std::string(kActivity);
}

std::optional<std::string> role_of(const Table& settings) {
    const auto recovering = settings.cell("in_recovery");
    if (recovering == "t") return "replica";
    if (recovering == "f") return "primary";
    return std::nullopt;
}

void read_settings(const Table& settings, Outcome& outcome) {
    if (auto version = settings.cell("server_version")) {
        // "15.20 (Debian 15.20-0+deb12u1)": the packager's part would differ between equal servers.
        version->resize(std::min(version->size(), version->find(' ')));
        outcome.fact("postgres.server_version", FactClass::ordered, sanitize(*version, 64));
    }
    if (const auto role = role_of(settings)) outcome.fact("postgres.role", FactClass::must_match, *role);
    copy_fact(settings, "server_encoding", outcome, "postgres.server_encoding", FactClass::must_match);
    copy_fact(settings, "timezone", outcome, "postgres.timezone", FactClass::must_match);
    copy_fact(settings, "isolation", outcome, "postgres.default_transaction_isolation",
              FactClass::must_match);
    copy_fact(settings, "read_only", outcome, "postgres.default_transaction_read_only",
              FactClass::must_match);
    copy_fact(settings, "statement_timeout", outcome, "postgres.statement_timeout", FactClass::must_match);
    copy_fact(settings, "idle_timeout", outcome, "postgres.idle_in_transaction_session_timeout",
              FactClass::must_match);
    copy_fact(settings, "max_connections", outcome, "postgres.max_connections", FactClass::informational);
    const auto kept = static_cast<long long>(reserved(settings));
    outcome.fact("postgres.reserved_connections", FactClass::informational, std::to_string(kept));
}

void read_activity(const Table& settings, const Table& activity, Outcome& outcome) {
    const auto used = number(activity, "used");
    if (!used) return;
    std::optional<double> limit;
    if (const auto slots = number(settings, "max_connections"))
        limit = std::max(0.0, *slots - reserved(settings));
    outcome.gauge("postgres.connections", *used, limit, limit.has_value());
    own_limit(activity, "role_limit", "role_used", "postgres.connections.role", outcome);
    own_limit(activity, "database_limit", "database_used", "postgres.connections.database", outcome);
    const bool all = number(activity, "hidden").value_or(0) == 0;
    outcome.fact(
        "postgres.visibility", FactClass::informational,
        all ? "every session's state" : "only this role's states; grant pg_read_all_stats to see all");
    if (!all) return;  // states of a part would read as states of the whole
    for (const std::string_view state : {"active", "idle", "idle_in_transaction"}) {
        const std::string name = "postgres.connections." + std::string(state);
        if (const auto count = number(activity, state)) outcome.gauge(name, *count);
    }
}

}  // namespace plumb::postgres

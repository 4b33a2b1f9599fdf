#include "base/text.hpp"
#include "probes/postgres/facts.hpp"
#include "probes/postgres/sections.hpp"

#include <algorithm>
#include <array>

namespace plumb::postgres {
namespace {

struct Setting {
    std::string_view name;
    const FactInfo& fact;
};

// What a server does not know stays NULL, and has no fact.
constexpr std::array<Setting, 18> kSettings{{
    {"ssl", facts::kServerSsl},
    {"server_encoding", facts::kServerEncoding},
    {"timezone", facts::kTimezone},
    {"datestyle", facts::kDateStyle},
    {"standard_conforming_strings", facts::kConformingStrings},
    {"default_transaction_isolation", facts::kIsolation},
    {"default_transaction_read_only", facts::kReadOnly},
    {"statement_timeout", facts::kStatementTimeout},
    {"lock_timeout", facts::kLockTimeout},
    {"idle_in_transaction_session_timeout", facts::kIdleInTransactionTimeout},
    {"idle_session_timeout", facts::kIdleSessionTimeout},
    {"transaction_timeout", facts::kTransactionTimeout},
    {"search_path", facts::kSearchPath},
    {"synchronous_commit", facts::kSynchronousCommit},
    {"wal_level", facts::kWalLevel},
    {"shared_buffers", facts::kSharedBuffers},
    {"work_mem", facts::kWorkMem},
    {"max_connections", facts::kMaxConnections},
}};

constexpr std::array<std::string_view, 4> kOthers{"server_version", "superuser_reserved_connections",
                                                  "reserved_connections", "max_parallel_workers"};

std::string setting_sql(std::string_view name) {
    return "pg_catalog.current_setting('" + std::string(name) + "', true) AS " + std::string(name);
}

// A pooler answers the login itself, so the process that it names is not the one that runs the statement.
std::string_view front_of(const Seen& seen) {
    if (seen.server.proxy_host) return "rds_proxy";
    if (!seen.pooled) return "none";
    return seen.server.pgbouncer ? "pgbouncer" : "pooler";
}

}  // namespace

std::string settings_sql(const Server&) {
    std::string sql =
        "SELECT pg_catalog.pg_is_in_recovery() AS in_recovery, pg_catalog.pg_backend_pid() AS own_pid";
    for (const auto& setting : kSettings)
        sql += ", " + setting_sql(setting.name);
    for (const auto name : kOthers)
        sql += ", " + setting_sql(name);
    return sql;
}

void read_settings(const Table& table, Seen& seen, Outcome& outcome) {
    seen.settings = table;
    if (auto version = table.cell("server_version")) {
        // "15.20 (Debian 15.20-0+deb12u1)": the packager's part would differ between equal servers.
        version->resize(std::min(version->size(), version->find(' ')));
        outcome.fact(facts::kServerVersion, sanitize(*version, 64));
    }
    const auto recovering = table.cell("in_recovery");
    if (recovering == "t" || recovering == "f")
        outcome.fact(facts::kRole, *recovering == "t" ? "replica" : "primary");
    if (const auto own = table.number("own_pid")) {
        seen.pooled = *own != static_cast<double>(seen.server.key_pid);
        outcome.fact(facts::kFront, front_of(seen));
    }
    for (const auto& setting : kSettings) {
        if (const auto value = table.cell(setting.name)) outcome.fact(setting.fact, *value);
    }
    const auto kept = table.amount("superuser_reserved_connections").value_or(0) +
                      table.amount("reserved_connections").value_or(0);
    outcome.fact(facts::kReservedConnections, std::to_string(static_cast<long long>(kept)));
}

}  // namespace plumb::postgres

// The facts and gauges of this kind, each declared once. A size that follows the instance (slots, memory) is
// informational: environments differ in size, and the gauges show what that means.
#pragma once

#include "model/fact.hpp"
#include "model/outcome.hpp"

namespace plumb::postgres {

namespace facts {

using enum FactClass;

inline constexpr FactInfo kServerVersion{"postgres.server_version", ordered, "version of the server"};
inline constexpr FactInfo kRole{"postgres.role", must_match, "primary or replica"};
inline constexpr FactInfo kFront{
    "postgres.front", must_match,
    "what stands in front: none, pgbouncer, rds_proxy, or pooler for one that does not say which it is"};
inline constexpr FactInfo kPlatform{"postgres.platform", informational,
                                    "rds or aurora, where the server is one"};
inline constexpr FactInfo kSsl{"postgres.ssl", must_match, "whether the session is encrypted: on or off"};
inline constexpr FactInfo kSslFallback{"postgres.ssl_fallback", informational,
                                       "why sslmode prefer or allow went back on its first choice"};
// A release may bring a driver that knows no SCRAM, or none that is weaker.
inline constexpr FactInfo kAuthentication{
    "postgres.authentication", must_match,
    "how the server had the role log in: none (trust or certificate), password, md5, scram-sha-256 or "
    "scram-sha-256-plus"};
inline constexpr FactInfo kVisibility{"postgres.visibility", informational,
                                      "what the role may not see, and what to grant"};
inline constexpr FactInfo kInspectionRefused{"postgres.inspection_refused", informational,
                                             "which part of the inspection the server refused, and why"};
// A state and no setting: it comes and goes with a restart, and a standby that is fed from archives has none.
// What it costs is told by the lag.
inline constexpr FactInfo kWalReceiver{"postgres.wal_receiver", informational,
                                       "whether a replica receives from its primary: running or stopped"};
inline constexpr FactInfo kExtensions{"postgres.extensions", must_match,
                                      "names of the database's extensions"};
inline constexpr FactInfo kExtensionVersions{"postgres.extension_versions", ordered,
                                             "the same with their versions"};
inline constexpr FactInfo kCollation{"postgres.collation", must_match, "collation of the database"};
inline constexpr FactInfo kCharacterType{"postgres.character_type", must_match,
                                         "locale by which the database classifies characters"};

inline constexpr FactInfo kServerSsl{"postgres.server_ssl", must_match, "setting ssl"};
inline constexpr FactInfo kServerEncoding{"postgres.server_encoding", must_match, "setting server_encoding"};
inline constexpr FactInfo kTimezone{"postgres.timezone", must_match, "setting TimeZone"};
inline constexpr FactInfo kDateStyle{"postgres.datestyle", must_match, "setting DateStyle"};
inline constexpr FactInfo kConformingStrings{"postgres.standard_conforming_strings", must_match,
                                             "setting standard_conforming_strings"};
inline constexpr FactInfo kIsolation{"postgres.default_transaction_isolation", must_match,
                                     "setting default_transaction_isolation"};
inline constexpr FactInfo kReadOnly{"postgres.default_transaction_read_only", must_match,
                                    "setting default_transaction_read_only"};
inline constexpr FactInfo kStatementTimeout{"postgres.statement_timeout", must_match,
                                            "setting statement_timeout, as a session of this role gets it"};
inline constexpr FactInfo kLockTimeout{"postgres.lock_timeout", must_match, "setting lock_timeout"};
inline constexpr FactInfo kIdleInTransactionTimeout{"postgres.idle_in_transaction_session_timeout",
                                                    must_match,
                                                    "setting idle_in_transaction_session_timeout"};
// An older server lacks these two: that alone is told with its version and may not hold a release.
inline constexpr FactInfo kIdleSessionTimeout{"postgres.idle_session_timeout", ordered,
                                              "setting idle_session_timeout, from version 14 on"};
inline constexpr FactInfo kTransactionTimeout{"postgres.transaction_timeout", ordered,
                                              "setting transaction_timeout, from version 17 on"};
// May hold the name of an environment.
inline constexpr FactInfo kSearchPath{"postgres.search_path", informational, "setting search_path"};
inline constexpr FactInfo kSynchronousCommit{"postgres.synchronous_commit", informational,
                                             "setting synchronous_commit"};
inline constexpr FactInfo kWalLevel{"postgres.wal_level", informational, "setting wal_level"};
inline constexpr FactInfo kSharedBuffers{"postgres.shared_buffers", informational, "setting shared_buffers"};
inline constexpr FactInfo kWorkMem{"postgres.work_mem", informational, "setting work_mem"};
inline constexpr FactInfo kMaxConnections{"postgres.max_connections", informational,
                                          "setting max_connections; the gauge has it as its limit"};
inline constexpr FactInfo kReservedConnections{"postgres.reserved_connections", informational,
                                               "slots of these kept for superusers and privileged roles"};

inline constexpr FactInfo kPoolerVersion{"postgres.pooler_version", ordered, "version of PgBouncer"};
inline constexpr FactInfo kPoolMode{"postgres.pool_mode", must_match,
                                    "PgBouncer's pool_mode: session, transaction or statement"};
inline constexpr FactInfo kDefaultPoolSize{"postgres.default_pool_size", informational,
                                           "PgBouncer's default_pool_size"};
inline constexpr FactInfo kMaxClientConnections{"postgres.max_client_conn", informational,
                                                "PgBouncer's max_client_conn"};

}  // namespace facts

namespace gauges {

inline constexpr GaugeInfo kConnections{
    "postgres.connections", "connections",
    "sessions of clients, of the slots that are not reserved; the probe's own is left out", true};
inline constexpr GaugeInfo kReserved{
    "postgres.connections.reserved", "connections",
    "sessions in slots kept for superusers and privileged roles; more than none: clients are refused", true};
inline constexpr GaugeInfo kRoleConnections{"postgres.connections.role", "connections",
                                            "sessions of this role, where it has a limit of its own", true};
inline constexpr GaugeInfo kDatabaseConnections{"postgres.connections.database", "connections",
                                                "sessions in this database, where it has a limit of its own",
                                                true};
inline constexpr GaugeInfo kActive{"postgres.connections.active", "connections",
                                   "sessions that run a statement"};
inline constexpr GaugeInfo kIdle{"postgres.connections.idle", "connections",
                                 "sessions that wait for their client"};
inline constexpr GaugeInfo kIdleInTransaction{"postgres.connections.idle_in_transaction", "connections",
                                              "sessions that wait for their client inside a transaction"};
inline constexpr GaugeInfo kWaitingOnLocks{"postgres.waiting_on_locks", "connections",
                                           "sessions that wait for a lock of another"};
inline constexpr GaugeInfo kOldestTransaction{"postgres.oldest_transaction", "s",
                                              "age of the oldest open transaction, prepared ones included"};
inline constexpr GaugeInfo kReplicationLag{
    "postgres.replication_lag", "s",
    "on a replica how old its data is, on a primary how far its slowest standby or subscriber is behind"};
inline constexpr GaugeInfo kReplicationLagBytes{"postgres.replication_lag_bytes", "bytes",
                                                "WAL that the slowest standby or subscriber has not applied"};
inline constexpr GaugeInfo kReplicas{"postgres.replicas", "connections",
                                     "standbys and subscribers that are fed"};
inline constexpr GaugeInfo kInactiveSlots{"postgres.replication_slots.inactive", "slots",
                                          "replication slots that keep WAL for nobody who is there"};
inline constexpr GaugeInfo kRetainedBytes{"postgres.replication_slots.retained", "bytes",
                                          "WAL that is kept for the slot furthest behind"};
inline constexpr GaugeInfo kWraparound{
    "postgres.wraparound", "transactions",
    "age of the oldest unfrozen transaction or multixact; at the limit the server takes no writes", true};
inline constexpr GaugeInfo kDatabaseSize{"postgres.database_size", "bytes",
                                         "size of the database, of the target's size_limit", true};

inline constexpr GaugeInfo kPoolerClients{"postgres.pooler.clients", "connections",
                                          "PgBouncer's clients, of max_client_conn", true};
inline constexpr GaugeInfo kPoolerActiveClients{"postgres.pooler.clients.active", "connections",
                                                "clients that are served or idle (cl_active)"};
inline constexpr GaugeInfo kPoolerWaitingClients{"postgres.pooler.clients.waiting", "connections",
                                                 "clients that wait for a server connection (cl_waiting)"};
inline constexpr GaugeInfo kPoolerMaxWait{"postgres.pooler.max_wait", "s",
                                          "how long the first of those has waited (maxwait)"};
inline constexpr GaugeInfo kPoolerActiveServers{"postgres.pooler.servers.active", "connections",
                                                "server connections that serve a client (sv_active)"};
inline constexpr GaugeInfo kPoolerIdleServers{"postgres.pooler.servers.idle", "connections",
                                              "server connections that are free (sv_idle and sv_used)"};
inline constexpr GaugeInfo kPoolerPool{"postgres.pooler.pool", "connections",
                                       "server connections in use of the fullest pool, of its pool_size"};

}  // namespace gauges

}  // namespace plumb::postgres

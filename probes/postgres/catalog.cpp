#include "probes/postgres/catalog.hpp"

#include "probes/net/facts.hpp"
#include "probes/postgres/facts.hpp"

namespace plumb::postgres {
namespace {

Catalog own_phases() {
    Catalog own;
    own.phases = {
        {phase::authenticate,
         "the start packet to a server that takes questions; SCRAM, MD5 or password in it"},
        {phase::query,
         "SELECT 1, or with it the role that the target needs; SHOW VERSION of a PgBouncer console"},
        {phase::inspect, "what the server says of itself: settings, sessions, replication, sizes"},
    };
    own.causes = {Cause::postgres_auth_failed,
                  Cause::postgres_not_authorized,
                  Cause::postgres_no_database,
                  Cause::postgres_too_many_connections,
                  Cause::postgres_starting_up,
                  Cause::postgres_shutting_down,
                  Cause::postgres_read_only,
                  Cause::postgres_insufficient_privilege,
                  Cause::postgres_statement_timeout,
                  Cause::postgres_unsupported_auth,
                  Cause::postgres_error,
                  Cause::tls_refused};
    return own;
}

std::vector<FactInfo> own_facts() {
    using namespace facts;
    return {kServerVersion,
            kRole,
            kFront,
            kPlatform,
            kSsl,
            kSslFallback,
            kAuthentication,
            kVisibility,
            kInspectionRefused,
            kWalReceiver,
            kExtensions,
            kExtensionVersions,
            kCollation,
            kCharacterType,
            kServerSsl,
            kServerEncoding,
            kTimezone,
            kDateStyle,
            kConformingStrings,
            kIsolation,
            kReadOnly,
            kStatementTimeout,
            kLockTimeout,
            kIdleInTransactionTimeout,
            kIdleSessionTimeout,
            kTransactionTimeout,
            kSearchPath,
            kSynchronousCommit,
            kWalLevel,
            kSharedBuffers,
            kWorkMem,
            kMaxConnections,
            kReservedConnections,
            kPoolerVersion,
            kPoolMode,
            kDefaultPoolSize,
            kMaxClientConnections};
}

std::vector<GaugeInfo> own_gauges() {
    using namespace gauges;
    return {kConnections,
            kReserved,
            kRoleConnections,
            kDatabaseConnections,
            kActive,
            kIdle,
            kIdleInTransaction,
            kWaitingOnLocks,
            kOldestTransaction,
            kReplicationLag,
            kReplicationLagBytes,
            kReplicas,
            kInactiveSlots,
            kRetainedBytes,
            kWraparound,
            kDatabaseSize,
            kPoolerClients,
            kPoolerActiveClients,
            kPoolerWaitingClients,
            kPoolerMaxWait,
            kPoolerActiveServers,
            kPoolerIdleServers,
            kPoolerPool};
}

}  // namespace

Catalog catalog() {
    auto own = own_phases();
    own.facts = own_facts();
    own.gauges = own_gauges();
    Catalog all;
    all.add(net::dial_catalog()).add(net::tls_catalog()).add(own).add(net::exchange_catalog());
    return all;
}

}  // namespace plumb::postgres

#include "probes/redis/facts.hpp"

#include "probes/net/facts.hpp"

namespace plumb::redis {
namespace {

Catalog make_catalog() {
    Catalog all;
    all.add(net::dial_catalog()).add(net::tls_catalog()).add(net::exchange_catalog());
    const Catalog own{
        .phases = {{phase::authenticate, "AUTH and SELECT; only with a user, a password or a database", true},
                   {phase::ping, "PING to its answer"},
                   {phase::inspect,
                    "INFO, and what it leaves out by CONFIG GET; of a cluster its state and shards"},
                   {kShardsPhase,
                    "of a cluster: connect, TLS, AUTH and PING to the primary of each other shard", true}},
        .causes = {Cause::redis_noauth, Cause::redis_wrongpass, Cause::redis_noperm, Cause::redis_loading,
                   Cause::redis_moved, Cause::redis_ask, Cause::redis_readonly, Cause::redis_noreplicas,
                   Cause::redis_out_of_memory, Cause::redis_misconf, Cause::redis_max_clients,
                   Cause::redis_busy, Cause::redis_masterdown, Cause::redis_protected_mode,
                   Cause::redis_cluster_down, Cause::redis_tryagain, Cause::redis_error},
        .facts = {facts::kVersion, facts::kServer, facts::kValkeyVersion, facts::kMode,
                  facts::kClusterEnabled, facts::kRole, facts::kMasterLink, facts::kMemoryPolicy, facts::kAof,
                  facts::kAofWrite, facts::kLastSave, facts::kSave, facts::kClusterState,
                  facts::kClusterSlots, facts::kShards, facts::kInfo, facts::kTopology},
        .gauges = {gauges::kClients, gauges::kMemory, gauges::kFragmentation, gauges::kBlocked, gauges::kOps,
                   gauges::kEvictions, gauges::kRejections, gauges::kHitRatio, gauges::kReplicas,
                   gauges::kReplicationLag, gauges::kReplicationLagBytes},
    };
    return all.add(own);
}

}  // namespace

const Catalog& catalog() {
    static const Catalog all = make_catalog();
    return all;
}

}  // namespace plumb::redis

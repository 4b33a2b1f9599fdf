// What the redis probe may add to an outcome, each declared once.
#pragma once

#include "probes/probe.hpp"

namespace plumb::redis {

// A cluster's other shards: their primaries are connected to in turn.
inline constexpr std::string_view kShardsPhase = "shards";

namespace facts {

using enum FactClass;

inline constexpr FactInfo kVersion{"redis.version", ordered, "version that the server speaks for"};
inline constexpr FactInfo kServer{"redis.server", must_match,
                                  "which kin of Redis it is, where it names itself (valkey)"};
inline constexpr FactInfo kValkeyVersion{"redis.valkey_version", ordered, "version of Valkey itself"};
inline constexpr FactInfo kMode{"redis.mode", must_match, "standalone, cluster or sentinel"};
inline constexpr FactInfo kClusterEnabled{"redis.cluster_enabled", must_match, "whether cluster mode is on"};
inline constexpr FactInfo kRole{"redis.role", must_match,
                                "master or slave; of a cluster, that of the node asked"};
inline constexpr FactInfo kMasterLink{"redis.master_link", must_match,
                                      "a replica's link to its primary: up or down"};
// The name of a cluster leads to any of its nodes: which one answered says nothing of the environment.
inline constexpr FactInfo kNodeRole{"redis.role", informational, kRole.meaning};
inline constexpr FactInfo kNodeLink{"redis.master_link", informational, kMasterLink.meaning};
inline constexpr FactInfo kMemoryPolicy{"redis.maxmemory_policy", must_match,
                                        "what makes room when the memory is full; noeviction refuses writes"};
inline constexpr FactInfo kAof{"redis.aof_enabled", must_match, "whether every write goes to a log on disk"};
inline constexpr FactInfo kAofWrite{"redis.aof_last_write", must_match,
                                    "result of the last write to that log: ok or err"};
inline constexpr FactInfo kLastSave{"redis.last_save", must_match,
                                    "result of the last snapshot to disk: ok or err (writes may be refused)"};
// Told by CONFIG alone, which a service may keep to itself.
inline constexpr FactInfo kSave{"redis.save", informational,
                                "when snapshots are taken, as SECONDS CHANGES pairs, or off"};
inline constexpr FactInfo kClusterState{"redis.cluster_state", must_match,
                                        "ok, or fail: the cluster serves nothing"};
inline constexpr FactInfo kClusterSlots{
    "redis.cluster_slots", must_match,
    "how many of the 16384 hash slots have a node that serves them, or all"};
// More shards are more capacity, and two environments may differ in it.
inline constexpr FactInfo kShards{"redis.shards", ordered, "shards that hold slots"};
inline constexpr FactInfo kInfo{"redis.info", informational, "hidden: this account may not call INFO"};
inline constexpr FactInfo kTopology{"redis.topology", informational,
                                    "hidden: this account may not ask for the cluster's shards"};

}  // namespace facts

namespace gauges {

inline constexpr GaugeInfo kClients{
    "redis.clients", "connections",
    "clients, replicas and the cluster's own, without this probe; of maxclients", true};
// Refuses at its limit only under noeviction.
inline constexpr GaugeInfo kMemory{"redis.memory", "bytes",
                                   "memory of the data set and of the clients; of maxmemory", false};
inline constexpr GaugeInfo kFragmentation{"redis.fragmentation", "ratio",
                                          "memory taken from the system for each byte in use"};
inline constexpr GaugeInfo kBlocked{"redis.blocked_clients", "connections", "clients in a blocking call"};
inline constexpr GaugeInfo kOps{"redis.ops", "1/s", "commands a second, by the server's own count"};
inline constexpr GaugeInfo kEvictions{"redis.evictions", "1/s",
                                      "keys evicted for want of memory, since the inspection before"};
inline constexpr GaugeInfo kRejections{"redis.rejections", "1/s",
                                       "connections refused at maxclients, since the inspection before"};
inline constexpr GaugeInfo kHitRatio{"redis.hit_ratio", "ratio",
                                     "share of the look-ups that found a key, since the inspection before"};
inline constexpr GaugeInfo kReplicas{"redis.replicas", "replicas", "replicas that are connected"};
inline constexpr GaugeInfo kReplicationLag{
    "redis.replication_lag", "s",
    "a primary: since its slowest replica confirmed; a replica: since it heard of its primary"};
inline constexpr GaugeInfo kReplicationLagBytes{
    "redis.replication_lag_bytes", "bytes",
    "a primary: what its slowest replica has not confirmed; a replica: what it has read and not yet applied"};

}  // namespace gauges

const Catalog& catalog();

}  // namespace plumb::redis

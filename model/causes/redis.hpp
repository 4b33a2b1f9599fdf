// The causes that Redis names. Part of the table in model/cause.cpp, in the order of the enum.
#pragma once

#include "model/cause.hpp"

namespace plumb::causes {

inline constexpr CauseInfo kRedis[] = {
    {Cause::redis_noauth, "redis.noauth", Layer::authenticate, Category::drift,
     "Redis demands authentication, and none was given (NOAUTH).",
     "The AUTH secret or user is missing from this environment's URL; AUTH was switched on here only.",
     "Put this environment's AUTH token into the secret the task reads; or put its user and password there.",
     "NOAUTH requirepass"},
    {Cause::redis_wrongpass, "redis.wrongpass", Layer::authenticate, Category::drift,
     "Redis rejected the user or the password (WRONGPASS).",
     "The secret holds another environment's or an old token; or the user is disabled; or a password is sent "
     "to a server that has none set.",
     "Align the secret with the server's AUTH token or user group; restart the tasks after a rotation.",
     "WRONGPASS invalid-password AUTH"},
    {Cause::redis_noperm, "redis.noperm", Layer::request, Category::drift,
     "The user is known, but its ACL forbids this command or key (NOPERM).",
     "The access string of the user differs between the environments.",
     "Compare the users' access strings and grant what is missing; see ACL LIST, or the ElastiCache user "
     "group.",
     "NOPERM ACL"},
    // Health: the server is not ready yet, as a task that is asked before its warm-up is over.
    {Cause::redis_loading, "redis.loading", Layer::request, Category::health,
     "Redis is loading its data into memory and answers nothing else yet (LOADING).",
     "It was restarted or replaced a moment ago; or a replica is in its full synchronisation.",
     "Wait until it is loaded; then look at the events for the reason of the restart.", "LOADING"},
    {Cause::redis_moved, "redis.moved", Layer::request, Category::drift,
     "Redis answered that the key lives on another node (MOVED).",
     "Cluster mode is on here, and the client is a plain one; or the client is pointed at a single node.",
     "Use the configuration endpoint with a cluster-aware client; or align cluster mode in both "
     "environments.",
     "MOVED CROSSSLOT cluster-mode"},
    {Cause::redis_ask, "redis.ask", Layer::request, Category::health,
     "Redis answered that the key's slot is on its way to another node (ASK).",
     "The cluster is being resharded or scaled; the client does not follow the redirection.",
     "Wait until the resharding is over; if the app fails meanwhile, give it a cluster-aware client.",
     "ASK ASKING resharding migrating"},
    {Cause::redis_readonly, "redis.readonly", Layer::request, Category::drift,
     "The node accepts only reads (READONLY).",
     "The address is a replica or the reader endpoint; or the former primary after a failover, still held in "
     "a DNS cache or a pool.",
     "Use the primary endpoint; let the client reconnect when it meets READONLY.", "READONLY replica"},
    {Cause::redis_noreplicas, "redis.noreplicas", Layer::request, Category::health,
     "The primary refuses writes because too few replicas are connected and up to date (NOREPLICAS).",
     "A replica was lost or lags by more than min-replicas-max-lag; or min-replicas-to-write is set where "
     "there are fewer replicas, as in a smaller environment.",
     "Look at the health and the lag of the replicas; compare min-replicas-to-write with their number.",
     "NOREPLICAS min-replicas-to-write min-slaves-to-write"},
    {Cause::redis_out_of_memory, "redis.out_of_memory", Layer::request, Category::saturation,
     "Redis refuses writes because maxmemory is reached and nothing may be evicted (OOM).",
     "The data outgrew the node, and the eviction policy is noeviction; or it lets only keys with a time to "
     "live go; the policy or the node size differs from the other environment.",
     "Compare maxmemory and maxmemory-policy in the facts; set an eviction policy that suits a cache, give "
     "keys a time to live, or take a larger node.",
     "OOM maxmemory noeviction"},
    {Cause::redis_misconf, "redis.misconf", Layer::request, Category::saturation,
     "Redis refuses writes because its last snapshot or its log could not be written to disk (MISCONF).",
     "The disk is full or not writable; or the memory does not suffice for the fork that takes the snapshot "
     "(no memory reserved for it; vm.overcommit_memory is 0).",
     "Read the server's log for the failed save; free the disk or the memory. Where the data need not "
     "survive, switch snapshots off.",
     "MISCONF stop-writes-on-bgsave-error bgsave"},
    {Cause::redis_max_clients, "redis.max_clients", Layer::authenticate, Category::saturation,
     "Redis refused the connection: maxclients is reached.",
     "The connections of all tasks together exceed the limit; it is 65,000 on ElastiCache, less where "
     "maxclients is set. There is no pool, pools are too large, or connections leak.",
     "Share one pooled connection a process; set a client idle timeout; look at the list of clients for who "
     "holds them.",
     "maxclients max-number-of-clients ERR_MAX_CLIENTS"},
    {Cause::redis_busy, "redis.busy", Layer::request, Category::saturation,
     "Redis is busy with a script and answers nothing else (BUSY).",
     "A Lua script or function runs longer than the limit; often because production's data is larger.",
     "Find the script in SLOWLOG and bound its work; end it with SCRIPT KILL if it has written nothing.",
     "BUSY SLOWLOG lua-time-limit"},
    {Cause::redis_masterdown, "redis.masterdown", Layer::request, Category::health,
     "The replica lost its primary and may not serve old data (MASTERDOWN).",
     "A failover is under way; or the path between replica and primary is cut.",
     "Look at the replication group's events and its primary's health.",
     "MASTERDOWN replica-serve-stale-data"},
    {Cause::redis_protected_mode, "redis.protected_mode", Layer::authenticate, Category::drift,
     "Redis runs in protected mode and answers only clients of its own host (DENIED).",
     "This self-run Redis has no password and no bind address; that is its default configuration.",
     "Set a password and the bind address in the server's configuration; do not just switch protected mode "
     "off.",
     "DENIED protected-mode"},
    {Cause::redis_cluster_down, "redis.cluster_down", Layer::request, Category::health,
     "The cluster does not serve this key's slot (CLUSTERDOWN).",
     "A shard has lost its primary and no replica took over; or slots are not assigned (a cluster being made "
     "or resharded).",
     "Look at CLUSTER INFO and at the events of the shards.", "CLUSTERDOWN hash-slot cluster_state"},
    {Cause::redis_tryagain, "redis.tryagain", Layer::request, Category::health,
     "The keys of one command lie on two nodes, since their slot is being moved (TRYAGAIN).",
     "The cluster is being resharded or scaled.",
     "Wait until the resharding is over; let the client try such commands again.", "TRYAGAIN"},
    {Cause::redis_error, "redis.error", Layer::request, Category::drift,
     "Redis answered with an error that has no code of its own here; the detail has its words.",
     "This version or service lacks the command, or has renamed it; or a setting differs.",
     "Read the detail; compare the versions and the parameter groups in the facts.",
     "ERR WRONGTYPE EXECABORT NOSCRIPT"},
};

}  // namespace plumb::causes

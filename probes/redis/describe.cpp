#include "probes/redis/describe.hpp"

#include "base/text.hpp"
#include "probes/redis/facts.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace plumb::redis {

namespace {

constexpr double kAllSlots = 16384;

void add_fact(Outcome& outcome, const Info& info, std::string_view field, const FactInfo& fact) {
    const std::string_view value = info.text(field);
    if (!value.empty()) outcome.fact(fact, value);
}

void add_flag(Outcome& outcome, const Info& info, std::string_view field, const FactInfo& fact) {
    const std::string_view value = info.text(field);
    if (value == "0") outcome.fact(fact, "no");
    if (value == "1") outcome.fact(fact, "yes");
}

void add_gauge(Outcome& outcome, const Info& info, std::string_view field, const GaugeInfo& gauge) {
    if (const auto value = info.number(field)) outcome.gauge(gauge, *value);
}

void add_identity(const Info& info, Outcome& outcome) {
    const bool cluster = info.text("cluster_enabled") == "1";
    add_fact(outcome, info, "redis_version", facts::kVersion);
    add_fact(outcome, info, "server_name", facts::kServer);
    add_fact(outcome, info, "valkey_version", facts::kValkeyVersion);
    add_fact(outcome, info, "redis_mode", facts::kMode);
    add_flag(outcome, info, "cluster_enabled", facts::kClusterEnabled);
    add_fact(outcome, info, "role", cluster ? facts::kNodeRole : facts::kRole);
    add_fact(outcome, info, "master_link_status", cluster ? facts::kNodeLink : facts::kMasterLink);
}

void add_persistence(const Info& info, Outcome& outcome) {
    add_flag(outcome, info, "aof_enabled", facts::kAof);
    if (info.text("aof_enabled") == "1") add_fact(outcome, info, "aof_last_write_status", facts::kAofWrite);
    add_fact(outcome, info, "rdb_last_bgsave_status", facts::kLastSave);
    if (!info.has("save")) return;
    const std::string_view save = info.text("save");
    outcome.fact(facts::kSave, save.empty() ? "off" : save);
}

void add_clients(const Info& info, Outcome& outcome) {
    add_gauge(outcome, info, "blocked_clients", gauges::kBlocked);
    const auto clients = info.number("connected_clients");
    if (!clients) return;
    // Replicas and the cluster's bus take slots as well, and connected_clients leaves both out; it counts us.
    const double others =
        info.number("connected_slaves").value_or(0) + info.number("cluster_connections").value_or(0);
    outcome.gauge(gauges::kClients, std::max(*clients - 1, 0.0) + others, info.number("maxclients"));
}

void add_memory(const Info& info, Outcome& outcome) {
    add_fact(outcome, info, "maxmemory_policy", facts::kMemoryPolicy);
    add_gauge(outcome, info, "mem_fragmentation_ratio", gauges::kFragmentation);
    const auto used = info.number("used_memory");
    if (!used) return;
    auto limit = info.number("maxmemory");
    if (limit && *limit <= 0) limit.reset();  // 0: no limit of Redis's own
    // Every policy but noeviction makes room at the limit, and a full cache is normal.
    const bool refuses = limit && info.text("maxmemory_policy") == "noeviction";
    outcome.gauge(gauges::kMemory.name, *used, limit, refuses);
}

void add_replication(const Info& info, Outcome& outcome) {
    add_gauge(outcome, info, "connected_slaves", gauges::kReplicas);
    std::optional<double> lag;
    std::optional<double> behind;
    if (info.text("role") == "slave") {
        lag = info.number("master_last_io_seconds_ago");  // -1 while the link is down
        if (!lag) lag = info.number("master_link_down_since_seconds");
        const auto read = info.number("slave_read_repl_offset");
        const auto applied = info.number("slave_repl_offset");
        if (read && applied) behind = std::max(*read - *applied, 0.0);
    }
    const auto written = info.number("master_repl_offset");
    for (const Replica& replica : info.replicas()) {
        if (!replica.online) continue;  // still in its first synchronisation: it serves nobody yet
        if (replica.lag) lag = std::max(lag.value_or(0), *replica.lag);
        if (replica.offset && written) {
            behind = std::max(behind.value_or(0), std::max(*written - *replica.offset, 0.0));
        }
    }
    if (lag) outcome.gauge(gauges::kReplicationLag, *lag);
    if (behind) outcome.gauge(gauges::kReplicationLagBytes, *behind);
}

class Growth {
  public:
    Growth(const Info& info, Rates& rates, Clock::time_point now, std::string_view address)
        : info_(info),
          rates_(rates),
          now_(now),
          server_(info.has("run_id") ? info.text("run_id") : address) {}

    std::optional<double> of(std::string_view field) {
        const auto total = info_.number(field);
        if (!total) return std::nullopt;
        return rates_.look(server_, field, *total, now_);
    }

  private:
    const Info& info_;
    Rates& rates_;
    Clock::time_point now_;
    std::string_view server_;
};

void add_rates(Growth growth, const Info& info, Outcome& outcome) {
    add_gauge(outcome, info, "instantaneous_ops_per_sec", gauges::kOps);
    if (const auto rate = growth.of("evicted_keys")) outcome.gauge(gauges::kEvictions, *rate);
    if (const auto rate = growth.of("rejected_connections")) outcome.gauge(gauges::kRejections, *rate);
    const auto hits = growth.of("keyspace_hits");
    const auto misses = growth.of("keyspace_misses");
    if (hits && misses && *hits + *misses > 0) {
        outcome.gauge(gauges::kHitRatio, *hits / (*hits + *misses));
    }
}

// Of 16384 slots, those that a living node serves.
std::optional<double> served_slots(const Info& cluster) {
    const auto assigned = cluster.number("cluster_slots_assigned");
    if (!assigned) return std::nullopt;
    return std::clamp(*assigned - cluster.number("cluster_slots_fail").value_or(0), 0.0, kAllSlots);
}

std::string served_in_words(double slots) {
    return fmt::format("{:.0f} of {:.0f}", slots, kAllSlots);
}

}  // namespace

void describe(const Info& info, Rates& rates, Clock::time_point now, Outcome& outcome) {
    add_identity(info, outcome);
    add_persistence(info, outcome);
    add_clients(info, outcome);
    add_memory(info, outcome);
    add_replication(info, outcome);
    add_rates(Growth(info, rates, now, outcome.address), info, outcome);
}

void describe_cluster(const Info& cluster, Outcome& outcome) {
    add_fact(outcome, cluster, "cluster_state", facts::kClusterState);
    add_fact(outcome, cluster, "cluster_size", facts::kShards);
    if (const auto served = served_slots(cluster)) {
        outcome.fact(facts::kClusterSlots, *served >= kAllSlots ? "all" : served_in_words(*served));
    }
}

std::string cluster_complaint(const Info& cluster) {
    if (cluster.text("cluster_state") != "fail") return "";
    std::string words = "cluster_state is fail";
    if (const auto served = served_slots(cluster)) {
        words += "; slots served: " + served_in_words(*served);
    }
    return words;
}

}  // namespace plumb::redis

#include "probes/redis/info.hpp"

#include "base/text.hpp"
#include "model/fact.hpp"
#include "probes/scrub.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace plumb::redis {

namespace {

constexpr auto kFields = std::to_array<std::string_view>(
    {"redis_version", "server_name", "valkey_version", "redis_mode", "run_id", "cluster_enabled", "loading",
     // clients
     "connected_clients", "cluster_connections", "maxclients", "blocked_clients", "rejected_connections",
     // memory
     "used_memory", "maxmemory", "maxmemory_policy", "mem_fragmentation_ratio", "evicted_keys",
     // persistence; "save" is CONFIG's
     "aof_enabled", "aof_last_write_status", "rdb_last_bgsave_status", "save",
     // replication
     "role", "connected_slaves", "master_repl_offset", "master_link_status", "master_last_io_seconds_ago",
     "master_link_down_since_seconds", "slave_read_repl_offset", "slave_repl_offset",
     // statistics
     "instantaneous_ops_per_sec", "keyspace_hits", "keyspace_misses",
     // CLUSTER INFO
     "cluster_state", "cluster_slots_assigned", "cluster_slots_fail", "cluster_size"});

std::optional<double> amount(std::string_view digits) {
    double value = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || stop != digits.data() + digits.size()) return std::nullopt;
    if (!std::isfinite(value) || value < 0) return std::nullopt;
    return value;
}

// "slave0", and nothing else that begins so.
bool names_a_replica(std::string_view field) {
    constexpr std::string_view kWord = "slave";
    return field.starts_with(kWord) && field.size() > kWord.size() &&
           std::all_of(field.begin() + kWord.size(), field.end(),
                       [](char c) { return c >= '0' && c <= '9'; });
}

Replica parse_replica(std::string_view value) {
    Replica replica;
    for (const std::string_view part : split(value, ',')) {
        const std::size_t equals = std::min(part.find('='), part.size());
        const std::string_view name = part.substr(0, equals);
        const std::string_view word = part.substr(std::min(equals + 1, part.size()));
        if (name == "state") replica.online = word == "online";
        if (name == "offset") replica.offset = amount(word);
        if (name == "lag") replica.lag = amount(word);
    }
    return replica;
}

}  // namespace

Info Info::parse(std::string_view text, std::span<const std::string_view> secrets) {
    Info info;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = trim(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        const std::size_t colon = line.find(':');
        if (line.starts_with('#') || colon == std::string_view::npos) continue;
        const std::string_view field = line.substr(0, colon);
        const std::string_view value = line.substr(colon + 1);
        if (!names_a_replica(field)) {
            info.set(field, value, secrets);
        } else if (info.replicas_.size() < kMaxReplicas) {
            info.replicas_.push_back(parse_replica(value.substr(0, kMaxFactValue)));
        }
    }
    return info;
}

void Info::set(std::string_view field, std::string_view value, std::span<const std::string_view> secrets) {
    if (std::find(kFields.begin(), kFields.end(), field) == kFields.end()) return;
    // A cut before could leave the beginning of a secret. An amount stays one: it may hold the digits of a
    // short password.
    std::string kept = amount(value) ? std::string(value) : scrub(value, secrets);
    kept.resize(std::min(kept.size(), kMaxFactValue));
    fields_.insert_or_assign(std::string(field), std::move(kept));
}

std::string_view Info::text(std::string_view field) const {
    const auto found = fields_.find(field);
    return found == fields_.end() ? std::string_view{} : std::string_view(found->second);
}

std::optional<double> Info::number(std::string_view field) const {
    return amount(text(field));
}

}  // namespace plumb::redis

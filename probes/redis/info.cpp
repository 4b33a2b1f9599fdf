#include "probes/redis/info.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace plumb::redis {

namespace {

constexpr std::array<std::string_view, 19> kFields{"redis_version",
                                                   "server_name",
                                                   "valkey_version",
                                                   "redis_mode",
                                                   "role",
                                                   "master_link_status",
                                                   "connected_slaves",
                                                   "connected_clients",
                                                   "cluster_connections",
                                                   "maxclients",
                                                   "blocked_clients",
                                                   "used_memory",
                                                   "maxmemory",
                                                   "maxmemory_policy",
                                                   "evicted_keys",
                                                   "rejected_connections",
                                                   "cluster_enabled",
                                                   "aof_enabled",
                                                   "loading"};

void add_fact(Outcome& outcome, const Info& info, std::string_view field, std::string_view name,
              FactClass cls) {
    const std::string_view value = info.text(field);
    if (!value.empty()) outcome.fact(name, cls, sanitize(value, kMaxFactValue));
}

void add_flag(Outcome& outcome, const Info& info, std::string_view field, std::string_view name) {
    const std::string_view value = info.text(field);
    if (value == "0") outcome.fact(name, FactClass::must_match, "no");
    if (value == "1") outcome.fact(name, FactClass::must_match, "yes");
}

void add_gauge(Outcome& outcome, const Info& info, std::string_view field, std::string_view name) {
    if (const auto value = info.number(field)) outcome.gauge(name, *value);
}

void add_facts(const Info& info, Outcome& outcome) {
    add_fact(outcome, info, "redis_version", "redis.version", FactClass::ordered);
    add_fact(outcome, info, "server_name", "redis.server",
             FactClass::must_match);  // Valkey and other kin name themselves
    add_fact(outcome, info, "valkey_version", "redis.valkey_version", FactClass::ordered);
    add_fact(outcome, info, "role", "redis.role", FactClass::must_match);
    add_fact(outcome, info, "redis_mode", "redis.mode", FactClass::must_match);
    add_fact(outcome, info, "maxmemory_policy", "redis.maxmemory_policy", FactClass::must_match);
    add_fact(outcome, info, "master_link_status", "redis.master_link", FactClass::must_match);
    add_flag(outcome, info, "cluster_enabled", "redis.cluster_enabled");
    add_flag(outcome, info, "aof_enabled", "redis.aof_enabled");
}

void add_gauges(const Info& info, Outcome& outcome) {
    if (const auto clients = info.number("connected_clients")) {
        const auto limit = info.number("maxclients");
        // Replicas and the cluster's bus take slots as well, and connected_clients leaves both out.
        const double others =
            info.number("connected_slaves").value_or(0) + info.number("cluster_connections").value_or(0);
        outcome.gauge("redis.clients", *clients + others, limit, limit.has_value());
    }
    if (const auto used = info.number("used_memory")) {
        auto limit = info.number("maxmemory");
        if (limit && *limit <= 0) limit.reset();  // 0: no limit of Redis's own
        // Only noeviction refuses writes at the limit; every other policy makes room, and a full cache is
        // normal.
        const bool refuses = limit && info.text("maxmemory_policy") == "noeviction";
        outcome.gauge("redis.memory", *used, limit, refuses);
    }
    add_gauge(outcome, info, "blocked_clients", "redis.blocked_clients");
    add_gauge(outcome, info, "evicted_keys", "redis.evicted_keys");
    add_gauge(outcome, info, "rejected_connections", "redis.rejected_connections");
    add_gauge(outcome, info, "connected_slaves", "redis.replicas");
}

}  // namespace

Info Info::parse(std::string_view text) {
    Info info;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = trim(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        const std::size_t colon = line.find(':');
        if (line.starts_with('#') || colon == std::string_view::npos) continue;
        info.set(line.substr(0, colon), line.substr(colon + 1));
    }
    return info;
}

void Info::set(std::string_view field, std::string_view value) {
    if (std::find(kFields.begin(), kFields.end(), field) == kFields.end()) return;
    fields_.insert_or_assign(std::string(field), std::string(value.substr(0, kMaxFactValue)));
}

std::string_view Info::text(std::string_view field) const {
    const auto found = fields_.find(field);
    return found == fields_.end() ? std::string_view{} : std::string_view(found->second);
}

std::optional<double> Info::number(std::string_view field) const {
    const std::string_view digits = text(field);
    double value = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || stop != digits.data() + digits.size()) return std::nullopt;
    if (!std::isfinite(value) || value < 0) return std::nullopt;
    return value;
}

void describe(const Info& info, Outcome& outcome) {
    add_facts(info, outcome);
    add_gauges(info, outcome);
}

}  // namespace plumb::redis

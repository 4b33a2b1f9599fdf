// What a server says of itself (INFO) → facts and gauges. The text is the peer's: bounded by the reply
// reader, every value sanitized here, unknown fields ignored. https://redis.io/commands/info
#pragma once

#include "model/outcome.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace plumb::redis {

// The fields that the probe reads; everything else of INFO is dropped while parsing.
class Info {
  public:
    static Info parse(std::string_view text);

    // "" when absent.
    std::string_view text(std::string_view field) const;
    std::optional<double> number(std::string_view field) const;
    bool has(std::string_view field) const { return fields_.contains(field); }
    // For what servers before 7 tell only through CONFIG GET. Unknown fields are ignored.
    void set(std::string_view field, std::string_view value);

  private:
    std::map<std::string, std::string, std::less<>> fields_;
};

// Facts redis.version (ordered), redis.server, redis.role, redis.mode, redis.cluster_enabled,
// redis.maxmemory_policy, redis.aof_enabled, and for a replica redis.master_link; gauges redis.clients (of
// maxclients), redis.memory (of maxmemory, when there is one), redis.blocked_clients, redis.evicted_keys,
// redis.rejected_connections, redis.replicas.
void describe(const Info& info, Outcome& outcome);

}  // namespace plumb::redis

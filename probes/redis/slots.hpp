// CLUSTER SLOTS → the shards of a cluster. What a node announces are a peer's words: bounded, and an address
// counts only when it looks like one. https://redis.io/commands/cluster-slots
#pragma once

#include "probes/redis/reply.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace plumb::redis {

inline constexpr std::size_t kMaxShards = 1000;  // what Redis itself recommends at most

struct Node {
    std::string host;  // an address or a name in lower case; "": the one by which the cluster was asked
    std::uint16_t port = 0;
    friend bool operator==(const Node&, const Node&) = default;
};

struct Shard {
    std::optional<Node> primary;  // nullopt: what it announces is no address
    std::string slots;            // "0-5460", and how many ranges more: its name for people
};

// One shard a primary, in the order of their slots; past kMaxShards they are dropped. nullopt: the reply is
// none to CLUSTER SLOTS.
std::optional<std::vector<Shard>> parse_slots(const Reply& reply);

}  // namespace plumb::redis

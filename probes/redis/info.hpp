// The "name:value" lines of INFO and CLUSTER INFO. The text is the peer's: bounded by the reply reader,
// unknown fields dropped while parsing, values without our secrets and cut. https://redis.io/commands/info
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::redis {

inline constexpr std::size_t kMaxReplicas = 64;

// "slave0:ip=10.0.0.7,port=6379,state=online,offset=1400,lag=1": a replica, as its primary sees it.
struct Replica {
    bool online = false;
    std::optional<double> offset;  // bytes of the replication stream that it has confirmed
    std::optional<double> lag;     // seconds since it last did
};

class Info {
  public:
    // A peer may echo what it was sent: of `secrets` nothing is kept.
    static Info parse(std::string_view text, std::span<const std::string_view> secrets = {});

    // "" when absent.
    std::string_view text(std::string_view field) const;
    // Finite and not negative, or nothing: -1 stands for "none" here.
    std::optional<double> number(std::string_view field) const;
    bool has(std::string_view field) const { return fields_.contains(field); }
    const std::vector<Replica>& replicas() const { return replicas_; }  // at most kMaxReplicas
    // For what a server tells only through CONFIG GET. Unknown fields are ignored.
    void set(std::string_view field, std::string_view value, std::span<const std::string_view> secrets = {});

  private:
    std::map<std::string, std::string, std::less<>> fields_;
    std::vector<Replica> replicas_;
};

}  // namespace plumb::redis

// The other shards of a cluster: each one's primary must be reachable as the client of a cluster reaches it.
#pragma once

#include "probes/net/tls.hpp"
#include "probes/probe.hpp"
#include "probes/redis/settings.hpp"
#include "probes/redis/slots.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace plumb::redis {

class Shards {
  public:
    // What one run connects to at most. Of more shards, or of those that the time of a run is not enough for,
    // each run takes the next ones and notes how many it tried.
    static constexpr std::size_t kMaxProbed = 32;

    // `tls`: of the target itself, or null. REQUIRES: all outlive this.
    Shards(const Settings& settings, const net::TlsSettings* tls, Services& services);

    // Begins phase `shards`: one shard after another, never two connections at once; each has an equal share
    // of the time that is left, and no less than the node that served the run took twice. One that fails does
    // not keep the others from being tried; the first that failed is the run's failure, named by its slots.
    // The addresses stand among run.outcome.attempts. The node that served the run (outcome.address) is left
    // out.
    boost::asio::awaitable<void> probe(Run& run, const std::vector<Shard>& shards);

  private:
    // What went wrong, in words that name the shard.
    boost::asio::awaitable<std::optional<net::Failed>> try_shard(Run& run, const Shard& shard,
                                                                 Clock::time_point until);
    boost::asio::awaitable<void> probe_node(Run& run, const Node& node);
    const net::TlsSettings& tls_for(const Node& node);
    bool is_ours(const Node& node, const Outcome& outcome) const;
    std::string scrubbed(std::string_view words) const;

    const Settings& settings_;
    Settings login_;  // those, without a database: a cluster has one only
    Secret lower_password_;
    const net::TlsSettings* tls_;
    Services& services_;
    std::map<std::string, net::TlsSettings> tls_by_name_;
    std::size_t next_ = 0;  // where the next run begins
};

}  // namespace plumb::redis

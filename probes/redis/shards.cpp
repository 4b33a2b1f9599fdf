#include "probes/redis/shards.hpp"

#include "probes/net/dial.hpp"
#include "probes/redis/exchange.hpp"
#include "probes/redis/facts.hpp"

#include <algorithm>

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

namespace plumb::redis {

namespace {

using boost::asio::awaitable;

// A name may lead to many addresses, and a cluster announces many names.
constexpr std::size_t kMaxAttempts = 64;
constexpr std::chrono::milliseconds kLeastShare{250};

bool is_address(const std::string& host) {
    boost::system::error_code not_address;
    boost::asio::ip::make_address(host, not_address);
    return !not_address;
}

std::string text_of(const std::string& host, std::uint16_t port) {
    boost::system::error_code not_address;
    const auto address = boost::asio::ip::make_address(host, not_address);
    return not_address ? fmt::format("{}:{}", host, port) : net::endpoint_text(address, port);
}

// What the shard's own run saw → the attempts of the whole run. A node that connects and then refuses us
// failed too.
void note_attempts(Outcome& into, const Outcome& shard, const std::string& where) {
    auto attempts = shard.attempts;
    if (attempts.empty()) attempts.push_back({where, std::nullopt, shard.total});
    if (shard.failure) attempts.back().failed = shard.failure->cause;
    for (auto& attempt : attempts) {
        if (into.attempts.size() < kMaxAttempts) into.attempts.push_back(std::move(attempt));
    }
}

// The first failure, told at the end, since it counts the others.
class Verdict {
  public:
    explicit Verdict(std::size_t shards) : shards_(shards) {}

    void add(std::optional<net::Failed> failed) {
        ++tried_;
        if (failed && failed_++ == 0) first_ = std::move(*failed);
    }
    void tell(Run& run) const {
        if (failed_ > 0) {
            run.fail(first_.cause,
                     fmt::format("{} of {} shards failed: {}", failed_, shards_, first_.detail));
        } else if (tried_ < shards_) {
            run.fail(Cause::peer_timeout,
                     fmt::format("only {} of {} shards were tried within the time limit", tried_, shards_));
        }
    }

  private:
    std::size_t shards_;
    std::size_t tried_ = 0;
    std::size_t failed_ = 0;
    net::Failed first_;
};

// An equal share of the time that is left.
Clock::time_point share_of(Clock::time_point deadline, std::size_t shards) {
    const auto now = Clock::now();
    const auto left = std::max(deadline - now, Clock::duration::zero());
    const auto share = std::max<Clock::duration>(left / static_cast<int>(shards), kLeastShare);
    return now + std::min(left, share);
}

}  // namespace

Shards::Shards(const Settings& settings, const net::TlsSettings* tls, Services& services)
    : settings_(settings), login_(settings), tls_(tls), services_(services) {
    login_.database = 0;
}

bool Shards::is_ours(const Node& node, const Outcome& outcome) const {
    if (text_of(node.host, node.port) == outcome.address) return true;
    const bool same_host = node.host.empty() || node.host == settings_.host;
    return same_host && node.port == settings_.port;
}

// A node that announces a name has a certificate for that name; one that announces an address is behind the
// name of the target, as is every node when the target says which name to ask for.
const net::TlsSettings& Shards::tls_for(const Node& node) {
    const auto& options = tls_->options();
    const bool named = !node.host.empty() && !is_address(node.host);
    if (!named || options.server_name != settings_.host) return *tls_;
    const auto known = tls_by_name_.find(node.host);
    if (known != tls_by_name_.end()) return known->second;
    if (tls_by_name_.size() >= kMaxProbed) tls_by_name_.clear();
    auto own = options;
    own.server_name = node.host;
    return tls_by_name_.emplace(node.host, net::TlsSettings(std::move(own))).first->second;
}

awaitable<void> Shards::probe_node(Run& run, const Node& node) {
    const std::string& host = node.host.empty() ? settings_.host : node.host;
    std::optional<net::Stream> stream = co_await net::dial(run, services_, host, node.port);
    if (!stream) co_return;
    if (tls_ != nullptr) {
        const auto& tls = tls_for(node);
        const bool upgraded = co_await net::start_tls(run, *stream, tls);
        if (!upgraded) co_return;
    }
    Session session(login_, Questions::none());
    const bool in_step = co_await converse(run, *stream, session);
    if (in_step) co_await say_goodbye(*stream, run.whole_deadline());
}

awaitable<std::optional<net::Failed>> Shards::try_shard(Run& run, const Shard& shard,
                                                        Clock::time_point until) {
    if (!shard.primary) {
        net::Failed failed(Cause::peer_unexpected,
                           fmt::format("slots {}: what the cluster announces is no address", shard.slots));
        co_return failed;
    }
    const Node& node = *shard.primary;
    if (is_ours(node, run.outcome)) co_return std::nullopt;
    Run own(until, run.number());
    co_await probe_node(own, node);
    own.finish();
    const std::string where = text_of(node.host.empty() ? settings_.host : node.host, node.port);
    note_attempts(run.outcome, own.outcome, where);
    if (!own.failed()) co_return std::nullopt;
    const Failure& failure = *own.outcome.failure;
    net::Failed failed(failure.cause, fmt::format("slots {} at {}, {}: {}", shard.slots, where, failure.phase,
                                                  failure.detail));
    co_return failed;
}

awaitable<void> Shards::probe(Run& run, const std::vector<Shard>& shards) {
    run.begin(kShardsPhase);
    const std::size_t count = std::min(shards.size(), kMaxProbed);
    const std::size_t first = shards.size() > kMaxProbed ? run.number() * kMaxProbed % shards.size() : 0;
    Verdict verdict(count);
    for (std::size_t i = 0; i < count && Clock::now() < run.deadline(); ++i) {
        const auto until = share_of(run.deadline(), count - i);
        auto failed = co_await try_shard(run, shards[(first + i) % shards.size()], until);
        verdict.add(std::move(failed));
    }
    verdict.tell(run);
}

}  // namespace plumb::redis

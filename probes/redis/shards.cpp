#include "probes/redis/shards.hpp"

#include "base/text.hpp"
#include "probes/net/dial.hpp"
#include "probes/redis/exchange.hpp"
#include "probes/redis/facts.hpp"
#include "probes/scrub.hpp"

#include <algorithm>
#include <array>

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

namespace plumb::redis {

namespace {

using boost::asio::awaitable;

// A name may lead to many addresses, and a cluster announces many names.
constexpr std::size_t kMaxAttempts = 64;
// Less tells a slow shard from none only when all the time there is is short.
constexpr Clock::duration kLeastShare = std::chrono::milliseconds(250);

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
    std::size_t tried() const { return tried_; }

    void tell(Run& run) const {
        const bool all = tried_ == shards_;
        if (failed_ > 0) {
            run.fail(first_.cause, fmt::format("{} of {} shards {}failed: {}", failed_, tried_,
                                               all ? "" : "that were tried ", first_.detail));
        }
        if (all) return;
        auto& note = run.outcome.note;
        note += fmt::format("{}{} of {} shards were tried; the next inspection goes on with the others",
                            note.empty() ? "" : "; ", tried_, shards_);
    }

  private:
    std::size_t shards_;
    std::size_t tried_ = 0;
    std::size_t failed_ = 0;
    net::Failed first_;
};

// Shares out the time that is left when it is made.
class Shares {
  public:
    // `usual`: what the same took at the node that serves the run.
    Shares(Clock::time_point deadline, Clock::duration usual)
        : deadline_(deadline),
          usual_(usual),
          least_(std::max(2 * usual, std::min(kLeastShare, left() / 4))) {}

    // Nobody is called silent for want of our own time: who cannot have enough waits for the next run.
    bool has_one(bool first) const { return left() > (first ? usual_ : least_); }
    // An equal share among `shards`.
    Clock::time_point next(std::size_t shards) const {
        const auto share = std::max(left() / static_cast<int>(shards), least_);
        return std::min(deadline_, Clock::now() + share);
    }

  private:
    Clock::duration left() const { return std::max(deadline_ - Clock::now(), Clock::duration::zero()); }

    Clock::time_point deadline_;
    Clock::duration usual_;
    Clock::duration least_;
};

}  // namespace

Shards::Shards(const Settings& settings, const net::TlsSettings* tls, Services& services)
    : settings_(settings),
      login_(settings),
      lower_password_(to_lower(settings.password.reveal())),
      tls_(tls),
      services_(services) {
    login_.database = 0;
}

// A node's name is read in lower case.
std::string Shards::scrubbed(std::string_view words) const {
    const std::array<std::string_view, 2> secrets{login_.password.reveal(), lower_password_.reveal()};
    return scrub(words, secrets);
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
    if (!named || options.server_name != net::certificate_name(settings_.host)) return *tls_;
    const auto known = tls_by_name_.find(node.host);
    if (known != tls_by_name_.end()) return known->second;
    if (tls_by_name_.size() >= kMaxProbed) tls_by_name_.clear();
    auto own = options;
    own.server_name = net::certificate_name(node.host);
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
    const std::string where = scrubbed(text_of(node.host.empty() ? settings_.host : node.host, node.port));
    note_attempts(run.outcome, own.outcome, where);
    if (!own.failed()) co_return std::nullopt;
    const Failure& failure = *own.outcome.failure;
    net::Failed failed(failure.cause, fmt::format("slots {} at {}, {}: {}", shard.slots, where, failure.phase,
                                                  scrubbed(failure.detail)));
    co_return failed;
}

awaitable<void> Shards::probe(Run& run, const std::vector<Shard>& shards) {
    run.begin(kShardsPhase);
    if (shards.empty()) co_return;
    const std::size_t count = std::min(shards.size(), kMaxProbed);
    const std::size_t first = next_ % shards.size();
    const Shares shares(run.deadline(), run.outcome.total);
    Verdict verdict(shards.size());
    while (verdict.tried() < count && shares.has_one(verdict.tried() == 0)) {
        const auto until = shares.next(count - verdict.tried());
        const Shard& shard = shards[(first + verdict.tried()) % shards.size()];
        auto failed = co_await try_shard(run, shard, until);
        verdict.add(std::move(failed));
    }
    next_ = first + verdict.tried();
    verdict.tell(run);
}

}  // namespace plumb::redis

#include "probes/redis/redis.hpp"

#include "model/phase.hpp"
#include "probes/net/dial.hpp"
#include "probes/net/stream.hpp"
#include "probes/net/tls.hpp"
#include "probes/rates.hpp"
#include "probes/redis/describe.hpp"
#include "probes/redis/exchange.hpp"
#include "probes/redis/facts.hpp"
#include "probes/redis/plan.hpp"
#include "probes/redis/settings.hpp"
#include "probes/redis/shards.hpp"
#include "probes/scrub.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace plumb {

namespace {

using boost::asio::awaitable;

class RedisProbe final : public Probe {
  public:
    RedisProbe(redis::Settings settings, std::optional<net::TlsSettings> tls, Services& services)
        : settings_(std::move(settings)),
          tls_(std::move(tls)),
          services_(services),
          shards_(settings_, tls_ ? &*tls_ : nullptr, services) {}

    awaitable<void> run(Run& run) override {
        std::optional<net::Stream> stream =
            co_await net::dial(run, services_, settings_.host, settings_.port);
        if (!stream) co_return;
        if (tls_) {
            const bool upgraded = co_await net::start_tls(run, *stream, *tls_);
            if (!upgraded) co_return explain_handshake(run);
        }
        if (run.logs_in()) {
            co_await speak(run, *stream);
        } else {
            net::note_kernel_facts(run.outcome, stream->descriptor());
        }
        stream->close();
    }

  private:
    awaitable<void> speak(Run& run, net::Stream& stream) {
        const redis::Questions questions =
            run.inspects() ? permissions_.next_inspection() : redis::Questions::none();
        redis::Session session(settings_, questions);
        const bool in_step = co_await redis::converse(run, stream, session);
        net::note_kernel_facts(run.outcome, stream.descriptor());
        describe(run, questions, session);
        // Whoever failed so far says nothing of the other shards, and has spent its time.
        const bool others = session.shards().has_value() && !run.failed();
        if (!others) {
            complain(run, session);
            run.finish();
        } else {
            run.begin(redis::kShardsPhase);
        }
        if (in_step) co_await redis::say_goodbye(stream, run.deadline());
        stream.close();
        if (!others) co_return;
        co_await shards_.probe(run, *session.shards());
        complain(run, session);
    }

    // A cluster's own word comes after what its shards show: they say which of them it is.
    static void complain(Run& run, const redis::Session& session) {
        if (!session.cluster()) return;
        const std::string words = redis::cluster_complaint(*session.cluster());
        if (!words.empty()) run.fail(Cause::redis_cluster_down, words);
    }

    void describe(Run& run, const redis::Questions& questions, const redis::Session& session) {
        auto& outcome = run.outcome;
        for (const redis::Question question : session.refused())
            permissions_.note_refused(question);
        const auto hidden = [&](redis::Question question) {
            const auto& refused = session.refused();
            return run.inspects() && (!questions.has(question) ||
                                      std::find(refused.begin(), refused.end(), question) != refused.end());
        };
        if (session.info()) redis::describe(*session.info(), rates_, Clock::now(), outcome);
        if (session.cluster()) redis::describe_cluster(*session.cluster(), outcome);
        if (session.shards()) outcome.fact(redis::facts::kShards, std::to_string(session.shards()->size()));
        if (hidden(redis::Question::info)) outcome.fact(redis::facts::kInfo, "hidden");
        const bool cluster =
            session.cluster() || (session.info() && session.info()->text("cluster_enabled") == "1");
        if (cluster && hidden(redis::Question::cluster_slots))
            outcome.fact(redis::facts::kTopology, "hidden");
        hide_secrets(outcome);
    }

    // A Redis that expects no TLS takes the handshake for the beginning of a command and waits for the rest.
    // One that is out of slots writes its refusal before the handshake only where there is no TLS.
    static void explain_handshake(Run& run) {
        auto& failure = run.outcome.failure;
        if (!failure) return;
        if (failure->cause == Cause::tls_timeout) {
            failure->detail += "; a Redis port without TLS stays silent too: is the scheme redis:// there?";
        }
        if (failure->cause == Cause::peer_closed || failure->cause == Cause::peer_reset) {
            failure->detail += "; a Redis with all of its maxclients in use drops a TLS client like this";
        }
    }

    // A peer may echo what it was sent, in INFO too.
    void hide_secrets(Outcome& outcome) const {
        const std::array<std::string_view, 1> secrets{settings_.password.reveal()};
        for (auto& fact : outcome.facts)
            fact.value = scrub(fact.value, secrets);
    }

    redis::Settings settings_;
    std::optional<net::TlsSettings> tls_;
    Services& services_;
    redis::Permissions permissions_;
    Rates rates_;
    redis::Shards shards_;
};

Result<std::unique_ptr<Probe>> make(const Target& target, Services& services) {
    auto settings = redis::settings_of(target.url);
    if (!settings) return settings.error();
    std::optional<net::TlsSettings> tls;
    if (settings->tls) {
        auto options = net::TlsOptions::from_url(target.url);
        if (!options) return options.error();
        if (settings->insecure) options->verify = false;
        if (settings->any_name) options->verify_name = false;
        if (options->ca_file.empty()) options->ca_file = settings->ca;
        if (options->certificate_file.empty()) {
            options->certificate_file = settings->certificate;
            options->key_file = settings->key;
        }
        tls.emplace(std::move(*options));
    }
    return std::make_unique<RedisProbe>(std::move(*settings), std::move(tls), services);
}

}  // namespace

const Kind& redis_kind() {
    static const Kind kind{
        .name = "redis",
        .schemes = {{"redis", 6379, false}, {"rediss", 6379, true}},
        .options = {redis::options().begin(), redis::options().end()},
        .logs_in = true,
        .make = make,
        .catalog = redis::catalog(),
    };
    return kind;
}

}  // namespace plumb

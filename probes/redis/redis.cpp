#include "probes/redis/redis.hpp"

#include "model/phase.hpp"
#include "probes/net/dial.hpp"
#include "probes/net/stream.hpp"
#include "probes/net/tls.hpp"
#include "probes/redis/reply.hpp"
#include "probes/redis/session.hpp"
#include "probes/redis/settings.hpp"
#include "probes/scrub.hpp"

#include <array>
#include <optional>

namespace plumb {

namespace {

using boost::asio::awaitable;

void fail(Run& run, const net::Failed& failed) {
    run.fail(failed.cause, failed.detail);
}

// One whole reply. peer.closed when the server ends before it is complete.
awaitable<net::IoResult<redis::Reply>> read_reply(net::Stream& stream, redis::ReplyReader& reader,
                                                  Clock::time_point deadline) {
    std::array<char, 8192> buffer;
    while (true) {
        auto reply = reader.take();
        if (!reply) co_return reply.error();
        if (*reply) co_return std::move(**reply);
        const auto count = co_await stream.read_some(buffer, deadline);
        if (!count) co_return count.error();
        if (*count == 0) {
            net::Failed closed{Cause::peer_closed,
                               "the server closed the connection before its reply was complete"};
            co_return closed;
        }
        const auto fed = reader.feed(std::string_view(buffer.data(), *count));
        if (!fed) co_return fed.error();
    }
}

class RedisProbe final : public Probe {
  public:
    RedisProbe(redis::Settings settings, std::optional<net::TlsSettings> tls, Services& services)
        : settings_(std::move(settings)), tls_(std::move(tls)), services_(services) {}

    awaitable<void> run(Run& run) override {
        std::optional<net::Stream> stream =
            co_await net::dial(run, services_, settings_.host, settings_.port);
        if (!stream) co_return;
        if (tls_) {
            const bool upgraded = co_await net::start_tls(run, *stream, *tls_);
            if (!upgraded) co_return explain_handshake(run);
        }
        redis::Session session(settings_);
        co_await converse(run, *stream, session);
        if (session.info()) redis::describe(*session.info(), run.outcome);
        if (session.info_hidden()) run.outcome.fact("redis.info", FactClass::informational, "hidden");
        hide_secrets(run.outcome);
        net::note_kernel_facts(run.outcome, stream->descriptor());
        stream->close();
    }

  private:
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

    static awaitable<void> converse(Run& run, net::Stream& stream, redis::Session& session) {
        redis::ReplyReader reader;
        while (session.step() != redis::Session::Step::done) {
            run.begin(session.phase());
            const Secret command = session.command();
            const auto written = co_await stream.write(command.reveal(), run.deadline());
            if (!written) co_return fail(run, written.error());
            const auto reply = co_await read_reply(stream, reader, run.deadline());
            if (!reply) co_return fail(run, reply.error());
            if (const auto rejection = session.take(*reply)) {
                if (rejection->phase != run.current_phase()) run.begin(rejection->phase);
                co_return run.fail(rejection->cause, rejection->detail);
            }
        }
    }

    redis::Settings settings_;
    std::optional<net::TlsSettings> tls_;
    Services& services_;
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
    };
    return kind;
}

}  // namespace plumb

#include "probes/net/tls_resumption.hpp"

#include "probes/net/dial.hpp"
#include "probes/net/facts.hpp"
#include "probes/net/tls_handshake.hpp"

#include <algorithm>

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace plumb::net {
namespace {

namespace asio = boost::asio;

void note_failure(Run& run, const Failed& failed) {
    run.outcome.fact(facts::kTlsResumption, "failed: " + std::string(to_string(failed.cause)));
}

// The tickets of TLS 1.3 come when the server has read our last message, if they come.
asio::awaitable<TlsSession> await_session(Run& run, Stream& stream) {
    auto& impl = stream.impl();
    if (!impl.wire.session && SSL_version(impl.ssl.get()) >= TLS1_3_VERSION) {
        const auto limit = brief_deadline(run, stream);
        std::function<bool()> enough = [&impl] { return impl.wire.session != nullptr; };
        const auto heard = co_await hear_out(impl, std::move(enough), limit);
        if (!heard) impl.broken = true;
    }
    co_return std::move(impl.wire.session);
}

asio::awaitable<void> resume(Run& run, Stream& second, const TlsSettings& settings, const TlsSession& session,
                             Clock::time_point latest) {
    run.begin(phase::resume);
    auto& impl = second.impl();
    attach_ssl(impl, settings, false, session.get());
    run.we_said("TLS ClientHello with the session of the connection before");
    const auto done = co_await shake_hands(impl, std::min(run.deadline(), latest));
    if (!done) {
        impl.broken = true;
        co_return note_failure(run, done.error());
    }
    tell_times(run, impl.wire);
    const bool reused = SSL_session_reused(impl.ssl.get()) == 1;
    run.peer_said(reused ? "TLS ServerHello, the session goes on" : "TLS ServerHello, a new session");
    run.outcome.fact(facts::kTlsResumption, reused ? "yes" : "no");
    second.close();
}

}  // namespace

asio::awaitable<void> measure_resumption(Run& run, Stream& first, const TlsSettings& settings,
                                         const BeforeTls* before_tls) {
    run.begin(phase::reconnect);
    const auto now = Clock::now();
    const auto latest = now + std::max(run.whole_deadline() - now, Clock::duration::zero()) / 2;
    boost::system::error_code gone;
    const auto endpoint = first.impl().socket.remote_endpoint(gone);
    const auto executor = first.impl().socket.get_executor();
    const auto session = co_await await_session(run, first);
    first.close();
    if (!session) co_return run.outcome.fact(facts::kTlsResumption, "no");
    if (gone) co_return note_failure(run, io_failure(gone));

    auto socket = co_await connect_one(executor, endpoint, std::min(run.deadline(), latest));
    if (!socket) co_return note_failure(run, socket.error());
    Stream second(std::move(*socket));
    if (before_tls != nullptr) {
        const auto prepared = co_await (*before_tls)(second, std::min(run.deadline(), latest));
        if (!prepared) co_return note_failure(run, prepared.error());
    }
    co_await resume(run, second, settings, session, latest);
}

const Catalog& resumption_catalog() {
    static const Catalog catalog{
        .phases = {{phase::reconnect,
                    "what resuming needs: the session ticket awaited, the connection closed, TCP and the "
                    "tunnel again",
                    true},
                   {phase::resume, "TLS again with the session of the first connection; only in some runs",
                    true}},
        .causes = {},
        .facts = {facts::kTlsResumption},
        .gauges = {},
    };
    return catalog;
}

}  // namespace plumb::net

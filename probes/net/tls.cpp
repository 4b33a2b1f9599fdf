#include "probes/net/tls.hpp"

#include "probes/net/dial.hpp"
#include "probes/net/tls_handshake.hpp"
#include "probes/net/tls_words.hpp"

#include <openssl/ssl.h>

namespace plumb::net {
namespace {

namespace asio = boost::asio;

// The server's verdict on our client certificate, or the lack of one: an alert, or anything else (a session
// ticket, data), which means it was accepted. Silence counts as acceptance.
asio::awaitable<IoResult<void>> await_verdict(const Run& run, Stream& stream) {
    auto& impl = stream.impl();
    const auto limit = brief_deadline(run, stream);
    std::function<bool()> anything = [&wire = impl.wire, before = impl.wire.bytes_in] {
        return wire.bytes_in > before;
    };
    co_return co_await hear_out(impl, std::move(anything), limit);
}

}  // namespace

asio::awaitable<bool> start_tls(Run& run, Stream& stream, const TlsSettings& settings) {
    run.begin(phase::handshake);
    auto& impl = stream.impl();
    attach_ssl(impl, settings, run.inspects());
    auto* ssl = impl.ssl.get();
    say_client_hello(run, settings.options());
    auto done = co_await shake_hands(impl, run.deadline());
    if (done && impl.wire.certificate_requested && SSL_version(ssl) >= TLS1_3_VERSION) {
        done = co_await await_verdict(run, stream);
    }
    note_kernel_facts(run.outcome, stream.descriptor());
    add_tls_facts(run.outcome, ssl, settings);
    say_server_hello(run, done ? std::nullopt : std::optional(done.error()), impl.wire.bytes_in > 0);
    if (!done) {
        impl.broken = true;
        const Failed failed = std::move(done).error();
        run.fail(failed.cause, failed.detail);
        co_return false;
    }
    if (const auto objection = objection_to(ssl, settings)) {
        say_objection(run, *objection);
        run.fail(objection->cause, objection->detail);
        co_return false;
    }
    tell_times(run, impl.wire);
    co_return true;
}

}  // namespace plumb::net

#include "probes/net/tls.hpp"

#include "probes/net/facts.hpp"
#include "probes/net/stream_impl.hpp"

#include <algorithm>

#include <boost/asio/ip/address.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace plumb::net {
namespace {

namespace asio = boost::asio;

// How long a finished TLS 1.3 handshake may wait for the server's word on our client certificate, beside
// round trips.
constexpr std::chrono::milliseconds kVerdictWait{50};

void set_server_name(SSL* ssl, const TlsOptions& options) {
    if (options.server_name.empty()) return;
    boost::system::error_code not_address;
    asio::ip::make_address(options.server_name, not_address);
    auto* parameters = SSL_get0_param(ssl);
    if (!not_address) {
        if (options.verify_name) X509_VERIFY_PARAM_set1_ip_asc(parameters, options.server_name.c_str());
        return;
    }
    std::string name = options.server_name;  // the macro of this call casts const away
    SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
    if (!options.verify_name) return;
    X509_VERIFY_PARAM_set_hostflags(
        parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    X509_VERIFY_PARAM_set1_host(parameters, options.server_name.data(), options.server_name.size());
}

void attach(Stream::Impl& impl, const TlsSettings& settings) {
    impl.wire = TlsWire{};
    impl.wire.descriptor = impl.socket.native_handle();
    impl.ssl.reset(SSL_new(settings.context()));
    auto* ssl = impl.ssl.get();
    if (ssl == nullptr) throw std::bad_alloc();
    SSL_set_ex_data(ssl, wire_index(), &impl.wire);
    auto* bio = make_wire_bio(impl.wire);
    SSL_set_bio(ssl, bio, bio);
    set_server_name(ssl, settings.options());
    SSL_set_connect_state(ssl);
}

std::optional<WaitFor> wanted(const SSL* ssl, int returned) {
    switch (SSL_get_error(ssl, returned)) {
        case SSL_ERROR_WANT_READ:
            return WaitFor::read;
        case SSL_ERROR_WANT_WRITE:
            return WaitFor::write;
        default:
            return std::nullopt;
    }
}

Failed present_failure(const Stream::Impl& impl) {
    const boost::system::error_code io(impl.wire.error, boost::system::system_category());
    return tls_failure(impl.ssl.get(), ERR_peek_error(), io);
}

asio::awaitable<IoResult<void>> shake_hands(Stream::Impl& impl, Clock::time_point deadline) {
    auto* ssl = impl.ssl.get();
    while (Clock::now() < deadline) {
        ERR_clear_error();
        impl.wire.begin_call();
        const int returned = SSL_do_handshake(ssl);
        if (returned == 1) co_return IoResult<void>();
        const auto what = wanted(ssl, returned);
        if (!what) co_return present_failure(impl);
        const auto ready = co_await wait_step(impl, *what, deadline);
        if (ready == Ready::timed_out) break;
    }
    co_return Failed(Cause::tls_timeout, "the TLS handshake was not finished within the time limit");
}

// The server's verdict on our client certificate, or the lack of one: an alert, or anything else (a session
// ticket, data), which means it was accepted. Silence until `deadline` counts as acceptance.
asio::awaitable<IoResult<void>> await_verdict(Stream::Impl& impl, Clock::time_point deadline) {
    auto* ssl = impl.ssl.get();
    const auto before = impl.wire.bytes_in;
    for (;;) {
        ERR_clear_error();
        impl.wire.begin_call();
        char byte = 0;
        const int returned = SSL_peek(ssl, &byte, 1);
        if (returned > 0) co_return IoResult<void>();
        const auto what = wanted(ssl, returned);
        if (!what) co_return present_failure(impl);
        if (impl.wire.bytes_in > before || Clock::now() >= deadline) co_return IoResult<void>();
        const auto ready = co_await wait_step(impl, *what, deadline);
        if (ready == Ready::timed_out) co_return IoResult<void>();
    }
}

Clock::time_point verdict_deadline(const Run& run, int descriptor) {
    const auto facts = kernel_facts(descriptor);
    const auto round_trips = facts ? 4 * facts->rtt : std::chrono::microseconds::zero();
    return std::min(run.deadline(), Clock::now() + kVerdictWait + round_trips);
}

// All complaints in one line; the first, which is where OpenSSL's own clients stop, names the cause.
Failed complaints(const std::vector<int>& errors) {
    auto failed = verify_failure(errors.front());
    for (std::size_t i = 1; i < errors.size(); ++i) {
        const std::string words = X509_verify_cert_error_string(errors[i]);
        if (failed.detail.find(words) == std::string::npos) failed.detail += "; " + words;
    }
    return failed;
}

}  // namespace

asio::awaitable<bool> start_tls(Run& run, Stream& stream, const TlsSettings& settings) {
    run.begin(phase::handshake);
    auto& impl = stream.impl();
    attach(impl, settings);
    auto done = co_await shake_hands(impl, run.deadline());
    if (done && impl.wire.certificate_requested && SSL_version(impl.ssl.get()) >= TLS1_3_VERSION) {
        const auto limit = verdict_deadline(run, stream.descriptor());
        done = co_await await_verdict(impl, limit);
    }
    const auto& options = settings.options();
    if (!settings.trust_store().empty()) {
        run.outcome.fact(facts::kTlsTrustStore, settings.trust_store());
    }
    add_tls_facts(run.outcome, impl.ssl.get(), options.server_name, options.verify);
    if (!done) {
        impl.broken = true;
        const Failed failed = std::move(done).error();
        run.fail(failed.cause, failed.detail);
        co_return false;
    }
    if (settings.failure()) {
        run.fail(settings.failure()->cause, settings.failure()->detail);
        co_return false;
    }
    if (options.verify && !impl.wire.verify_errors.empty()) {
        const Failed failed = complaints(impl.wire.verify_errors);
        run.fail(failed.cause, failed.detail);
        co_return false;
    }
    co_return true;
}

}  // namespace plumb::net

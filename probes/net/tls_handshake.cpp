#include "probes/net/tls_handshake.hpp"

#include "probes/net/tls_chain.hpp"

#include <algorithm>
#include <new>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace plumb::net {
namespace {

namespace asio = boost::asio;

// How long a peer may take after the handshake for what it may have to say, beside round trips.
constexpr std::chrono::milliseconds kBriefWait{50};

void set_server_name(SSL* ssl, const TlsOptions& options) {
    if (options.server_name.empty()) return;
    auto* parameters = SSL_get0_param(ssl);
    if (const auto bytes = address_bytes(options.server_name); !bytes.empty()) {
        if (options.verify_name)
            X509_VERIFY_PARAM_set1_ip(parameters, reinterpret_cast<const unsigned char*>(bytes.data()),
                                      bytes.size());
        return;
    }
    std::string name = options.server_name;  // the macro of this call casts const away
    SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
    if (!options.verify_name) return;
    X509_VERIFY_PARAM_set_hostflags(
        parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    X509_VERIFY_PARAM_set1_host(parameters, options.server_name.data(), options.server_name.size());
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

}  // namespace

void attach_ssl(Stream::Impl& impl, const TlsSettings& settings, bool keeps_session, SSL_SESSION* session) {
    impl.wire = TlsWire{};
    impl.wire.descriptor = impl.socket.native_handle();
    impl.wire.keeps_session = keeps_session;
    impl.ssl.reset(SSL_new(settings.context()));
    auto* ssl = impl.ssl.get();
    if (ssl == nullptr) throw std::bad_alloc();
    watch_ssl(ssl, impl.wire);
    auto* bio = make_wire_bio(impl.wire);
    SSL_set_bio(ssl, bio, bio);
    set_server_name(ssl, settings.options());
    if (keeps_session || session != nullptr) SSL_clear_options(ssl, SSL_OP_NO_TICKET);
    if (session != nullptr) SSL_set_session(ssl, session);
    SSL_set_connect_state(ssl);
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

asio::awaitable<IoResult<void>> hear_out(Stream::Impl& impl, std::function<bool()> enough,
                                         Clock::time_point deadline) {
    auto* ssl = impl.ssl.get();
    for (;;) {
        ERR_clear_error();
        impl.wire.begin_call();
        char byte = 0;
        const int returned = SSL_peek(ssl, &byte, 1);
        if (returned > 0) co_return IoResult<void>();
        const auto what = wanted(ssl, returned);
        if (!what) co_return present_failure(impl);
        if (enough() || Clock::now() >= deadline) co_return IoResult<void>();
        const auto ready = co_await wait_step(impl, *what, deadline);
        if (ready == Ready::timed_out) co_return IoResult<void>();
    }
}

void tell_times(Run& run, const TlsWire& wire) {
    run.sent(wire.first_sent);
    if (wire.received_at && wire.last_sent) run.arrived(std::max(*wire.received_at, *wire.last_sent));
}

Clock::time_point brief_deadline(const Run& run, const Stream& stream) {
    const auto facts = kernel_facts(stream.descriptor());
    const auto round_trips = facts ? 4 * facts->rtt : std::chrono::microseconds::zero();
    return std::min(run.deadline(), Clock::now() + kBriefWait + round_trips);
}

}  // namespace plumb::net

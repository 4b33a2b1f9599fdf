#include "probes/postgres/handshake_watch.hpp"

#include "base/freed.hpp"
#include "probes/net/stream_impl.hpp"

#include <algorithm>

#include <boost/asio/ip/address.hpp>
#include <boost/system/error_code.hpp>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

namespace plumb::postgres {

// What the callbacks write down; hangs on the SSL as ex_data.
struct HandshakeNotes {
    unsigned long error = 0;  // OpenSSL's code of the failure
    bool alerted = false;
};

struct HandshakeWatch::State {
    net::TlsWire wire;  // outlives `ssl`; net's own callback writes the verification's complaints here
    HandshakeNotes notes;
    std::unique_ptr<SSL, Freed<SSL_free>> ssl;
};

namespace {

thread_local HandshakeWatch* expected = nullptr;

void note_event(const SSL* ssl, int where, int value);

// OpenSSL calls this for each SSL that is made (CRYPTO_get_ex_new_index(3)).
void meet(void* ssl, void*, CRYPTO_EX_DATA*, int, long, void*) {
    if (expected != nullptr) SSL_set_info_callback(static_cast<SSL*>(ssl), note_event);
}

int notes_index() {
    static const int index = SSL_get_ex_new_index(0, nullptr, meet, nullptr, nullptr);
    return index;
}

// OpenSSL's error queue is libpq's to read; it is looked at here, at the moment the handshake fails, and an
// alert of the server is kept as the error that OpenSSL makes of it.
void note_event(const SSL* ssl, int where, int value) {
    const bool begins = where == SSL_CB_HANDSHAKE_START && expected != nullptr && !expected->attached();
    if (begins) expected->attach(const_cast<SSL*>(ssl));
    auto* notes = static_cast<HandshakeNotes*>(SSL_get_ex_data(ssl, notes_index()));
    if (notes == nullptr) return;
    if ((where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT && (value >> 8) == SSL3_AL_FATAL) {
        notes->error = ERR_PACK(ERR_LIB_SSL, 0, SSL_AD_REASON_OFFSET + (value & 0xff));
        notes->alerted = true;
    }
    if (where == SSL_CB_CONNECT_EXIT && value <= 0 && notes->error == 0) notes->error = ERR_peek_error();
}

// libpq's socket belongs to its own BIO, so the measure of a call, and when it writes, is kept by a callback
// on it (BIO_set_callback(3)).
long watch_call(BIO* bio, int operation, const char*, std::size_t, int, long, int result,
                std::size_t* count) {
    auto& wire = *reinterpret_cast<net::TlsWire*>(BIO_get_callback_arg(bio));
    if (operation == BIO_CB_WRITE) wire.last_sent = Clock::now();
    if (operation == BIO_CB_READ && wire.allowance == 0) {
        BIO_clear_retry_flags(bio);
        BIO_set_retry_read(bio);
        return -1;
    }
    if (operation == (BIO_CB_READ | BIO_CB_RETURN) && result > 0)
        wire.allowance -= std::min(wire.allowance, *count);
    return result;
}

bool is_address(const std::string& name) {
    boost::system::error_code error;
    boost::asio::ip::make_address(name, error);
    return !error;
}

// Like libpq, and unlike a browser, a certificate without any DNS name may carry the host in its common name.
void expect_name(SSL* ssl, const std::string& name) {
    auto* parameters = SSL_get0_param(ssl);
    if (is_address(name)) {
        X509_VERIFY_PARAM_set1_ip_asc(parameters, name.c_str());
        return;
    }
    X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    X509_VERIFY_PARAM_set1_host(parameters, name.data(), name.size());
}

// Verifies the certificate of a handshake that was over before its callbacks could be hung on, with the same
// store, expectations and callback. Whatever cannot be verified is an error: nothing here means trust.
void verify_afterwards(SSL* ssl, const SSL_CTX* settings, std::vector<int>& errors) {
    const std::unique_ptr<X509_STORE_CTX, Freed<X509_STORE_CTX_free>> context(X509_STORE_CTX_new());
    if (!context || X509_STORE_CTX_init(context.get(), SSL_CTX_get_cert_store(settings),
                                        SSL_get0_peer_certificate(ssl), SSL_get_peer_cert_chain(ssl)) != 1) {
        errors.push_back(X509_V_ERR_UNSPECIFIED);
        return;
    }
    X509_STORE_CTX_set_ex_data(context.get(), SSL_get_ex_data_X509_STORE_CTX_idx(), ssl);
    X509_STORE_CTX_set_default(context.get(), "ssl_server");
    X509_VERIFY_PARAM_set1(X509_STORE_CTX_get0_param(context.get()), SSL_get0_param(ssl));
    X509_STORE_CTX_set_verify_cb(context.get(), SSL_CTX_get_verify_callback(settings));
    if (X509_verify_cert(context.get()) <= 0 && errors.empty()) errors.push_back(X509_V_ERR_UNSPECIFIED);
    // What stands there is the judgement of libpq's empty store, and fact tls.verify would repeat it.
    SSL_set_verify_result(ssl, errors.empty() ? X509_V_OK : errors.front());
    ERR_clear_error();
}

}  // namespace

HandshakeWatch::HandshakeWatch(const net::TlsSettings& settings)
    : settings_(settings), state_(std::make_unique<State>()) {
    notes_index();
}

HandshakeWatch::Expected::Expected(HandshakeWatch* watch) {
    expected = watch;
}

HandshakeWatch::Expected::~Expected() {
    expected = nullptr;
}

// libpq may still hold the SSL: its callbacks must find nothing any more.
HandshakeWatch::~HandshakeWatch() {
    if (!state_->ssl) return;
    if (auto* bio = SSL_get_rbio(state_->ssl.get())) BIO_set_callback_ex(bio, nullptr);
    SSL_set_info_callback(state_->ssl.get(), nullptr);
    SSL_set_ex_data(state_->ssl.get(), net::wire_index(), nullptr);
    SSL_set_ex_data(state_->ssl.get(), notes_index(), nullptr);
}

void HandshakeWatch::attach(SSL* ssl) {
    SSL_up_ref(ssl);
    state_->ssl.reset(ssl);
    net::watch_ssl(ssl, state_->wire);
    SSL_set_ex_data(ssl, notes_index(), &state_->notes);
    SSL_set_info_callback(ssl, note_event);
    begin_call();
    auto* bio = SSL_get_rbio(ssl);
    BIO_set_callback_arg(bio, reinterpret_cast<char*>(&state_->wire));
    BIO_set_callback_ex(bio, watch_call);
    const auto* context = settings_.context();
    SSL_set1_verify_cert_store(ssl, SSL_CTX_get_cert_store(context));
    SSL_set_verify(ssl, SSL_VERIFY_PEER, SSL_CTX_get_verify_callback(context));
    const auto& options = settings_.options();
    if (options.verify_name && !options.server_name.empty()) expect_name(ssl, options.server_name);
    // Where the watch was not expected, the certificate may have been taken without it. libpq has sent no
    // password yet: that needs a further question of the server.
    if (context != nullptr && SSL_get0_peer_certificate(ssl) != nullptr) {
        verify_afterwards(ssl, context, state_->wire.verify_errors);
    }
}

bool HandshakeWatch::attached() const {
    return state_->ssl != nullptr;
}

void HandshakeWatch::begin_call() {
    state_->wire.begin_call();
}

std::optional<Clock::time_point> HandshakeWatch::last_sent() const {
    return state_->wire.last_sent;
}

bool HandshakeWatch::finished() const {
    return attached() && SSL_is_init_finished(state_->ssl.get()) != 0;
}

void HandshakeWatch::add_facts(Outcome& outcome) const {
    net::add_tls_facts(outcome, state_->ssl.get(), settings_);
}

std::string_view HandshakeWatch::peek(std::span<char> into) {
    begin_call();
    const int count = SSL_peek(state_->ssl.get(), into.data(), static_cast<int>(into.size()));
    ERR_clear_error();
    return {into.data(), count > 0 ? static_cast<std::size_t>(count) : 0};
}

std::optional<net::Failed> HandshakeWatch::objection() const {
    return attached() ? net::objection_to(state_->ssl.get(), settings_) : settings_.failure();
}

net::Failed HandshakeWatch::failure(int system_error) const {
    const boost::system::error_code io(system_error, boost::system::system_category());
    return net::tls_failure(state_->ssl.get(), state_->notes.error, io);
}

bool HandshakeWatch::alerted() const {
    return state_->notes.alerted;
}

}  // namespace plumb::postgres

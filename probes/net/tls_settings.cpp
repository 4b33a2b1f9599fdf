#include "base/file.hpp"
#include "probes/net/stream_impl.hpp"
#include "probes/net/tls.hpp"
#include "probes/net/tls_peer.hpp"
#include "probes/net/trust_store.hpp"

#include <algorithm>
#include <memory>
#include <new>

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace plumb::net {
namespace {

void note_place(TlsWire& wire, const X509_STORE_CTX* context) {
    wire.first_error_depth = X509_STORE_CTX_get_error_depth(context);
    const auto* certificate = X509_STORE_CTX_get_current_cert(context);
    if (wire.first_error_depth > 0 && certificate != nullptr)
        wire.first_error_subject = name_text(X509_get_subject_name(certificate));
}

// Verification never stops the handshake: its complaints are collected, and start_tls() judges them at the
// end. So a certificate that is refused still shows what it is.
int note_verification(int ok, X509_STORE_CTX* context) {
    if (ok == 1) return 1;
    const auto* ssl =
        static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto* wire = ssl == nullptr ? nullptr : wire_of(ssl);
    if (wire == nullptr || wire->verify_errors.size() >= 8) return 1;
    if (wire->verify_errors.empty()) note_place(*wire, context);
    wire->verify_errors.push_back(X509_STORE_CTX_get_error(context));
    return 1;
}

int note_certificate_request(SSL* ssl, void*) {
    if (auto* wire = wire_of(ssl)) wire->certificate_requested = true;
    return 1;
}

// Returns whether the reference to the session is kept.
int note_session(SSL* ssl, SSL_SESSION* session) {
    auto* wire = wire_of(ssl);
    if (wire == nullptr || !wire->keeps_session) return 0;
    wire->session.reset(session);
    return 1;
}

// OpenSSL's own question for the password of a key would stop the loop at the terminal.
int no_password(char*, int, int, void* asked) {
    if (asked != nullptr) *static_cast<bool*>(asked) = true;
    return -1;
}

}  // namespace

void watch_ssl(SSL* ssl, TlsWire& wire) {
    SSL_set_ex_data(ssl, wire_index(), &wire);
    if (SSL_is_init_finished(ssl) != 0) return;
    wire.sees_requests = true;
    SSL_set_cert_cb(ssl, note_certificate_request, nullptr);
    SSL_set_tlsext_status_type(ssl, TLSEXT_STATUSTYPE_ocsp);
}

void TlsSettings::Free::operator()(SSL_CTX* context) const {
    SSL_CTX_free(context);
}

TlsSettings::TlsSettings(TlsOptions options)
    : options_(std::move(options)),
      context_(SSL_CTX_new(TLS_client_method())),
      memory_(std::make_unique<PeerMemory>()) {
    auto* context = context_.get();
    if (context == nullptr) throw std::bad_alloc();
    wire_index();
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, note_verification);
    // No session is kept here; a run that means to resume its own gets hold of it (keeps_session).
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, note_session);
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                  SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_mode(context, SSL_MODE_AUTO_RETRY);
    SSL_CTX_set_read_ahead(context, 1);
    // Set in any case: what the library takes for its default stands in a file of the image (openssl.cnf).
    // And said in the first message, so that an older server answers that it has no version in common,
    // instead of being blamed for its signature later.
    SSL_CTX_set_min_proto_version(context, std::max(options_.minimum_version, TLS1_2_VERSION));
    if (options_.maximum_version != 0) SSL_CTX_set_max_proto_version(context, options_.maximum_version);
    load_trust();
    load_certificate();
    set_alpn();
}
TlsSettings::~TlsSettings() = default;
TlsSettings::TlsSettings(TlsSettings&&) noexcept = default;
TlsSettings& TlsSettings::operator=(TlsSettings&&) noexcept = default;

void TlsSettings::load_trust() {
    trust_store_ = options_.ca_file.empty() ? default_trust_store() : options_.ca_file;
    std::string why = "no file of trusted certificates is in any known place";
    std::shared_ptr<X509_STORE> store;
    if (!trust_store_.empty()) store = shared_trust_store(trust_store_, why);
    if (store) {
        SSL_CTX_set1_cert_store(context_.get(), store.get());
        trust_ = std::move(store);
    } else if (options_.verify) {
        failure_ = Failed(Cause::local_trust_store, (trust_store_.empty() ? "" : trust_store_ + ": ") + why);
    }
}

void TlsSettings::load_certificate() {
    if (options_.certificate_file.empty()) return;
    const auto& certificate = options_.certificate_file;
    const auto& key = options_.key_file.empty() ? certificate : options_.key_file;
    const auto fail = [this](const std::string& problem, const std::string& why) {
        if (!failure_) failure_ = Failed(Cause::local_error, problem + ": " + why);
    };
    // OpenSSL would wait at a pipe until somebody writes to it.
    if (const auto why = why_no_regular_file(certificate); !why.empty())
        return fail("client certificate " + certificate, why);
    if (const auto why = why_no_regular_file(key); !why.empty()) return fail("client key " + key, why);
    ERR_clear_error();
    bool asked = false;
    SSL_CTX_set_default_passwd_cb(context_.get(), no_password);
    SSL_CTX_set_default_passwd_cb_userdata(context_.get(), &asked);
    const auto words = [&asked] {
        return asked ? "has a password; give a key without one" : openssl_words();
    };
    if (SSL_CTX_use_certificate_chain_file(context_.get(), certificate.c_str()) != 1) {
        fail("client certificate " + certificate, words());
    } else if (SSL_CTX_use_PrivateKey_file(context_.get(), key.c_str(), SSL_FILETYPE_PEM) != 1) {
        fail("client key " + key, words());
    }
    SSL_CTX_set_default_passwd_cb_userdata(context_.get(), nullptr);
}

void TlsSettings::set_alpn() {
    std::vector<unsigned char> wire;
    for (const auto& name : options_.alpn) {
        wire.push_back(static_cast<unsigned char>(name.size()));
        wire.insert(wire.end(), name.begin(), name.end());
    }
    if (!wire.empty())
        SSL_CTX_set_alpn_protos(context_.get(), wire.data(), static_cast<unsigned>(wire.size()));
}

}  // namespace plumb::net

#include "tests/support/tls_server.hpp"

#include "base/freed.hpp"

#include <array>
#include <fcntl.h>
#include <signal.h>
#include <stdexcept>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

namespace plumb::test {
namespace {

constexpr std::chrono::milliseconds kForever{600'000};

void require(bool ok, const char* what) {
    if (!ok) throw std::runtime_error(std::string("TLS server: ") + what);
}

template <class T, class Read>
T* from_pem(const std::string& pem, Read read) {
    BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    T* made = read(bio, nullptr, nullptr, nullptr);
    BIO_free(bio);
    require(made != nullptr, "PEM");
    return made;
}

void use_identity(SSL_CTX* context, const Issued& identity) {
    BIO* chain = BIO_new_mem_buf(identity.certificate.data(), static_cast<int>(identity.certificate.size()));
    auto* certificate = PEM_read_bio_X509(chain, nullptr, nullptr, nullptr);
    require(SSL_CTX_use_certificate(context, certificate) == 1, "certificate");
    X509_free(certificate);
    while (auto* next = PEM_read_bio_X509(chain, nullptr, nullptr, nullptr))
        SSL_CTX_add0_chain_cert(context, next);
    ERR_clear_error();
    BIO_free(chain);
    auto* key = from_pem<EVP_PKEY>(identity.key, PEM_read_bio_PrivateKey);
    require(SSL_CTX_use_PrivateKey(context, key) == 1, "key");
    EVP_PKEY_free(key);
}

int staple_answer(SSL* ssl, void* answer) {
    const auto& bytes = *static_cast<const std::string*>(answer);
    SSL_set_tlsext_status_ocsp_resp(ssl, OPENSSL_memdup(bytes.data(), bytes.size()),
                                    static_cast<long>(bytes.size()));
    return SSL_TLSEXT_ERR_OK;
}

void refuse_sessions(SSL_CTX* context) {
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(context, 0);
}

void require_client_certificate(SSL_CTX* context, const std::string& authority) {
    auto* certificate = from_pem<X509>(authority, PEM_read_bio_X509);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate);
    SSL_CTX_add_client_CA(context, certificate);
    X509_free(certificate);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
}

int choose_alpn(SSL*, const unsigned char** out, unsigned char* size, const unsigned char* offered,
                unsigned length, void* wanted) {
    const auto& name = *static_cast<const std::string*>(wanted);
    for (unsigned at = 0; at < length; at += offered[at] + 1U) {
        if (std::string(offered + at + 1, offered + at + 1 + offered[at]) != name) continue;
        *out = offered + at + 1;
        *size = offered[at];
        return SSL_TLSEXT_ERR_OK;
    }
    return SSL_TLSEXT_ERR_NOACK;
}

int check_server_name(SSL* ssl, int* alert, void* wanted) {
    const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    if (name != nullptr && *static_cast<const std::string*>(wanted) == name) return SSL_TLSEXT_ERR_OK;
    *alert = SSL_AD_UNRECOGNIZED_NAME;
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

// Repeats a non-blocking OpenSSL call until it is done, the peer is gone or the server is stopped.
template <class Call>
int complete(SSL* ssl, Connection& connection, Call call) {
    for (;;) {
        ERR_clear_error();
        const int returned = call();
        if (returned > 0) return returned;
        const int error = SSL_get_error(ssl, returned);
        const auto& stop = connection.stop();
        if (error == SSL_ERROR_WANT_READ && stop.wait_readable(connection.descriptor(), kForever)) continue;
        if (error == SSL_ERROR_WANT_WRITE && stop.wait_writable(connection.descriptor(), kForever)) continue;
        return returned;
    }
}

}  // namespace

void TlsServer::Free::operator()(SSL_CTX* context) const {
    SSL_CTX_free(context);
}

TlsServer::TlsServer(TlsServerSpec spec)
    : spec_(std::move(spec)), context_(SSL_CTX_new(TLS_server_method())) {
    // OpenSSL's socket BIO writes without MSG_NOSIGNAL; a client that is gone must not end the test program.
    signal(SIGPIPE, SIG_IGN);
    auto* context = context_.get();
    SSL_CTX_set_session_id_context(context, reinterpret_cast<const unsigned char*>("plumb"), 5);
    SSL_CTX_set_dh_auto(context, 1);
    if (!spec_.resumes) refuse_sessions(context);
    if (!spec_.staple.empty()) {
        SSL_CTX_callback_ctrl(context, SSL_CTRL_SET_TLSEXT_STATUS_REQ_CB,
                              reinterpret_cast<void (*)()>(staple_answer));
        SSL_CTX_set_tlsext_status_arg(context, &spec_.staple);
    }
    if (!spec_.groups.empty()) require(SSL_CTX_set1_groups_list(context, spec_.groups.data()) == 1, "groups");
    use_identity(context, spec_.identity);
    if (!spec_.client_authority.empty()) require_client_certificate(context, spec_.client_authority);
    SSL_CTX_set_min_proto_version(context, spec_.minimum_version);
    SSL_CTX_set_max_proto_version(context, spec_.maximum_version);
    if (!spec_.ciphers.empty())
        require(SSL_CTX_set_cipher_list(context, spec_.ciphers.c_str()) == 1, "ciphers");
    if (!spec_.alpn.empty()) SSL_CTX_set_alpn_select_cb(context, choose_alpn, &spec_.alpn);
    if (!spec_.only_server_name.empty()) {
        SSL_CTX_callback_ctrl(context, SSL_CTRL_SET_TLSEXT_SERVERNAME_CB,
                              reinterpret_cast<void (*)()>(check_server_name));
        SSL_CTX_set_tlsext_servername_arg(context, &spec_.only_server_name);
    }
    server_ = std::make_unique<ScriptedServer>([this](Connection& connection) { play(connection); },
                                               spec_.port, spec_.accepts_once ? 1 : 0);
}

TlsServer::~TlsServer() = default;

void TlsServer::play(Connection& connection) {
    const bool first = ++played_ == 1;
    if (spec_.stalls_second && !first) return connection.hang();
    if (spec_.resets_second && !first) return resetting()(connection);
    if (!spec_.preamble.empty()) {
        connection.read_some();
        connection.write(spec_.preamble);
    }
    fcntl(connection.descriptor(), F_SETFL, O_NONBLOCK);
    const std::unique_ptr<SSL, Freed<SSL_free>> ssl(SSL_new(context_.get()));
    SSL_set_fd(ssl.get(), connection.descriptor());
    if (spec_.before_handshake) spec_.before_handshake(connection, ssl.get());
    if (complete(ssl.get(), connection, [&] { return SSL_accept(ssl.get()); }) != 1) {
        connection.wait_for_close();  // closing with unread bytes would send a reset over the alert
        return;
    }
    // OpenSSL takes it for success when a client is gone that it wants to give a ticket.
    const auto stopped = [&] { return connection.stop().wait(std::chrono::milliseconds(0)); };
    while (spec_.after_handshake && !stopped() && spec_.after_handshake(ssl.get())) {
        if (complete(ssl.get(), connection, [&] { return SSL_do_handshake(ssl.get()); }) != 1) break;
    }
    std::array<char, 16384> buffer{};
    const auto read = [&] { return SSL_read(ssl.get(), buffer.data(), static_cast<int>(buffer.size())); };
    const auto reply = [&](std::string_view bytes) {
        complete(ssl.get(), connection,
                 [&] { return SSL_write(ssl.get(), bytes.data(), static_cast<int>(bytes.size())); });
    };
    for (int count = complete(ssl.get(), connection, read); count > 0;
         count = complete(ssl.get(), connection, read)) {
        if (spec_.serve) spec_.serve(std::string(buffer.data(), static_cast<std::size_t>(count)), reply);
        if (spec_.ends == TlsServerSpec::End::reset) return connection.reset();
        if (spec_.ends == TlsServerSpec::End::cut) return;
        if (spec_.ends == TlsServerSpec::End::close) break;
        if (spec_.ends == TlsServerSpec::End::plain_words) connection.write("503 go away\r\n");
    }
    SSL_shutdown(ssl.get());
}

}  // namespace plumb::test

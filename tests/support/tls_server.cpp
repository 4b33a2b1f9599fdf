#include "tests/support/tls_server.hpp"

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
    auto* certificate = from_pem<X509>(identity.certificate, PEM_read_bio_X509);
    auto* key = from_pem<EVP_PKEY>(identity.key, PEM_read_bio_PrivateKey);
    require(SSL_CTX_use_certificate(context, certificate) == 1, "certificate");
    require(SSL_CTX_use_PrivateKey(context, key) == 1, "key");
    X509_free(certificate);
    EVP_PKEY_free(key);
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
    server_ = std::make_unique<ScriptedServer>([this](Connection& connection) { play(connection); });
}

TlsServer::~TlsServer() = default;

void TlsServer::play(Connection& connection) {
    if (!spec_.preamble.empty()) {
        connection.read_some();
        connection.write(spec_.preamble);
    }
    fcntl(connection.descriptor(), F_SETFL, O_NONBLOCK);
    const std::unique_ptr<SSL, void (*)(SSL*)> ssl(SSL_new(context_.get()), SSL_free);
    SSL_set_fd(ssl.get(), connection.descriptor());
    if (complete(ssl.get(), connection, [&] { return SSL_accept(ssl.get()); }) != 1) {
        connection.wait_for_close();  // closing with unread bytes would send a reset over the alert
        return;
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
    }
    SSL_shutdown(ssl.get());
}

}  // namespace plumb::test

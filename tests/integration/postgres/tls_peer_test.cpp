// Servers that get the TLS right and the moment wrong: what they say lies in OpenSSL before libpq asks for
// it.
#include "tests/integration/postgres/run_probe.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/servers.hpp"

#include <array>
#include <memory>

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

namespace plumb::test {
namespace {

using namespace std::string_literals;

struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(BIO* bio) const { BIO_free(bio); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

Owned<BIO> in_memory(const std::string& text) {
    return Owned<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// TLS 1.2, where the server speaks last.
Owned<SSL_CTX> server_context(const Issued& issued) {
    Owned<SSL_CTX> context(SSL_CTX_new(TLS_server_method()));
    SSL_CTX_set_max_proto_version(context.get(), TLS1_2_VERSION);
    const auto certificate = in_memory(issued.certificate);
    const auto key = in_memory(issued.key);
    const Owned<X509> leaf(PEM_read_bio_X509(certificate.get(), nullptr, nullptr, nullptr));
    const Owned<EVP_PKEY> secret(PEM_read_bio_PrivateKey(key.get(), nullptr, nullptr, nullptr));
    SSL_CTX_use_certificate(context.get(), leaf.get());
    SSL_CTX_use_PrivateKey(context.get(), secret.get());
    return context;
}

std::string taken_from(BIO* bio) {
    std::string bytes(BIO_ctrl_pending(bio), '\0');
    if (!bytes.empty()) BIO_read(bio, bytes.data(), static_cast<int>(bytes.size()));
    return bytes;
}

// Accepts TLS and says `words` in the same breath as the end of its handshake.
Script ending_the_handshake_with(SSL_CTX* context, std::string words) {
    return [context, words = std::move(words)](Connection& connection) {
        connection.read_some();
        connection.write("S");
        const Owned<SSL> ssl(SSL_new(context));
        BIO* in = BIO_new(BIO_s_mem());
        BIO* out = BIO_new(BIO_s_mem());
        SSL_set_bio(ssl.get(), in, out);
        while (SSL_accept(ssl.get()) != 1) {
            if (!connection.write(taken_from(out))) return;
            const auto heard = connection.read_some();
            if (heard.empty()) return;
            BIO_write(in, heard.data(), static_cast<int>(heard.size()));
        }
        SSL_write(ssl.get(), words.data(), static_cast<int>(words.size()));
        connection.write(taken_from(out));
        connection.hang();
    };
}

TEST(PostgresTlsPeer, what_comes_with_the_end_of_the_handshake_is_not_waited_for_on_the_socket) {
    const auto full = "SFATAL\0VFATAL\0C53300\0Msorry, too many clients already\0\0"s;
    const auto error = "E\0\0\0"s + static_cast<char>(full.size() + 4) + full;
    const auto context = server_context(self_signed());
    const ScriptedServer server(ending_the_handshake_with(context.get(), error));
    const auto outcome = run_postgres("postgres://app:" + std::string(kPassword) + "@127.0.0.1:" +
                                      std::to_string(server.port()) + "/shop?sslmode=require");
    EXPECT_EQ(failure_of(outcome), "authenticate postgres.too_many_connections");
}

// HelloRequest may come at any time before the handshake is over, and a client passes over each (RFC 5246,
// 7.4.1.1).
TEST(PostgresTlsPeer, requests_for_a_new_handshake_without_end_do_not_hold_the_loop) {
    std::string requests;
    for (int i = 0; i < 5000; ++i)
        requests += "\x16\x03\x03\0\x04\0\0\0\0"s;
    const ScriptedServer server([&requests](Connection& connection) {
        connection.read_some();
        connection.write("S");
        connection.read_some();
        while (connection.write(requests)) {
        }
    });
    const auto url = "postgres://app@127.0.0.1:" + std::to_string(server.port()) + "/shop?sslmode=require";
    const auto outcome = run_postgres(url, std::chrono::milliseconds(300));
    ASSERT_TRUE(outcome.failure);
    EXPECT_EQ(outcome.failure->phase, "handshake");
    EXPECT_LT(outcome.total, std::chrono::seconds(2));
}

}  // namespace
}  // namespace plumb::test

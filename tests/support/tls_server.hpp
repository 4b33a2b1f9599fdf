// A TLS server on 127.0.0.1 that finishes handshakes as told, then plays a script on the decrypted bytes.
#pragma once

#include "tests/support/certificates.hpp"
#include "tests/support/servers.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include <openssl/types.h>

namespace plumb::test {

struct TlsServerSpec {
    // What follows the first request and its answer: further ones are served, or the connection ends.
    enum class End {
        none,
        close,        // with close_notify
        cut,          // FIN without it
        reset,        // RST
        plain_words,  // something that is not encrypted, then none
    };

    Issued identity;
    std::uint16_t port = 0;        // 0: a free one
    std::string client_authority;  // PEM: a client certificate of this authority is required
    int minimum_version = 0;       // TLS1_2_VERSION …
    int maximum_version = 0;
    std::string ciphers;           // TLS 1.2 list
    std::string only_server_name;  // any other SNI gets the alert unrecognized_name
    std::string alpn;              // the one protocol that is accepted
    std::string groups;            // key exchanges that are accepted: "P-256:X25519"
    std::string staple;            // DER of the OCSP answer, for clients that ask for one
    bool resumes = true;           // sessions; else neither tickets nor ids
    bool accepts_once = false;     // a second connection finds the accept queue full
    bool stalls_second = false;    // a second connection is accepted and gets no answer
    bool resets_second = false;    // … is reset once it has said something
    std::string preamble;          // said in plain after the client's first bytes, before the handshake
    std::function<void(const std::string& first_request, const std::function<void(std::string_view)>& reply)>
        serve;
    End ends = End::none;
    std::function<void(Connection&, SSL*)> before_handshake;
    // After the handshake, again and again until it returns false; what it asks for is then sent.
    std::function<bool(SSL*)> after_handshake;
};

class TlsServer {
  public:
    explicit TlsServer(TlsServerSpec spec);
    ~TlsServer();
    TlsServer(const TlsServer&) = delete;
    TlsServer& operator=(const TlsServer&) = delete;

    std::uint16_t port() const { return server_->port(); }
    int accepted() const { return server_->accepted(); }

  private:
    void play(Connection& connection);

    struct Free {
        void operator()(SSL_CTX* context) const;
    };
    TlsServerSpec spec_;
    std::unique_ptr<SSL_CTX, Free> context_;
    std::atomic<int> played_{0};
    std::unique_ptr<ScriptedServer> server_;
};

}  // namespace plumb::test

// A TLS server on 127.0.0.1 that finishes handshakes as told, then plays a script on the decrypted bytes.
#pragma once

#include "tests/support/certificates.hpp"
#include "tests/support/servers.hpp"

#include <functional>
#include <memory>
#include <string>

#include <openssl/types.h>

namespace plumb::test {

struct TlsServerSpec {
    Issued identity;
    std::string client_authority;  // PEM: a client certificate of this authority is required
    int minimum_version = 0;       // TLS1_2_VERSION …
    int maximum_version = 0;
    std::string ciphers;           // TLS 1.2 list
    std::string only_server_name;  // any other SNI gets the alert unrecognized_name
    std::string alpn;              // the one protocol that is accepted
    std::string preamble;          // said in plain after the client's first bytes, before the handshake
    std::function<void(const std::string& first_request, const std::function<void(std::string_view)>& reply)>
        serve;
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
    std::unique_ptr<ScriptedServer> server_;
};

}  // namespace plumb::test

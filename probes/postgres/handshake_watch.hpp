// Looks over libpq's shoulder during its TLS handshake.
//
// libpq would read the trust store anew for every connection, tell a bad certificate only as "certificate
// verify failed", and throw the session away with everything that it knew. So libpq is told to verify
// nothing, and this class hangs the target's own trust store and callbacks on the SSL that libpq made: the
// certificate is judged by the rules that all kinds share, before anything of the login is sent, and a
// refused one still shows its facts.
//
// Call order: attach() once, by Expected or as soon as libpq has an SSL, and before any of the login's
// secrets are sent (a handshake that is over by then is verified on the spot); then any of the others, also
// after libpq has freed its SSL. Keeps a reference to the SSL and takes nothing out of it.
//
// It also gives each call its measure (TlsWire::begin_call): within one, OpenSSL reads on while a peer sends
// what is no data, for ever if that never stops.
#pragma once

#include "model/outcome.hpp"
#include "probes/net/tls.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include <openssl/types.h>

namespace plumb::postgres {

class HandshakeWatch {
  public:
    explicit HandshakeWatch(const net::TlsSettings& settings);
    ~HandshakeWatch();
    HandshakeWatch(const HandshakeWatch&) = delete;
    HandshakeWatch& operator=(const HandshakeWatch&) = delete;

    // While it lives, the watch attaches itself to the SSL of this thread whose handshake begins, before its
    // first byte is sent: libpq makes the SSL within the call in which a quick server already answers. May be
    // null.
    class Expected {
      public:
        explicit Expected(HandshakeWatch* watch);
        ~Expected();
        Expected(const Expected&) = delete;
        Expected& operator=(const Expected&) = delete;
    };

    void attach(SSL* ssl);
    bool attached() const;
    // Before each call of libpq's that may read: it takes in so much, and leaves the rest for the next one.
    void begin_call();
    // When libpq's TLS last wrote, or began to.
    std::optional<std::chrono::steady_clock::time_point> last_sent() const;
    bool finished() const;  // the handshake succeeded, whatever the certificate is worth

    void add_facts(Outcome& outcome) const;
    // What libpq will read next, decrypted, without taking it. REQUIRES: finished(), libpq still connected.
    std::string_view peek(std::span<char> into);
    // What is wrong with the certificate or the trust store; nothing when the mode does not verify.
    std::optional<net::Failed> objection() const;
    // Why the handshake failed, or why the TLS stream broke afterwards; `system_error` is the socket's errno,
    // if any.
    net::Failed failure(int system_error) const;
    // The peer has said by an alert why it breaks off.
    bool alerted() const;

  private:
    struct State;
    const net::TlsSettings& settings_;
    std::unique_ptr<State> state_;
};

}  // namespace plumb::postgres

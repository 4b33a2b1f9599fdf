// TLS as every probe does it: one SSL_CTX a target, verification whose result is kept also when it fails,
// facts from the session. Follows RFC 8446/5246, name checks RFC 6125 (no common-name fallback), SNI RFC
// 6066.
#pragma once

#include "base/result.hpp"
#include "model/outcome.hpp"
#include "probes/net/stream.hpp"
#include "probes/options.hpp"
#include "probes/url.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <openssl/types.h>

namespace plumb::net {

// A host as SNI and certificates have it, without the dot that makes a name absolute (RFC 6066, 3).
std::string certificate_name(std::string host);

// The options that every TLS-capable target understands: sni, ca, cert, key, insecure, alpn, min_tls,
// max_tls.
struct TlsOptions {
    std::string server_name;  // SNI and the name the certificate must carry; an IP address is checked as one
    std::string ca_file;      // empty: SSL_CERT_FILE, then the known places of the distributions
    std::string certificate_file;  // client certificate, PEM
    std::string key_file;          // empty: the key is in certificate_file
    std::vector<std::string> alpn;
    bool verify = true;       // false keeps the verification result as a fact and goes on
    bool verify_name = true;  // false: the chain is checked, the name is not (libpq's sslmode=verify-ca)
    int minimum_version = 0;  // TLS1_2_VERSION, TLS1_3_VERSION; 0: 1.2 (RFC 8996)
    int maximum_version = 0;  // … 0: the library's

    // server_name is `sni`, else the URL's host.
    static Result<TlsOptions> from_url(const Url& url);
};
// Those options as a probe lists them (check_options, Kind::options).
std::span<const Option> tls_option_list();
// Of a kind that chooses its application protocol itself.
std::span<const Option> tls_options_without_alpn();

struct PeerMemory;  // probes/net/tls_peer.hpp

// Keeps the SSL_CTX of one target, and what its server showed last. A trust store that cannot be read is kept
// as a failure and reported by each handshake as local.trust_store, so that the agent goes on with its other
// targets. Trust stores are shared between targets: a bundle of certificates takes a megabyte and
// milliseconds to read.
class TlsSettings {
  public:
    explicit TlsSettings(TlsOptions options);
    ~TlsSettings();
    TlsSettings(TlsSettings&&) noexcept;
    TlsSettings& operator=(TlsSettings&&) noexcept;

    const TlsOptions& options() const { return options_; }
    SSL_CTX* context() const { return context_.get(); }
    const std::optional<Failed>& failure() const { return failure_; }
    const std::string& trust_store() const { return trust_store_; }  // path that served; fact tls.trust_store
    PeerMemory& memory() const { return *memory_; }                  // of the runs, which are one at a time

  private:
    void load_trust();
    void load_certificate();
    void set_alpn();

    struct Free {
        void operator()(SSL_CTX*) const;
    };
    TlsOptions options_;
    std::unique_ptr<SSL_CTX, Free> context_;
    std::shared_ptr<X509_STORE> trust_;  // keeps the shared store in the cache
    std::optional<Failed> failure_;
    std::string trust_store_;
    std::unique_ptr<PeerMemory> memory_;
};

// Begins phase `handshake`, upgrades the stream in place and adds the TLS facts to run.outcome, for failures
// too (an expired certificate still shows its issuer), and the kernel's (note_kernel_facts). False: the run
// has failed and says why. A server of TLS 1.3 that asks for a certificate says only after the handshake what
// it thinks of ours: the phase then includes a short wait for it.
boost::asio::awaitable<bool> start_tls(Run& run, Stream& stream, const TlsSettings& settings);

// Facts of a finished or failed handshake (tls_catalog() lists them), and which trust store was asked. For
// libpq's SSL too, once watch_ssl() was called for it; a null `ssl` shows the trust store alone. tls.verify
// must match only where a bad certificate is no failure; else the failure says it.
void add_tls_facts(Outcome& outcome, SSL* ssl, const TlsSettings& settings);
// What is wrong with the trust store, the certificate, or what its authority says of it in the stapled
// answer. Nothing where the settings do not verify. REQUIRES: watch_ssl() before; the handshake is over.
std::optional<Failed> objection_to(SSL* ssl, const TlsSettings& settings);

struct TlsWire;  // probes/net/stream_impl.hpp
// Makes an SSL write down into `wire`, which outlives it, what it learns in the handshake, and ask for a
// stapled answer. Before the first message; later it knows less.
void watch_ssl(SSL* ssl, TlsWire& wire);

// The cause that names a verification result (X509_V_ERR_…) or an alert, shared with libpq's path.
Failed tls_failure(const SSL* ssl, unsigned long openssl_error, const boost::system::error_code& io);
// X509_V_ERR_… → tls.expired, tls.unknown_authority, … REQUIRES: not X509_V_OK.
Failed verify_failure(long verify_result);

}  // namespace plumb::net
